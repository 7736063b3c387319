"""
The daily digest: who owes a step is told so once a day, in numbers alone.

It is made in a step, complete to the byte, and sent after it. What is not known to have
gone is sent again, the same bytes under the same Message-ID, so a mail system can tell.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from schemas.agreement import Recipient
from schemas.entry import Entry
from schemas.naming import namings
from services.clocks import rules, store, translate
from services.clocks.clients import Post
from services.clocks.handlers.keeping import Keeping
from services.clocks.settings import Settings
from services.clocks.store.digests import Waiting
from services.runtime import audit, children, instants, log
from services.runtime.agreements import Contracts
from services.runtime.decide import Reach, reach, visible, visible_clocks_rules
from services.runtime.postgres import Connection
from services.runtime.service import Service
from services.runtime.settings import PORTS
from services.runtime.step import Step
from services.runtime.terms import Viewer
from services.runtime.tokens import Caller

_TURN: Final = "digests"
_TOGETHER: Final = 200
"""Children whose entries are in memory at once."""


@dataclass(slots=True)
class Counted:
    """What one recipient owes."""

    numbers: Counter[str] = field(default_factory=Counter)
    under: Reach | None = None
    """An agreement under which something of it may be seen."""


class Digests:
    """Makes the digests of a day, and sends them."""

    def __init__(
        self,
        service: Service,
        contracts: Contracts,
        settings: Settings,
        keeping: Keeping,
    ) -> None:
        """Tell the recipients that *contracts* name, once *keeping* has read."""
        self._service = service
        self._contracts = contracts
        self._settings = settings
        self._keeping = keeping
        self._post = Post(service.settings, settings)

    async def look(self) -> None:
        """Make what is missing of today's digests, and send what has not gone."""
        to, day = self._contracts.rules.recipients, self._contracts.today
        if not to or self._is_early():
            return
        async with self._service.pool.acquire() as conn:
            made = await store.digests.made(conn, day)
        missing = [one for one in to if (one.org, one.role, one.address) not in made]
        if missing and await self._keeping.has_read():
            for one in missing:
                await self._make(one, day)
        await self._send(day)

    def _is_early(self) -> bool:
        """Return whether people are not to be written to yet; a fixed day has no hour."""
        hour = instants.now().astimezone(instants.LONDON).hour
        fixed = self._service.settings.today is not None
        return not fixed and hour < self._settings.digest_from_hour

    async def _make(self, to: Recipient, day: date) -> None:
        """Keep the digest of one recipient, if it owes anything."""
        async with self._service.pool.acquire() as conn, conn.transaction():
            counted = await self._counted(conn, to, day)
        if counted.numbers.total():
            work = partial(self._keep, to=to, day=day, counted=counted)
            await self._service.steps.turn(_TURN, work)

    async def _counted(self, conn: Connection, to: Recipient, day: date) -> Counted:
        """Return what *to* owes, of what it may see."""
        notice = timedelta(days=_notice(self._contracts))
        found = set(await store.asked.children_of(conn, to.org))
        found |= await store.digests.owing(conn, to.org, day + notice)
        everybody, counted = sorted(found), Counted()
        for first in range(0, len(everybody), _TOGETHER):
            some = everybody[first : first + _TOGETHER]
            every = await children.entries_of(conn, some)
            for entries in every.values():
                self._count(counted, entries, to, day)
        return counted

    def _count(
        self, counted: Counted, entries: list[Entry], to: Recipient, day: date
    ) -> None:
        """Add what *to* owes to one child."""
        contracts = self._contracts.rules
        viewer = Viewer(to.org, (to.role,), day)
        reached = reach(viewer, namings(entries), contracts.agreements)
        if reached is None or rules.has_died(entries):
            return
        clocks = visible_clocks_rules(reached, contracts.clocks)
        seen = visible(entries, reached)
        numbers = rules.owing(seen, clocks, to.org, day, contracts.live_from)
        if numbers:
            counted.numbers += numbers
            counted.under = reached

    async def _keep(
        self, step: Step, *, to: Recipient, day: date, counted: Counted
    ) -> None:
        """Keep one digest and write down that it leaves, each once."""
        own = translate.digest_id(to, day)
        letter = translate.digest(
            to,
            day,
            counted.numbers,
            sender=self._settings.digest_from,
            link=self._link(),
            at=step.now,
        )
        if await store.digests.keep(step.conn, day, to, own, letter):
            await audit.record(step.conn, _disclosure(to, own, counted))

    def _link(self) -> str:
        """Return where the page is on which all of it is shown."""
        shared = self._service.settings
        port = shared.port_base + PORTS["education_gateway"]
        return self._settings.digest_link or f"http://{shared.host}:{port}/owed"

    async def _send(self, day: date) -> None:
        """Send what waits; each once in a round, so one that cannot go holds nobody."""
        tried: set[UUID] = set()
        owner, turn = self._service.instance, self._service.steps.turn
        while one := await turn(
            _TURN, lambda step: store.digests.claim(step, day, owner, tried)
        ):
            tried.add(one.message_id)
            await self._send_one(one, day)

    async def _send_one(self, one: Waiting, day: date) -> None:
        """Send one digest; one that is refused for good is not tried again."""
        name = f"{day}/{one.message_id}"
        outcome = await self._post.send(name, one.address, one.content)
        if outcome != "sent":
            log.get().warning(f"digest_{outcome}", org=one.org)
        if outcome != "away":
            own = one.message_id
            await self._service.steps.turn(
                _TURN, lambda step: store.digests.done(step, own)
            )


def _notice(contracts: Contracts) -> int:
    """Return how many days before its last day a clock is soon due, at most."""
    return max((rule.due_soon_days for rule in contracts.rules.clocks), default=0)


def _disclosure(to: Recipient, own: UUID, counted: Counted) -> audit.Disclosure:
    """Return that a digest leaves: numbers alone, so it is about no child."""
    assert counted.under is not None  # noqa: S101 - something was counted
    nobody = frozenset[str]()
    return audit.Disclosure(
        caller=Caller(to.org, (to.role,), nobody, "digest", 0.0),
        role=to.role,
        action="digest",
        subject=str(own),
        agreement=counted.under.agreement.id,
        version=counted.under.terms.version,
        shown=dict(counted.numbers),
    )
