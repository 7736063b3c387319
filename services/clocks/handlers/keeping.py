"""Doors of the clocks: records change them, the day's tick warns of them."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

import orjson

from schemas import topics
from schemas.clocks import Clock, ClockRule, clocks_of
from schemas.clocks.touching import touched
from schemas.entry import Entry
from schemas.errors import NotNow
from services.clocks import rules, store, translate
from services.runtime import children, instants
from services.runtime.agreements import Contracts
from services.runtime.children import Child
from services.runtime.envelope import Outgoing, Record, event_data, headers_of
from services.runtime.reader import Reader
from services.runtime.reading import Reading
from services.runtime.rereading import remember_sent
from services.runtime.service import Service
from services.runtime.step import Step

_Concerned = Mapping[str, Sequence[ClockRule]]
"""By child, the rules by which its clocks may have changed."""
_TOGETHER: Final = 200
"""Children in one step of a tick: what arrives meanwhile waits for one step only."""

_UNSTAMPED: Final = UUID(int=0)
_PATIENCE_SECONDS: Final = 60
"""How long a tick that is asked for waits for the stream to be read."""


class Keeping:
    """Keeps the clocks of the children whom records are about."""

    def __init__(self, service: Service, contracts: Contracts) -> None:
        """Count by the rules of *contracts*."""
        self._service = service
        self._contracts = contracts
        self._children = children.Children()

    def reader(self) -> Reader:
        """Return what the clocks read."""
        return Reader(
            "clocks", (topics.EVENTS_LINKED,), self.handle, most=2000, gather=0.5
        )

    async def handle(self, step: Step, records: list[Record]) -> None:
        """Take in events and link decisions, and count again for those concerned."""
        taken = await self._children.take_in(step, records)
        if not taken.children:
            return
        if await store.behind.holds(step.conn):
            await store.behind.note(step.conn, taken.children)
            return
        known = self._contracts.rules.clocks
        concerned = {
            ref: counted
            for ref, child in sorted(taken.children.items())
            if (counted := _concerned(known, child))
        }
        if concerned:
            await self._count(step, taken.children, concerned)

    async def _count(
        self, step: Step, children_now: Mapping[str, Child], concerned: _Concerned
    ) -> None:
        """Count the clocks of the rules *concerned*, and say what has changed."""
        entries = {ref: children_now[ref].entries for ref in concerned}
        await self._note_asked(step, entries, concerned)
        today = self._contracts.today
        counted = {r: clocks_of(entries[r], own, today) for r, own in concerned.items()}
        every = [clock for clocks in counted.values() for clock in clocks]
        before = await store.kept_of(step.conn, list(entries), [c.id for c in every])
        await self._publish_changes(step, entries, before, counted)
        moved = [ref for ref in concerned if not children_now[ref].apart]
        await store.move(
            step.conn, [(c.id, ref) for ref in moved for c in counted[ref]]
        )
        await self._withdraw(step, rules.gone(before, every, concerned))

    async def _note_asked(
        self, step: Step, entries: Mapping[str, Sequence[Entry]], concerned: _Concerned
    ) -> None:
        """Keep where the requests of these children are found."""
        rows = [
            row
            for ref, counted in concerned.items()
            for row in rules.asked(entries[ref], counted)
        ]
        if rows:
            await store.asked.note(step.conn, rows)

    async def _publish_changes(
        self,
        step: Step,
        entries: Mapping[str, Sequence[Entry]],
        before: Mapping[str, rules.Kept],
        counted: Mapping[str, Sequence[Clock]],
    ) -> None:
        """Publish what has changed, and keep it."""
        published: dict[str, store.Published] = {}
        for child, clocks in counted.items():
            starts = {entry.id: entry for entry in entries.get(child, ())}
            for change in rules.changes(before, clocks, child):
                start = starts[change.clock.events[0]]
                row = self._publish(step, change, start, child, self._contracts.today)
                published[change.clock.id] = row
        if published:
            await store.keep(step.conn, list(published.values()))

    async def _withdraw(self, step: Step, gone: Sequence[str]) -> None:
        """Say of clocks whose start no longer stands that they are withdrawn."""
        if not gone:
            return
        at = instants.text(step.now)
        for said, body, kept in await store.drop(step.conn, gone):
            number = kept.changes
            attributes, data = translate.withdrawn(said, body, number=number, at=at)
            step.publish(_outgoing(attributes, data, kept.home))

    def _publish(
        self, step: Step, change: rules.Change, start: Entry, child: str, day: date
    ) -> store.Published:
        """Publish one change of a clock; return what to keep of it."""
        said = translate.attributes(change, start, child, at=instants.text(step.now))
        body = translate.body(change, day)
        step.publish(_outgoing(said, body, change.home))
        kept = rules.kept_after(change)
        return store.Published(kept, child, change.clock.due, said, body)

    async def look(self) -> None:
        """Give today's warnings, and those of days that were missed."""
        today = self._contracts.today
        if await self.has_read():
            await self.look_on(today)

    async def has_read(self) -> bool:
        """Return whether all that the stream holds now has been read and counted."""
        if await store.behind.is_left(self._service.pool):
            await self.read_so_far()
        for reading in self._readings():
            if not await reading.has_taken(await reading.ends()):
                return False
        return True

    async def read_so_far(self) -> None:
        """
        Return once all that the stream holds at this instant has been read and counted.

        Raises what is AWAY if that takes too long: a warning too few would be for good.
        """
        async with asyncio.timeout(_PATIENCE_SECONDS):
            for reading in self._readings():
                ends = await reading.ends()
                while not await reading.has_taken(ends):  # noqa: ASYNC110 - in Postgres
                    await asyncio.sleep(0.05)
        if await store.behind.is_left(self._service.pool):
            await self._catch_up()

    async def _catch_up(self) -> None:
        """Count, some children in a step, what was not counted while it was read."""
        turn = self._service.steps.turn
        await turn("catch-up", lambda step: store.behind.end(step.conn))
        while await turn("catch-up", self._part_of_rest):
            pass

    async def _part_of_rest(self, step: Step) -> bool:
        """Count some of the children that are left; return whether there were any."""
        listed = await store.behind.take(step.conn, _TOGETHER)
        await children.hold(step.conn, listed)
        known = await children.entries_of(step.conn, listed)
        every = {ref: Child(ref, _UNSTAMPED, known.get(ref, [])) for ref in listed}
        await self._count(
            step, every, dict.fromkeys(listed, self._contracts.rules.clocks)
        )
        return bool(listed)

    def _readings(self) -> Sequence[Reading]:
        """Return what reads the stream; raises NotNow before Kafka has answered."""
        if not self._service.readings:
            raise NotNow("the stream is not being read")
        return self._service.readings

    async def look_on(self, today: date) -> None:
        """Give the warnings of *today*, and of the days since the last that were given."""
        last = await store.ticked(self._service.pool)
        day = min(last + timedelta(days=1), today) if last else today
        while day <= today:
            await self.tick(day)
            day += timedelta(days=1)

    async def tick(self, day: date) -> None:
        """Give the warnings of *day*, each once, some children in a step."""
        after: str | None = ""
        while after is not None:
            work = partial(self._part_of_day, day=day, after=after)
            after = await self._service.steps.turn("tick", work)

    async def _part_of_day(self, step: Step, *, day: date, after: str) -> str | None:
        """Warn of what falls due of some children; return the last, None at the end."""
        notice = max(
            (rule.due_soon_days for rule in self._contracts.rules.clocks), default=0
        )
        by = day + timedelta(days=notice)
        concerned = await store.falling_due(step.conn, day, by, after, _TOGETHER)
        entries = await children.entries_of(step.conn, concerned)
        for child in concerned:
            await self._warn(step, child, entries.get(child, []), day)
        if len(concerned) == _TOGETHER:
            return concerned[-1]
        await store.set_ticked(step.conn, day)
        return None

    async def _warn(
        self, step: Step, child: str, entries: Sequence[Entry], day: date
    ) -> None:
        """
        Publish the warnings of one child that were not given before.

        Nobody is reminded of anything about a child who has died.
        """
        if rules.has_died(entries):
            return
        starts = {entry.id: entry for entry in entries}
        live_from = self._contracts.rules.live_from
        for clock in clocks_of(entries, self._contracts.rules.clocks, day):
            kind = rules.warning(clock, day, live_from)
            if kind and await store.warn(step.conn, clock, kind, day):
                number, home = await store.next_change(step.conn, clock)
                change = rules.Change(kind, clock, number, home)
                self._publish(step, change, starts[clock.events[0]], child, day)


def _concerned(known: Sequence[ClockRule], child: Child) -> Sequence[ClockRule]:
    """Return the rules to count by: all, where anything was moved or corrected."""
    return touched(known, child.entries, child.fresh) if child.apart else known


async def take_back(step: Step, records: list[Record]) -> None:
    """
    Take back what was published of clocks, and which warnings were given.

    The events that this rests on may be read again, one after another: what is half read
    would be told as news.
    """
    await remember_sent(step, records)
    await store.behind.begin(step.conn)
    for record in records:
        said, body = dict(record.attributes), event_data(record)
        del said["specversion"]  # every record has it anew
        due = date.fromisoformat(body["due"])
        kept = rules.kept_of(body, record.key.decode())
        published = store.Published(kept, said["subject"], due, said, body)
        await store.restore(step.conn, published)


def _outgoing(said: Mapping[str, str], body: Mapping[str, Any], home: str) -> Outgoing:
    """Return the record of a clock event, in the lane of the clock's *home*."""
    where, value = topics.CLOCKS_CHANGED.name, orjson.dumps(body)
    return Outgoing(where, home.encode(), headers_of(said), value)
