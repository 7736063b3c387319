"""
What is owed by when, reckoned here by itself from the text of the law.

The day of an event is not counted in "within six weeks of" it, and nothing moves the
last day: not a weekend, not a holiday. SEND Regulations 2014 regs. 5(1), 8(1), 10(1),
13, 20, 22, 44(2); Children and Families Act 2014 s.44(1).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

_TWELVE_MONTHS: Final = 0
_LEAP_DAY: Final = (2, 29)


class Limit(NamedTuple):
    """How long a clock runs, and how long before its end it is due soon."""

    days: int
    """From the day of the event to the last day; `_TWELVE_MONTHS` is a year."""
    soon: int
    lapses: bool = False
    """Nobody is late when it ends: it stops."""


LIMITS: Final[Mapping[str, Limit]] = {
    "ehcna.decision": Limit(42, 7),
    "ehcna.no_plan": Limit(112, 7, lapses=True),
    "ehcp.final": Limit(140, 14),
    "ehcna.advice": Limit(42, 7),
    "ehcp.draft_representations": Limit(14, 3, lapses=True),
    "ehcp.school_consult": Limit(15, 3),
    "mediation.arrange": Limit(30, 7),
    "ar.report": Limit(14, 3),
    "ar.decision": Limit(28, 7),
    "ar.amended_final": Limit(56, 14),
    "ar.cycle": Limit(_TWELVE_MONTHS, 28),
    "referral.wait": Limit(126, 14),
    "tribunal.assess.notify": Limit(14, 3),
    "tribunal.assess.no_plan": Limit(70, 7, lapses=True),
    "tribunal.assess.final": Limit(98, 14),
    "tribunal.make_plan.draft": Limit(35, 7),
    "tribunal.make_plan.final": Limit(77, 14),
    "tribunal.amend_plan": Limit(35, 7),
    "tribunal.name_school": Limit(14, 3),
}
"""The 15 days of a draft begin with the day on which it was served, which is the first.
The wait of 18 weeks is a standard of the NHS, the 15 days of a school are guidance."""


@dataclass(frozen=True, slots=True)
class Reckoned:
    """One clock: who owes what, from when, and what ended it."""

    clock: str
    owed_by: str
    started: date
    met_on: date | None
    stopped_on: date | None
    explained: str | None = None
    """What is claimed to explain it; it changes nothing else."""

    @property
    def due(self) -> date:
        """The last day on which it is in time."""
        days = LIMITS[self.clock].days
        if days == _TWELVE_MONTHS:
            return _a_year_starting_with(self.started)
        return self.started + timedelta(days=days)

    def state(self, today: date) -> str:
        """Return how it stands on a day."""
        if self.met_on:
            return "met" if self.met_on <= self.due else "met_late"
        lapsed = LIMITS[self.clock].lapses and today > self.due
        if self.stopped_on or lapsed:
            return "stopped"
        if today > self.due:
            return "breached"
        left = (self.due - today).days
        return "due_soon" if left <= LIMITS[self.clock].soon else "running"

    def shown(self, today: date) -> tuple[str | None, ...]:
        """Return clock, debtor, start, last day, state on a day, when met, and why."""
        met = self.met_on.isoformat() if self.met_on else None
        days = (self.started.isoformat(), self.due.isoformat())
        state = self.state(today)
        return (self.clock, self.owed_by, *days, state, met, self.explained)


def _a_year_starting_with(day: date) -> date:
    """Return the last day of a year of which *day* is the first: the eve of the next."""
    if (day.month, day.day) == _LEAP_DAY:
        return date(day.year + 1, 2, 28)
    return date(day.year + 1, day.month, day.day) - timedelta(days=1)
