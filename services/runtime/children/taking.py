"""Taking in the shared stream: which children it concerns, and all that is known of them."""

from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid4

from schemas.entry import Entry
from schemas.errors import Refused
from schemas.history import WITHDRAWAL
from schemas.naming import Naming, namings
from schemas.restriction import RESTRICTED, is_restricted, restricted
from services.runtime.children.entries import add_entries, entries_of
from services.runtime.children.links import PERSON_LINKED, Moved, place
from services.runtime.envelope import Record, entry_of, event_data
from services.runtime.postgres import Connection
from services.runtime.step import Step

_MOST_ENTRIES: Final = 60_000
"""Entries kept in memory, about 100 MB."""

_BEFORE: Final = """
SELECT child_ref, stamp FROM revisions WHERE child_ref = ANY($1::text[])
ORDER BY child_ref FOR UPDATE
"""
_STAMP: Final = """
INSERT INTO revisions (child_ref, stamp) SELECT r, $2 FROM unnest($1::text[]) AS x(r)
ON CONFLICT (child_ref) DO UPDATE SET stamp = excluded.stamp
"""


@dataclass(slots=True)
class Child:
    """A child as the tables have it under a stamp."""

    ref: str
    stamp: UUID
    """Of the step that last changed it; another in the table makes this copy stale."""
    entries: list[Entry]
    fresh: list[Entry] = field(default_factory=list)
    """Those that came in this step."""
    apart: bool = False
    """Whether the fresh ones neither supersede nor withdraw anything, nor moved."""
    _namings: frozenset[Naming] | None = None

    @property
    def restricted(self) -> bool:
        """Whether its record is restricted; its entries are as such a child's are."""
        return is_restricted(self.entries)

    @property
    def namings(self) -> frozenset[Naming]:
        """Who sent, and who is named in, its events."""
        if self._namings is None:
            self._namings = namings(self.entries)
        return self._namings

    def grown(self, fresh: list[Entry], stamp: UUID) -> "Child":
        """Return the child with *fresh* entries, counting again only what must be."""
        apart = _apart(self.entries, fresh)
        if self.restricted:
            fresh = [restricted(entry) for entry in fresh]
        grown = Child(self.ref, stamp, self.entries + fresh, fresh, apart)
        if self._namings is not None and apart:
            grown._namings = self._namings | namings(fresh)
        return grown


def _apart(old: Iterable[Entry], new: Iterable[Entry]) -> bool:
    """Return whether *new* neither supersedes nor withdraws anything of *old*."""
    records = {(entry.source, entry.sourcerecord) for entry in old}
    return not any(
        entry.type == WITHDRAWAL or (entry.source, entry.sourcerecord) in records
        for entry in new
    ) and not any(entry.type == WITHDRAWAL for entry in old)


