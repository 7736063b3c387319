"""The ledger: one row a message a hop, found again by any id."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.console.codes import HOPS, STAGES
from services.console.rules import Wanted
from services.console.translate import Hop
from services.runtime import instants
from services.runtime.postgres import Connection

Place = tuple[str, int, int]
Item = tuple[UUID, int]

ANY: Final = """
SELECT * FROM ledger WHERE message_ref = $1
UNION ALL SELECT * FROM ledger WHERE event_id = $1 AND topic <> 'events.linked'
UNION ALL SELECT * FROM ledger WHERE request_id = $1
UNION ALL SELECT * FROM ledger WHERE correlation_id = $1
UNION ALL SELECT * FROM ledger WHERE mentions @> ARRAY[$1]
"""
PERSON: Final = """
SELECT * FROM ledger WHERE person_ref = $1
UNION ALL SELECT * FROM ledger WHERE mentions @> ARRAY[$1]
"""
DIRECT: Final = {
    "any": ANY,
    "child": "SELECT * FROM ledger WHERE child_ref = $1",
    "person": PERSON,
}
MESSAGES: Final = "SELECT * FROM ledger WHERE message_ref = ANY($1::uuid[])"
ITEMS: Final = """
SELECT l.* FROM unnest($1::uuid[], $2::int[]) AS w(message_ref, place)
JOIN ledger l USING (message_ref, place)
"""
FORGET_PLACES: Final = (
    "UPDATE ledger SET position = position - (2::bigint ^ 40)::bigint"
)
"""Where in a log that is lost something lay is before where anything lies now."""
MENTIONS: Final = "SELECT * FROM ledger WHERE mentions && $1::uuid[]"


@dataclass(slots=True)
class _Found:
    """What a trace has gathered so far, each row once."""

    rows: dict[Place, asyncpg.Record] = field(default_factory=dict)

    def add(self, rows: Iterable[asyncpg.Record]) -> None:
        """Keep *rows*."""
        for row in rows:
            self.rows[(row["topic"], row["partition"], row["position"])] = row

    @property
    def events(self) -> list[UUID]:
        """The events that the rows are about."""
        return [row["event_id"] for row in self.rows.values() if row["event_id"]]


async def add(conn: Connection, hops: Sequence[Hop]) -> None:
    """Keep *hops*; the step that brings them sees to it that each comes once."""
    await conn.copy_records_to_table("ledger", records=hops, columns=Hop._fields)


async def trace(conn: Connection, wanted: Wanted) -> list[dict[str, Any]]:
    """
    Return every hop of what *wanted* names, in the order in which they happened.

    A message leads to its events, an event to its message's item, and both to the
    clocks that rest on them and to whom they were delivered.
    """
    direct = await conn.fetch(DIRECT[wanted.kind], wanted.id)
    found = _Found()
    found.add(direct)
    asked = [row["message_ref"] for row in direct if row["request_id"] == wanted.id]
    if asked:
        found.add(await conn.fetch(MESSAGES, asked))
    found.add(await _of_items(conn, wanted, direct))
    if found.events:
        found.add(await conn.fetch(MENTIONS, found.events))
    return [_shown(row) for row in sorted(found.rows.values(), key=_order)]


async def ready(conn: Connection) -> None:
    """Make this month's and the next month's part of the ledger."""
    await conn.execute("SELECT ready_months('ledger', current_date)")


async def _of_items(
    conn: Connection, wanted: Wanted, direct: Sequence[asyncpg.Record]
) -> list[asyncpg.Record]:
    """
    Return the other hops of the items that *direct* speaks of.

    Of an item that became several events, an event's trace shows that event alone.
    """
    known = {row["event_id"] for row in direct if row["event_id"]}
    items = _items(row for row in direct if row["message_ref"] != wanted.id)
    if not items:
        return []
    whole = _items(row for row in direct if row["event_id"] is None)
    messages, places = zip(*items, strict=True)
    rows = await conn.fetch(ITEMS, list(messages), list(places))
    return [
        row
        for row in rows
        if row["event_id"] in {None, *known}
        or (row["message_ref"], row["place"]) in whole
    ]


def _items(rows: Iterable[asyncpg.Record]) -> set[Item]:
    """Return the items of messages that *rows* speak of."""
    return {
        (row["message_ref"], row["place"])
        for row in rows
        if row["message_ref"] and row["place"] is not None
    }


def _order(row: asyncpg.Record) -> tuple[Any, ...]:
    """Return what a trace is sorted by."""
    stage = STAGES.get(row["topic"], 0)
    return row["at"], stage, row["partition"], row["position"]


def _shown(row: asyncpg.Record) -> dict[str, Any]:
    """Return one hop as the contract words it."""
    return {
        "hop": HOPS[row["topic"]],
        "topic": row["topic"],
        "partition": row["partition"],
        "offset": max(row["position"], -1),
        "at": instants.text(row["at"]),
        "state": row["state"],
        "reason": row["reason"],
    }
