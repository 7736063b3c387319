"""What agencies say of a child, and what is owed because of it."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from deploy.local.scenarios.referral import Referral
from deploy.local.simulator.law import Reckoned

LONDON: Final = ZoneInfo("Europe/London")
_AT_ONCE: Final = timedelta(days=1)
"""What is heard within a day of the day it happened on is not late."""


@dataclass(frozen=True, slots=True)
class Known:
    """A child as one sender knows them."""

    sender: str
    local_id: str
    date_of_birth: date
    family_name: str
    given_name: str
    nhs_number: str | None = None
    upn: str | None = None

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers that the sender holds."""
        return tuple(number for number in (self.nhs_number, self.upn) if number)

    def person(self) -> dict[str, Any]:
        """Return the `person` member that the sender writes."""
        said = {
            "local_id": self.local_id,
            "date_of_birth": self.date_of_birth.isoformat(),
            "family_name": self.family_name,
            "given_name": self.given_name,
            "nhs_number": self.nhs_number,
            "upn": self.upn,
        }
        return {name: value for name, value in said.items() if value}


@dataclass(slots=True, eq=False)
class Said:
    """One version of one record of one sender."""

    who: Known
    record: str
    type: str
    on: date
    """London's date on which it happened."""
    talk: UUID
    """Correlation id."""
    data: dict[str, Any]
    received: datetime
    occurred: str = ""
    """As the sender writes it."""
    version: int = 1
    referral: Referral | None = None
    """Where it is told as a referral message at the health door."""
    earlier: "Said | None" = None
    """The version of the same record before it."""
    broken: str = ""
    """What is wrong with it, so that a door must refuse it."""
    again: list[datetime] = field(default_factory=list)
    """When the same record is sent once more, under another request id."""

    @property
    def sender(self) -> str:
        """Who says it."""
        return self.who.sender

    @property
    def key(self) -> tuple[str, str]:
        """What all versions of the record have in common."""
        return self.sender, self.record

    def standing(self, until: datetime) -> "Said | None":
        """Return the highest version of the record that was heard *until* then."""
        if self.received <= until:
            return self
        return self.earlier.standing(until) if self.earlier else None

    @property
    def late(self) -> bool:
        """Whether it is heard more than one day after the day it happened on."""
        heard = self.received.astimezone(LONDON).date()
        return heard - self.on > _AT_ONCE


@dataclass(slots=True)
class Owed:
    """What a start makes somebody owe, and what was said to end it."""

    clock: str
    by: str
    start: Said
    receipt: Said | None
    """From when it runs: the start itself, unless a body has to say that it got it."""
    met: Said | None = None
    otherwise: Said | None = None
    """What meets it as well; of what was heard, the earlier counts."""
    met_day: str = ""
    """Member of the data that says when it was met, where that is not its own day."""
    stopped: list[Said] = field(default_factory=list)
    why: str | None = None
    """What the one who meets it claims to explain that it is late."""

    def reckoned(self, until: datetime) -> Reckoned | None:
        """
        Return the clock by what was heard *until* then; None where it never ran.

        Who stops owing cannot meet it any more, nor can anyone after they did.
        """
        start, receipt, met, otherwise = (
            said.standing(until) if said else None
            for said in (self.start, self.receipt, self.met, self.otherwise)
        )
        if otherwise and (met is None or otherwise.on < met.on):
            met = otherwise
        if start is None or receipt is None:
            return None
        ends = [said.standing(until) for said in self.stopped]
        days = [one.on for one in ends if one and one.on >= receipt.on]
        stopped = min(days, default=None)
        met_on = self._met_on(met)
        if met_on and stopped and stopped < met_on:
            met_on = None
        return Reckoned(
            clock=self.clock,
            owed_by=self.by,
            started=receipt.on,
            met_on=met_on,
            stopped_on=None if met_on else stopped,
            explained=self.why if met_on else None,
        )

    def _met_on(self, met: Said | None) -> date | None:
        """Return the day on which it was met: of the event, or of one of its days."""
        if met is None:
            return None
        stated = met.data.get(self.met_day) if self.met_day else met.on.isoformat()
        return date.fromisoformat(stated) if stated else None


def evening(day: date) -> datetime:
    """Return the moment at which agencies send what happened on *day*."""
    return datetime.combine(day, time(17, 30), LONDON)


def workday(day: date) -> date:
    """Return *day*, or the Monday after it at a weekend."""
    return day + timedelta(days=(0, 0, 0, 0, 0, 2, 1)[day.weekday()])