@dataclass(frozen=True, slots=True)
class Link:
    """A link decision that moved someone."""

    record: Record
    moved: tuple[Moved, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a batch of the shared stream changed."""

    children: dict[str, Child]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class _Held:
    """Children that nobody else adds to, or moves a person from, until the commit."""

    homes: dict[str, str]
    """The child of each person that was asked for."""
    children: set[str]
    stamps: dict[str, UUID]
    """Of the step that last changed each of them."""
    stamp: UUID
    """Of this step."""


class Children:
    """The children that one reader has lately been concerned with."""

    def __init__(self) -> None:
        """Know nobody yet."""
        self._known: OrderedDict[str, Child] = OrderedDict()
        self._entries = 0

    async def take_in(
        self, step: Step, records: Sequence[Record], persons: Collection[str] = ()
    ) -> Taken:
        """
        Keep the events and link decisions of *records*; return whom they concern.

        Children of *persons* are among them even if nothing of theirs is new.
        """
        entries, decisions = opened(step, records)
        links = await _linked(step.conn, decisions) if decisions else ()
        if entries:
            await add_entries(step.conn, entries)
        stirred = {
            ref for link in links for m in link.moved for ref in (m.now, m.before)
        }
        shaken = {ref for ref in stirred if ref}
        whom = {e.personref for e in entries} | set(persons)
        held = await _held(step.conn, whom, shaken)
        fresh: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            fresh[held.homes[entry.personref]].append(entry)
        children = await self._now(step.conn, held, fresh, shaken)
        return Taken(children, links)

    async def _now(
        self,
        conn: Connection,
        held: "_Held",
        fresh: dict[str, list[Entry]],
        shaken: Collection[str],
    ) -> dict[str, Child]:
        """Return the held children, from memory where that is still true."""
        found: dict[str, Child] = {}
        for ref, before in held.stamps.items():
            known = self._known.get(ref)
            new = fresh.get(ref, [])
            same = ref not in shaken and all(e.type != RESTRICTED for e in new)
            if known and known.stamp == before and same:
                found[ref] = known.grown(new, held.stamp)
        missing = held.children - found.keys()
        loaded = await entries_of(conn, missing) if missing else {}
        for ref in missing:
            ids = {entry.id for entry in fresh.get(ref, ())}
            entries = loaded.get(ref, [])
            own = [entry for entry in entries if entry.id in ids]
            found[ref] = Child(ref, held.stamp, entries, own)
        for child in found.values():
            self._remember(child)
        return found

    async def current(
        self, conn: Connection, refs: Collection[str]
    ) -> dict[str, Child]:
        """Return *refs* as they are, changing nothing."""
        rows = await conn.fetch(
            "SELECT child_ref, stamp FROM revisions WHERE child_ref = ANY($1::text[])",
            list(refs),
        )
        stamps: dict[str, UUID] = {row["child_ref"]: row["stamp"] for row in rows}
        found = {
            ref: known
            for ref, stamp in stamps.items()
            if (known := self._known.get(ref)) and known.stamp == stamp
        }
        missing = stamps.keys() - found.keys()
        loaded = await entries_of(conn, missing) if missing else {}
        return found | {
            ref: Child(ref, stamps[ref], loaded.get(ref, [])) for ref in missing
        }

    def _remember(self, child: Child) -> None:
        """
        Keep *child* in memory, and forget those not touched for longest.

        If the step is rolled back, its stamp is in no table and the copy is never
        believed.
        """
        before = self._known.pop(child.ref, None)
        self._known[child.ref] = child
        self._entries += len(child.entries) - (len(before.entries) if before else 0)
        while self._entries > _MOST_ENTRIES and len(self._known) > 1:
            _, oldest = self._known.popitem(last=False)
            self._entries -= len(oldest.entries)


async def _held(
    conn: Connection, persons: Collection[str], shaken: Collection[str]
) -> _Held:
    """
    Hold the children of *persons*, and those that are *shaken*.

    Who joins children holds them as well. While this step waited for that, the persons
    may have moved: then the child in which they are now is held instead, so that an
    event is never given as one of a child that has nobody left.
    """
    homes = await _homes(conn, persons)
    while True:
        children, stamp = {*shaken, *homes.values()}, uuid4()
        listed = sorted(children)
        rows = await conn.fetch(_BEFORE, listed)
        await conn.execute(_STAMP, listed, stamp)
        now = await _homes(conn, persons)
        if now == homes:
            stamps = {row["child_ref"]: row["stamp"] for row in rows}
            return _Held(homes, children, stamps, stamp)
        homes = now


async def hold(conn: Connection, refs: Collection[str]) -> None:
    """Have nobody add to the children *refs* until the commit."""
    await conn.fetch(_BEFORE, sorted(refs))


def opened(
    step: Step, records: Sequence[Record]
) -> tuple[list[Entry], list[tuple[Record, dict[str, Any]]]]:
    """Return the events, and the link decisions with their bodies; refuse the rest."""
    entries: list[Entry] = []
    links: list[tuple[Record, dict[str, Any]]] = []
    for record in records:
        try:
            data = event_data(record)
            if record.attributes.get("type") == PERSON_LINKED:
                links.append((record, data))
            else:
                entries.append(entry_of(record.attributes, data))
        except Refused as refused:
            step.refuse(record, refused)
    return entries, links


async def _linked(
    conn: Connection, decisions: Sequence[tuple[Record, dict[str, Any]]]
) -> tuple[Link, ...]:
    """Take in decisions; return those that moved someone."""
    moved: defaultdict[int, list[Moved]] = defaultdict(list)
    for one in await place(conn, [body for _, body in decisions]):
        moved[one.epoch].append(one)
    return tuple(
        Link(record, tuple(moved[body["epoch"]]))
        for record, body in decisions
        if body["epoch"] in moved
    )


async def _homes(conn: Connection, persons: Collection[str]) -> dict[str, str]:
    """Return the child of each of *persons*."""
    rows = await conn.fetch(
        "SELECT person_ref, child_ref FROM places WHERE person_ref = ANY($1::text[])",
        list(persons),
    )
    return {row["person_ref"]: row["child_ref"] for row in rows}
