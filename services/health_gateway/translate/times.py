"""When something happened, as FHIR writes it, in the form that events carry."""

import calendar
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_PARTIAL: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?", re.ASCII)
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2199
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Occurred(NamedTuple):
    """When it happened, and how precisely that was said."""

    text: str
    precision: str
    """`instant`, `day`, or `by`: a month or a year was said, and this is its last day."""

    @property
    def day(self) -> str:
        """The date, `YYYY-MM-DD`, as it was written."""
        return self.text[:10]


def occurred(text: str) -> Occurred | None:
    """Return what a FHIR date, dateTime or instant says; None for none of them."""
    if _DAY.fullmatch(text):
        return Occurred(text, "day") if _is_day(text) else None
    if partial := _PARTIAL.fullmatch(text):
        return _by(int(partial[1]), partial[2])
    moment = instant(text)
    return Occurred(moment, "instant") if moment else None


def instant(text: str) -> str | None:
    """
    Return *text* if it is a moment with an offset; a leap second counts as the one before.
    """
    if not _INSTANT.fullmatch(text):
        return None
    whole = f"{text[:17]}59{text[19:]}" if text[17:19] == "60" else text
    try:
        moment = datetime.fromisoformat(whole)
    except ValueError:
        return None
    return whole if _FIRST_YEAR < moment.year < _LAST_YEAR else None


def first(texts: Iterable[str | None]) -> Occurred | None:
    """Return what the first of *texts* that says a time says."""
    return next(filter(None, (occurred(text) for text in texts if text)), None)


def milliseconds(text: str) -> int | None:
    """Return a moment as milliseconds since 1970, UTC; None where it is none."""
    moment = instant(text)
    if moment is None:
        return None
    return (datetime.fromisoformat(moment) - _EPOCH) // timedelta(milliseconds=1)


def just_before(moment: str) -> str:
    """Return the moment a microsecond before *moment*, RFC 3339 UTC, as doors write it."""
    before = datetime.fromisoformat(moment) - timedelta(microseconds=1)
    return before.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def age_on(born: str | None, day: str) -> int | None:
    """Return whole years from a date of birth to *day*; None where one is not known."""
    if not born or not _DAY.fullmatch(born) or not _is_day(born) or not _is_day(day):
        return None
    first_day, last_day = date.fromisoformat(born), date.fromisoformat(day)
    before = (last_day.month, last_day.day) < (first_day.month, first_day.day)
    return last_day.year - first_day.year - before


def _is_day(text: str) -> bool:
    """Return whether *text* is a day of the calendar, in years that somebody lives in."""
    try:
        return _FIRST_YEAR < date.fromisoformat(text).year < _LAST_YEAR
    except ValueError:
        return False


def _by(year: int, month: str | None) -> Occurred | None:
    """Return the last day of a year or of one of its months."""
    number = int(month or 12)
    if not (_FIRST_YEAR < year < _LAST_YEAR and 1 <= number <= 12):  # noqa: PLR2004
        return None
    last = calendar.monthrange(year, number)[1]
    return Occurred(f"{year}-{number:02}-{last:02}", "by")
