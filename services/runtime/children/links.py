"""The map: link decisions in, today's child of a person or a reference out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.runtime.postgres import Connection

PERSON_LINKED: Final = "person.linked.v1"

_RESOLVE: Final = """
WITH RECURSIVE led AS (
    SELECT $1::text AS child_ref, 0 AS hops
    UNION ALL
    SELECT j.joined_to, led.hops + 1 FROM joins j JOIN led USING (child_ref)
    WHERE led.hops < 100
)
SELECT child_ref FROM led ORDER BY hops DESC LIMIT 1
"""
_PLACE: Final = """
WITH before AS (
    SELECT person_ref, child_ref FROM places WHERE person_ref = ANY($1::text[])
), moved AS (
    INSERT INTO places SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
    ON CONFLICT (person_ref) DO UPDATE SET child_ref = excluded.child_ref,
        epoch = excluded.epoch WHERE places.epoch < excluded.epoch
    RETURNING person_ref, child_ref, epoch
)
SELECT m.person_ref, b.child_ref AS before, m.child_ref AS now, m.epoch
FROM moved m LEFT JOIN before b USING (person_ref)
"""
_JOIN: Final = """
INSERT INTO joins SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
ON CONFLICT (child_ref) DO UPDATE SET joined_to = excluded.joined_to,
    epoch = excluded.epoch WHERE joins.epoch < excluded.epoch
"""


@dataclass(frozen=True, slots=True)
class Moved:
    """A person whose child changed, or who has one for the first time."""

    person_ref: str
    before: str | None
    now: str
    epoch: int
    """Of the decision that moved it."""


async def place(conn: Connection, links: Sequence[Mapping[str, Any]]) -> list[Moved]:
    """
    Take in link decisions; return who moved.

    Of several about one person the highest epoch counts, and a lower one than is known
    changes nothing: so the order in which they are read does not matter.
    """
    ordered = sorted(links, key=lambda link: int(link["epoch"]))
    placed = {
        p: (link["child_ref"], link["epoch"])
        for link in ordered
        for p in link["persons"]
    }
    joined = {
        j: (link["child_ref"], link["epoch"])
        for link in ordered
        for j in link["joined"]
    }
    rows = await conn.fetch(_PLACE, *_columns(placed))
    if joined:
        await conn.execute(_JOIN, *_columns(joined))
    return [
        Moved(row["person_ref"], row["before"], row["now"], row["epoch"])
        for row in rows
        if row["before"] != row["now"]
    ]


def _columns(known: Mapping[str, tuple[str, int]]) -> tuple[list[Any], ...]:
    """Return references, children and epochs, in the order of the references."""
    refs = sorted(known)
    return refs, [known[ref][0] for ref in refs], [known[ref][1] for ref in refs]


async def current_child(conn: Connection, child_ref: str) -> str:
    """Return the child that *child_ref* leads to after joins."""
    found: str = await conn.fetchval(_RESOLVE, child_ref)
    return found
