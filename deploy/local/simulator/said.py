"""What agencies say of a child, and what is owed because of it."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from deploy.local.scenarios.referral import Referral
from deploy.local.simulator.law import Reckoned

LONDON: Final = ZoneInfo("Europe/London")
_AT_ONCE: Final = timedelta(days=1)
"""What is heard within a day of the day it happened on is not late."""

Fate = Literal["linked", "superseded", "withdrawn"]


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
    fate: Fate = "linked"
    broken: str = ""
    """What is wrong with it, so that a door must refuse it."""
    again: list[datetime] = field(default_factory=list)
    """When the same record is sent once more, under another request id."""

    @property
    def sender(self) -> str:
        """Who says it."""
        return self.who.sender

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
    stopped: Said | None = None

    def reckoned(self, until: datetime) -> Reckoned | None:
        """Return the clock by what was heard *until* then; None where it never ran."""
        start, receipt, met, stopped = (
            said if said and said.received <= until else None
            for said in (self.start, self.receipt, self.met, self.stopped)
        )
        if start is None or receipt is None:
            return None
        return Reckoned(
            clock=self.clock,
            owed_by=self.by,
            started=receipt.on,
            met_on=met.on if met else None,
            stopped_on=stopped.on if stopped and not met else None,
        )


def evening(day: date) -> datetime:
    """Return the moment at which agencies send what happened on *day*."""
    return datetime.combine(day, time(17, 30), LONDON)


def workday(day: date) -> date:
    """Return *day*, or the Monday after it at a weekend."""
    return day + timedelta(days=(0, 0, 0, 0, 0, 2, 1)[day.weekday()])
