"""One child's life as it is told: who says what, and what they come to owe."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID, uuid5

from deploy.local.scenarios.message import NAMESPACE
from deploy.local.scenarios.referral import Referral
from deploy.local.simulator.people import Child, another_school
from deploy.local.simulator.said import Known, Owed, Said, evening, workday

RTH: Final = "urn:ods:RTH"
RNU: Final = "urn:ods:RNU"
ICB: Final = "urn:ods:QU9"
_PREFIXES: Final = {RTH: "OUH", RNU: "OXH"}


@dataclass(slots=True)
class Life:
    """Everything that is said of one child, as their story is made."""

    child: Child
    random: Random
    seed: int
    home: str
    """The council that is responsible now."""
    traced: bool = False
    """Whether the council holds the NHS number as well as the UPN."""
    said: list[Said] = field(default_factory=list)
    owed: list[Owed] = field(default_factory=list)
    _records: int = 0

    def council(self, urn: str | None = None) -> Known:
        """Return the child as a council knows them, by default their own."""
        held = self.child.nhs_number if self.traced else None
        known = self._known(urn or self.home, "EHC", self.child)
        return replace(known, upn=self.child.upn, nhs_number=held)

    def school(self, urn: str | None = None) -> Known:
        """Return the child as a school knows them, by default their own."""
        known = self._known(urn or self.child.school, "MIS", self.child)
        return replace(known, upn=self.child.upn)

    def trust(self, urn: str) -> Known:
        """Return the child as a trust knows them: one of them writes in capitals."""
        child = self.child.in_capitals if urn == RTH else self.child
        known = self._known(urn, _PREFIXES[urn], child)
        return replace(known, nhs_number=child.nhs_number)

    def change_school(self) -> None:
        """Let another school teach the child from now on; it has ids of its own."""
        other = another_school(self.random, self.child.school)
        self.child = replace(self.child, school=other)

    def after(self, day: date, least: int, most: int) -> date:
        """Return a working day between *least* and *most* days after *day*."""
        return workday(day + timedelta(days=self.random.randint(least, most)))

    def happens(self, share: float) -> bool:
        """Return whether it happens in this life, as in a *share* of all."""
        return self.random.random() < share

    def talk(self, name: str) -> UUID:
        """Return the correlation id of one course of things in this life."""
        return uuid5(NAMESPACE, f"county/{self.seed}/{self.child.number}/{name}")

    def say(
        self,
        who: Known,
        type_name: str,
        on: date,
        talk: str,
        data: Mapping[str, Any] | None = None,
    ) -> Said:
        """Return what *who* says happened on a day; dates among *data* as text."""
        said = Said(
            who=who,
            record=self.record(who),
            type=type_name,
            on=on,
            occurred=on.isoformat(),
            talk=self.talk(talk),
            data=written(data or {}),
            received=evening(on),
        )
        self.said.append(said)
        return said

    def again(self, said: Said, day: date, more: Mapping[str, Any]) -> Said:
        """Return the next version of what was said, with *more* data, sent on a day."""
        later = replace(
            said,
            version=said.version + 1,
            earlier=said,
            data=said.data | written(more),
            received=evening(day),
            again=[],
        )
        self.said.append(later)
        return later

    def refer(
        self, who: Known, type_name: str, on: date, talk: str, referral: Referral
    ) -> Said:
        """Return what *who* says with a referral message at the health door."""
        said = Said(
            who=who,
            record=referral.record,
            type=type_name,
            on=on,
            occurred=_instant(referral, type_name),
            talk=self.talk(talk),
            data={},
            received=evening(on),
            referral=referral,
        )
        self.said.append(said)
        return said

    def owe(self, clock: str, by: str, start: Said, receipt: Said | None) -> Owed:
        """Return what *start* makes *by* owe, from *receipt* on."""
        owed = Owed(clock, by, start, receipt)
        self.owed.append(owed)
        return owed

    def record(self, who: Known) -> str:
        """Return the next record id of *who* in this life."""
        self._records += 1
        return f"{who.local_id}-{self._records}"

    def _known(self, sender: str, prefix: str, child: Child) -> Known:
        """Return the child as *sender* knows them, without numbers."""
        return Known(
            sender=sender,
            local_id=f"{prefix}-{sender[-3:]}-{self.seed}-{child.number}",
            date_of_birth=child.date_of_birth,
            family_name=child.family_name,
            given_name=child.given_name,
        )


def written(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return *data* with its dates as text."""
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in data.items()}


def _instant(referral: Referral, type_name: str) -> str:
    """Return when it happened as the message says it: written, or last updated."""
    made = type_name == "referral.received.v1"
    moment: datetime = referral.made_at if made else referral.sent_at
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
