"""By what a child is found, and when each source was last heard."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from schemas.identifiers import NAMELESS
from services.runtime.postgres import Connection


class Found(NamedTuple):
    """A kind of statement by which a child is found."""

    category: str
    sensitivity: str
    nameless: bool
    """Whether there was no name beside the number."""


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
            (found[0], person, found[1], found[2], NAMELESS in found[3:])
            for link in links
            for person, hashes in link["lookups"].items()
            for found in hashes
        }
    )
    await conn.execute(
        "INSERT INTO lookups AS l (hash, person_ref, category, sensitivity, nameless)"
        " SELECT h, p, c, s, bool_and(n) FROM unnest($1::text[], $2::text[], $3::text[],"
        " $4::text[], $5::bool[]) AS t(h, p, c, s, n) GROUP BY h, p, c, s"
        " ORDER BY h, p, c, s ON CONFLICT (hash, person_ref, category, sensitivity)"
        " DO UPDATE SET nameless = false WHERE l.nameless AND NOT excluded.nameless",
        *[[row[i] for row in rows] for i in range(5)],
    )


async def found(conn: Connection, lookup: str) -> dict[str, Sequence[Found]]:
    """Return, by child, each kind of statement of a number."""
    rows = await conn.fetch(
        "SELECT DISTINCT p.child_ref, l.category, l.sensitivity, l.nameless"
        " FROM lookups l JOIN places p USING (person_ref) WHERE l.hash = $1",
        lookup,
    )
    stated: defaultdict[str, list[Found]] = defaultdict(list)
    for child, *kind in rows:
        stated[child].append(Found(*kind))
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
