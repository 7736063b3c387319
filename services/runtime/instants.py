"""Instants as the wire and the tables hold them, and today."""

from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

LONDON: Final = ZoneInfo("Europe/London")
_YEARS: Final = range(1900, 2200)
"""Of an instant that anybody means; beyond the calendar's ends none can be reckoned."""


def now() -> datetime:
    """Return the moment, UTC. Doors and timers alone ask."""
    return datetime.now(UTC)


def text(moment: datetime) -> str:
    """Return *moment* as RFC 3339 UTC with microseconds and `Z`: sorts as text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def minute(moment: datetime) -> str:
    """Return *moment* cut to its minute: `as_of` and `last_heard` tell no more."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:00Z")


def parsed(value: str) -> datetime:
    """
    Return the instant that *value* names.

    Raises ValueError without an offset, and for a year that nobody means.
    """
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("an instant carries an offset")
    if moment.year not in _YEARS:
        raise ValueError("an instant is of these centuries")
    return moment.astimezone(UTC)


def london_day(moment: datetime) -> date:
    """Return the London civil date of *moment*."""
    return moment.astimezone(LONDON).date()
