"""The records of a load: who says what of whom, dated when."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.load.children import COUNCIL, TRUST, Child, local_id
from tests.load.statements import REFERRAL_RECEIVED, statement

EDUCATION: Final = "education"
HEALTH: Final = "health"
_LONDON: Final = ZoneInfo("Europe/London")
_LATE: Final = 0.05
_AMENDED: Final = 0.02
_REFERRALS: Final = 0.15
"""Share of what the trust sends that goes through the health door."""
_SENDERS: Final = ((0.5, COUNCIL), (0.85, TRUST))


@dataclass(frozen=True, slots=True)
class Draft:
    """One version of one record of one sender."""

    sender: str
    door: str
    sourcerecord: str
    sourceversion: int
    type: str
    occurred: str
    child: int
    person: str
    """The sender's own identifier of the child, with the door it goes through."""
    late: bool
    data: dict[str, Any]

    def cloud_event(self, child: Child, seed: int) -> dict[str, Any]:
        """Return the structured CloudEvent that says it."""
        return {
            "specversion": "1.0",
            "id": f"{self.sourcerecord}-{self.sourceversion}",
            "source": self.sender,
            "type": self.type,
            "occurred": self.occurred,
            "sourcerecord": self.sourcerecord,
            "sourceversion": self.sourceversion,
            "data": {"person": child.known_to(self.sender, seed)} | self.data,
        }


def drafts(
    rng: Random, seed: int, known: Sequence[Child], events: int, today: date
) -> list[Draft]:
    """Return *events* records; council and trust both speak of each child."""
    scribe = _Scribe(rng, seed, today)
    speakers = _speakers(rng, known, events)
    return [
        scribe.draft(number, sender, child)
        for number, (child, sender) in enumerate(speakers)
    ]


def _speakers(
    rng: Random, known: Sequence[Child], events: int
) -> list[tuple[int, str]]:
    """Return who is spoken of and by whom, in a mixed order."""
    sure = [(child.number, who) for child in known for who in (COUNCIL, TRUST)]
    rest = [_speaker(rng, rng.choice(known)) for _ in range(events - len(sure))]
    mixed = (sure + rest)[:events]
    rng.shuffle(mixed)
    return mixed


def _speaker(rng: Random, child: Child) -> tuple[int, str]:
    """Return a child and the agency that speaks of them."""
    drawn = rng.random()
    who = next((name for bound, name in _SENDERS if drawn < bound), child.school)
    return child.number, who


class _Scribe:
    """Writes one record after another, now and then a second version of one."""

    def __init__(self, rng: Random, seed: int, today: date) -> None:
        """Start with nothing written."""
        self._rng = rng
        self._seed = seed
        self._today = today
        self._latest: dict[tuple[str, int], Draft] = {}

    def draft(self, number: int, sender: str, child: int) -> Draft:
        """Return the next thing that *sender* says of *child*."""
        earlier = self._latest.pop((sender, child), None)
        if earlier and self._rng.random() < _AMENDED:
            occurred = self._occurred(late=earlier.late, instant=False)
            return replace(earlier, sourceversion=2, occurred=occurred)
        if sender == TRUST and self._rng.random() < _REFERRALS:
            return self._referral(child)
        self._latest[sender, child] = made = self._stated(number, sender, child)
        return made

    def _stated(self, number: int, sender: str, child: int) -> Draft:
        """Return the first version of a record for the education door."""
        late = self._rng.random() < _LATE
        occurred = self._occurred(late=late, instant=False)
        kind, data = statement(self._rng, sender, occurred[:10])
        return Draft(
            sender=sender,
            door=EDUCATION,
            sourcerecord=f"R-{self._seed}-{number}",
            sourceversion=1,
            type=kind,
            occurred=occurred,
            child=child,
            person=f"{EDUCATION}/{local_id(sender, self._seed, child)}",
            late=late,
            data=data,
        )

    def _referral(self, child: int) -> Draft:
        """Return a referral for the health door."""
        late = self._rng.random() < _LATE
        return Draft(
            sender=TRUST,
            door=HEALTH,
            sourcerecord=str(UUID(int=self._rng.getrandbits(128), version=4)),
            sourceversion=1,
            type=REFERRAL_RECEIVED,
            occurred=self._occurred(late=late, instant=True),
            child=child,
            person=f"{HEALTH}/{local_id(TRUST, self._seed, child)}",
            late=late,
            data={},
        )

    def _occurred(self, *, late: bool, instant: bool) -> str:
        """Return a day or an instant of these two days or, if *late*, weeks before."""
        rng = self._rng
        back = rng.randint(14, 90) if late else rng.randint(0, 1)
        if not instant and rng.random() < 0.6:
            return (self._today - timedelta(days=back)).isoformat()
        day = self._today - timedelta(days=max(back, 1))
        minute = time(rng.randint(8, 16), rng.randrange(60), rng.randrange(60))
        return datetime.combine(day, minute, _LONDON).isoformat()
