"""
What is owed by when, reckoned here by itself from the text of the law.

The day of an event is not counted in "within six weeks of" it, and nothing moves the
last day: not a weekend, not a holiday. SEND Regulations 2014 regs. 5(1), 8(1), 13(2).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple


class Limit(NamedTuple):
    """How long a clock runs, and how long before its end it is due soon."""

    days: int
    soon: int


LIMITS: Final[Mapping[str, Limit]] = {
    "ehcna.decision": Limit(42, 7),
    "ehcp.final": Limit(140, 14),
    "ehcna.advice": Limit(42, 7),
    "referral.wait": Limit(126, 14),
}
"""The wait of 18 weeks is a standard of the NHS and no law."""


@dataclass(frozen=True, slots=True)
class Reckoned:
    """One clock: who owes what, from when, and what ended it."""

    clock: str
    owed_by: str
    started: date
    met_on: date | None
    stopped_on: date | None

    @property
    def due(self) -> date:
        """The last day on which it is in time."""
        return self.started + timedelta(days=LIMITS[self.clock].days)

    def state(self, today: date) -> str:
        """Return how it stands on a day."""
        if self.met_on:
            return "met" if self.met_on <= self.due else "met_late"
        if self.stopped_on:
            return "stopped"
        if today > self.due:
            return "breached"
        left = (self.due - today).days
        return "due_soon" if left <= LIMITS[self.clock].soon else "running"

    def shown(self, today: date) -> tuple[str, str, str, str, str, str | None]:
        """Return clock, debtor, start, last day, state on a day, and when met."""
        met = self.met_on.isoformat() if self.met_on else None
        days = (self.started.isoformat(), self.due.isoformat())
        return (self.clock, self.owed_by, *days, self.state(today), met)
