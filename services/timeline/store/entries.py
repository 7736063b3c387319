"""Entries and the map, as the timeline keeps them."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

import orjson

from schemas.entry import Entry
from services.runtime.postgres import Connection

_RESOLVE: Final = """
WITH RECURSIVE led AS (
    SELECT $1::text AS child_ref, 0 AS hops
    UNION ALL
    SELECT j.joined_to, led.hops + 1 FROM joins j JOIN led USING (child_ref)
    WHERE led.hops < 100
)
SELECT child_ref FROM led ORDER BY hops DESC LIMIT 1
"""


async def add_entries(conn: Connection, entries: Sequence[Entry]) -> None:
    """Keep *entries*."""
    await conn.execute(
        "INSERT INTO entries (id, person_ref, entry)"
        " SELECT * FROM unnest($1::uuid[], $2::text[], $3::bytea[])"
        " ON CONFLICT DO NOTHING",
        [UUID(entry.id) for entry in entries],
        [entry.personref for entry in entries],
        [orjson.dumps(asdict(entry)) for entry in entries],
    )


async def hear(conn: Connection, heard: dict[str, str]) -> None:
    """Move on when each source was last heard."""
    await conn.execute(
        "INSERT INTO sources SELECT s, t::timestamptz"
        " FROM unnest($1::text[], $2::text[]) AS x(s, t) ORDER BY s"
        " ON CONFLICT (source) DO UPDATE"
        " SET last_heard = greatest(sources.last_heard, excluded.last_heard)",
        list(heard),
        list(heard.values()),
    )


async def place(conn: Connection, link: dict[str, Any]) -> None:
    """Take in one link decision; one of a lower epoch changes nothing."""
    epoch, child = link["epoch"], link["child_ref"]
    await conn.execute(
        "INSERT INTO places SELECT p, $2, $3 FROM unnest($1::text[]) AS x(p)"
        " ON CONFLICT (person_ref) DO UPDATE SET child_ref = excluded.child_ref,"
        " epoch = excluded.epoch WHERE places.epoch < excluded.epoch",
        link["persons"],
        child,
        epoch,
    )
    await conn.execute(
        "INSERT INTO joins SELECT j, $2, $3 FROM unnest($1::text[]) AS x(j)"
        " ON CONFLICT (child_ref) DO UPDATE SET joined_to = excluded.joined_to,"
        " epoch = excluded.epoch WHERE joins.epoch < excluded.epoch",
        link["joined"],
        child,
        epoch,
    )
    rows = [(h, p, c, s) for p, found in link["lookups"].items() for h, c, s in found]
    await conn.executemany(
        "INSERT INTO lookups (hash, person_ref, category, sensitivity)"
        " VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        rows,
    )


async def current_child(conn: Connection, child_ref: str) -> str:
    """Return the child that *child_ref* leads to after joins."""
    found: str = await conn.fetchval(_RESOLVE, child_ref)
    return found


async def entries_of(conn: Connection, child_ref: str) -> list[Entry]:
    """Return the entries of all persons that are this child today."""
    rows = await conn.fetch(
        "SELECT e.entry FROM places p JOIN entries e USING (person_ref)"
        " WHERE p.child_ref = $1",
        child_ref,
    )
    return [Entry(**orjson.loads(row["entry"])) for row in rows]


async def found(conn: Connection, lookup: str) -> list[tuple[str, str, str]]:
    """Return child, category and sensitivity of each statement of a number."""
    rows = await conn.fetch(
        "SELECT p.child_ref, l.category, l.sensitivity FROM lookups l"
        " JOIN places p USING (person_ref) WHERE l.hash = $1",
        lookup,
    )
    return [tuple(row) for row in rows]


async def last_heard(conn: Connection) -> dict[str, Any]:
    """Return when each source was last heard."""
    rows = await conn.fetch("SELECT source, last_heard FROM sources")
    return {row["source"]: row["last_heard"] for row in rows}
