"""The map: link decisions in, today's child of a person or a reference out."""

from collections.abc import Mapping
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
    INSERT INTO places SELECT p, $2, $3 FROM unnest($1::text[]) AS x(p)
    ON CONFLICT (person_ref) DO UPDATE SET child_ref = excluded.child_ref,
        epoch = excluded.epoch WHERE places.epoch < excluded.epoch
    RETURNING person_ref
)
SELECT m.person_ref, b.child_ref FROM moved m LEFT JOIN before b USING (person_ref)
"""


@dataclass(frozen=True, slots=True)
class Moved:
    """A person whose child changed, or who has one for the first time."""

    person_ref: str
    before: str | None
    now: str


async def place(conn: Connection, link: Mapping[str, Any]) -> list[Moved]:
    """Take in one link decision; return what moved. A lower epoch moves nothing."""
    epoch, child = link["epoch"], link["child_ref"]
    rows = await conn.fetch(_PLACE, link["persons"], child, epoch)
    if link["joined"]:
        await conn.execute(
            "INSERT INTO joins SELECT j, $2, $3 FROM unnest($1::text[]) AS x(j)"
            " ON CONFLICT (child_ref) DO UPDATE SET joined_to = excluded.joined_to,"
            " epoch = excluded.epoch WHERE joins.epoch < excluded.epoch",
            link["joined"],
            child,
            epoch,
        )
    return [
        Moved(row["person_ref"], row["child_ref"], child)
        for row in rows
        if row["child_ref"] != child
    ]


async def current_child(conn: Connection, child_ref: str) -> str:
    """Return the child that *child_ref* leads to after joins."""
    found: str = await conn.fetchval(_RESOLVE, child_ref)
    return found
