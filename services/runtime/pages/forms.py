"""What a person wrote into a form of ours, read back."""

from collections.abc import Mapping
from datetime import date


def date_of(form: Mapping[str, object], name: str) -> date | None:
    """
    Return the date in the three fields of the date input *name*.

    None where a field is missing or the three are no day of the calendar.
    """
    parts = [str(form.get(f"{name}-{part}", "")) for part in ("year", "month", "day")]
    try:
        year, month, day = (int(part.strip()) for part in parts)
        return date(year, month, day)
    except ValueError:
        return None
