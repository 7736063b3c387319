"""Tables that a feed holds records of and that a delivery leaves out whole."""

from collections.abc import Mapping

from services.education_gateway.translate.files.layout import Finding

_REMEDY = "If it was left out by mistake, send the whole delivery again with it."


def lacking(stands: Mapping[str, int]) -> dict[str, Finding]:
    """
    Return a warning for each table left out, by the number of its records that stand.

    Nobody can tell a table that holds nothing any more from one that was forgotten.
    """
    return {name: _left_out(name, count) for name, count in stands.items() if count}


def _left_out(name: str, count: int) -> Finding:
    """Return the warning of one table."""
    rule = (
        f"the table {name} is missing from this delivery: nothing was changed in it, "
        f"and its {count} records of before stand as they were"
    )
    return Finding("", rule, _REMEDY, warning=True)
