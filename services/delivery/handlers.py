"""Kafka doors of delivery: what is new finds the feeds that may have it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from schemas import topics
from schemas.errors import Refused
from services.delivery import rules, store
from services.runtime import decide, instants
from services.runtime.agreements import Contracts
from services.runtime.children import Child, Children, Link
from services.runtime.decide import Reach
from services.runtime.envelope import Record, event_data
from services.runtime.reader import Reader
from services.runtime.step import Step
from services.runtime.terms import Viewer


@dataclass(slots=True)
class _Telling:
    """What one subscriber is told of one child."""

    child: Child
    reach: Reach
    given: set[str]
    """Persons of whom the subscriber was sent something before."""
    lines: list[rules.Line] = field(init=False)
    persons: set[str] = field(init=False)
    late: set[str] = field(init=False)
    """Persons of whom it is told for the first time, of their clocks too."""

    def __post_init__(self) -> None:
        """Decide."""
        child = self.child
        self.persons = store.persons_of(child.entries)
        self.lines = rules.lines_for(self.reach, child.entries, child.fresh, self.given)
        self.late = {line.person for line in self.lines} - self.given


class Feeding:
    """Adds to the feeds of those who may have an event."""

    def __init__(
        self, contracts: Contracts, known: Children, tell: Callable[[], None]
    ) -> None:
        """Decide by *contracts*; *tell* waiting pulls that something is new."""
        self._contracts = contracts
        self._children = known
        self._tell = tell

    def reader(self) -> Reader:
        """Return what delivery reads."""
        read = (topics.EVENTS_LINKED, topics.CLOCKS_CHANGED)
        return Reader("delivery", read, self.handle, most=1000, gather=0.2)

    async def handle(self, step: Step, records: list[Record]) -> None:
        """Take in what is new and add it to feeds."""
        linked = [r for r in records if r.topic == topics.EVENTS_LINKED.name]
        clocks = _clock_notices(step, records)
        persons = {notice.person for notice in clocks}
        taken = await self._children.take_in(step, linked, persons)
        moves = [_link_notice(link) for link in taken.links]
        if clocks or moves:
            await store.add_notices(step.conn, [*clocks, *moves])
        everyone = {e.personref for c in taken.children.values() for e in c.entries}
        moved = {m.person_ref for link in taken.links for m in link.moved}
        given = await store.given(step.conn, everyone | moved)
        recalled = await self._recall(step, taken.children, given)
        lines, near = await self._lines(step, taken.children, clocks, given)
        left = _left(taken.links, given, near)
        lines = [*recalled, *_link_lines(taken.links, given), *lines]
        if lines:
            await self._append(step, lines, given, left)

    async def _recall(
        self,
        step: Step,
        touched: Mapping[str, Child],
        given: Mapping[str, set[str]],
    ) -> list[rules.Line]:
        """
        Return the lines that recall what was given of children newly restricted, or not.

        What they may still have is given anew, as if nothing had been: *given* forgets.
        """
        now = {
            person: child.restricted
            for child in touched.values()
            for person in store.persons_of(child.entries)
        }
        turned = await store.turned(step.conn, now)
        if not turned:
            return []
        told = [(org, p) for p in turned for org in sorted(given) if p in given[org]]
        at = instants.text(step.now)
        notices = {p: rules.recall(p, at) for p in {person for _, person in told}}
        if notices:
            await store.add_notices(step.conn, list(notices.values()))
        orgs = {org for org, _ in told}
        await store.lock_feeds(step.conn, orgs)
        await store.forget(step.conn, orgs, turned)
        for persons in given.values():
            persons.difference_update(turned)
        return [rules.Line(org, notices[p].id, "recall", p) for org, p in told]

    async def _append(
        self,
        step: Step,
        lines: Sequence[rules.Line],
        given: Mapping[str, set[str]],
        left: set[tuple[str, str]],
    ) -> None:
        """Write the lines, and of whom each subscriber has been told."""
        await store.lock_feeds(step.conn, {line.org for line in lines})
        await store.append(step.conn, lines)
        told = {(line.org, line.person) for line in lines if line.kind == "event"}
        new = {(o, p) for o, p in told if p not in given.get(o, ())}
        if new:
            await store.reach(step.conn, new)
        if left:
            await store.unreach(step.conn, left)
        self._tell()

    async def _lines(
        self,
        step: Step,
        touched: Mapping[str, Child],
        clocks: Sequence[rules.Notice],
        given: Mapping[str, set[str]],
    ) -> tuple[list[rules.Line], set[tuple[str, str]]]:
        """Return what the touched children add to feeds, and who reaches which child."""
        told = [
            _Telling(child, reach, given.get(reach.org, set()))
            for _, child in sorted(touched.items())
            for reach in self._reaching(child)
        ]
        late = {person for one in told for person in one.late}
        earlier = await store.clock_notices(step.conn, late) if late else []
        lines: list[rules.Line] = []
        for one in told:
            lines += one.lines
            known = [notice for notice in earlier if notice.person in one.late]
            lines += self._clock_lines(one, [*known, *clocks])
        return lines, {(one.reach.org, one.child.ref) for one in told}

    def _clock_lines(
        self, one: "_Telling", clocks: Iterable[rules.Notice]
    ) -> list[rules.Line]:
        """Return those of *clocks* that are the child's and that the subscriber hears."""
        heard = self._contracts.rules.clocks
        return [
            rules.Line(one.reach.org, notice.id, "clock", notice.person)
            for notice in clocks
            if notice.person in one.persons
            and rules.hears(one.reach, notice.clock, heard)
        ]

    def _reaching(self, child: Child) -> Iterable[Reach]:
        """Yield the subscribers who may have something of *child*."""
        now = self._contracts
        named = {naming.org for naming in child.namings}
        for one in now.rules.subscribers:
            if one.circle and one.org not in named:
                continue
            viewer = Viewer(one.org, one.roles, now.today)
            reach = decide.reach(viewer, child.namings, now.rules.agreements)
            if reach is not None and reach.agreement.feed:
                yield reach


