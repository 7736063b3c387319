"""By what a child is found, and when each source was last heard."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.runtime.postgres import Connection


async def hear(conn: Connection, heard: Mapping[str, str]) -> None:
    """Move on when each source was last heard."""
    await conn.execute(
        "INSERT INTO sources SELECT s, t::timestamptz"
        " FROM unnest($1::text[], $2::text[]) AS x(s, t) ORDER BY s"
        " ON CONFLICT (source) DO UPDATE"
        " SET last_heard = greatest(sources.last_heard, excluded.last_heard)",
        list(heard),
        list(heard.values()),
    )


async def note(conn: Connection, links: Iterable[Mapping[str, Any]]) -> None:
    """Keep the hashes by which link decisions say that persons are found."""
    rows = sorted(
        {
            (found[0], person, found[1], found[2])
            for link in links
            for person, hashes in link["lookups"].items()
            for found in hashes
        }
    )
    await conn.execute(
        "INSERT INTO lookups (hash, person_ref, category, sensitivity)"
        " SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])"
        " ON CONFLICT DO NOTHING",
        *[[row[i] for row in rows] for i in range(4)],
    )


async def found(conn: Connection, lookup: str) -> dict[str, Sequence[tuple[str, str]]]:
    """Return, by child, category and sensitivity of each statement of a number."""
    rows = await conn.fetch(
        "SELECT DISTINCT p.child_ref, l.category, l.sensitivity FROM lookups l"
        " JOIN places p USING (person_ref) WHERE l.hash = $1",
        lookup,
    )
    stated: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        stated[row["child_ref"]].append((row["category"], row["sensitivity"]))
    return dict(stated)


async def home(conn: Connection, person: str) -> str | None:
    """Return the child that a person is of today, if the person is known."""
    query = "SELECT child_ref FROM places WHERE person_ref = $1"
    found: str | None = await conn.fetchval(query, person)
    return found


async def last_heard(conn: Connection) -> dict[str, datetime]:
    """Return when each source was last heard."""
    rows = await conn.fetch("SELECT source, last_heard FROM sources")
    return {row["source"]: row["last_heard"] for row in rows}