async def take_back(step: Step, records: list[Record]) -> None:
    """Take back to whom something was given: their feeds go on behind it."""
    given = {event_data(record)["subscriber"] for record in records}
    await store.leave_a_gap(step.conn, given)


def _clock_notices(step: Step, records: Iterable[Record]) -> list[rules.Notice]:
    """Return the clock events among *records*; refuse those that cannot be read."""
    found = []
    for record in records:
        if record.topic != topics.CLOCKS_CHANGED.name:
            continue
        try:
            body = event_data(record)
        except Refused as refused:
            step.refuse(record, refused)
            continue
        said = record.attributes
        found.append(
            rules.Notice(
                said["id"], "clock", said["personref"], body["clock"], said, body
            )
        )
    return found


def _link_notice(link: Link) -> rules.Notice:
    """Return a link decision as a notice."""
    said = link.record.attributes
    first = link.moved[0].person_ref
    return rules.Notice(said["id"], "link", first, None, said, event_data(link.record))


def _link_lines(
    links: Sequence[Link], given: Mapping[str, set[str]]
) -> list[rules.Line]:
    """Return the decisions for those who were sent something of a person that moved."""
    return [
        rules.Line(org, link.record.attributes["id"], "link", moved.person_ref)
        for link in links
        for org, told in sorted(given.items())
        for moved in link.moved
        if moved.person_ref in told and moved.before is not None
    ]


def _left(
    links: Sequence[Link],
    given: Mapping[str, set[str]],
    near: set[tuple[str, str]],
) -> set[tuple[str, str]]:
    """Return who was sent something of a moved person and may have it no longer."""
    return {
        (org, moved.person_ref)
        for link in links
        for moved in link.moved
        for org, told in given.items()
        if moved.person_ref in told and (org, moved.now) not in near
    }
