"""What rules link by and decide, read and written a batch at a time."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import orjson

from services.identity_linking.rules import Registry, Stated
from services.identity_linking.store.columns import columns
from services.identity_linking.translate import Decided
from services.runtime.postgres import Connection

_LOAD: Final = """
WITH near AS (
    SELECT person_ref FROM persons WHERE person_ref = ANY($1::text[])
    UNION SELECT person_ref FROM other_names WHERE name = ANY($1::text[])
    UNION SELECT person_ref FROM statements WHERE nhs_number = ANY($2::text[])
    UNION SELECT person_ref FROM statements WHERE upn = ANY($3::text[])
    UNION SELECT person_ref FROM statements
    WHERE former <> '' AND string_to_array(former, ' ') && $2::text[]
), kids AS (
    SELECT DISTINCT child_ref FROM persons JOIN near USING (person_ref)
    UNION SELECT unnest($4::text[])
), people AS MATERIALIZED (
    SELECT p.person_ref, p.sender, p.child_ref, p.home, c.epoch
    FROM persons p JOIN kids USING (child_ref) JOIN children c USING (child_ref)
), parted AS (
    SELECT d.one, d.other FROM do_not_link d JOIN people p ON d.one = p.person_ref
    UNION
    SELECT d.one, d.other FROM do_not_link d JOIN people p ON d.other = p.person_ref
)
SELECT
    (SELECT json_agg(json_build_array(person_ref, sender, child_ref, home, epoch))
     FROM people),
    (SELECT json_agg(json_build_array(s.person_ref, s.nhs_number, s.upn, s.born::text,
        s.family_name, s.given_name, s.former))
     FROM statements s JOIN people USING (person_ref)),
    (SELECT json_agg(json_build_array(one, other)) FROM parted),
    (SELECT json_agg(json_build_array(name, person_ref)) FROM other_names
     WHERE name = ANY($1::text[]))
"""
"""All at once, as JSON: a question more costs more than what is answered."""
_FOUND: Final = """
INSERT INTO children (child_ref, epoch)
SELECT * FROM unnest($1::text[], $2::bigint[]) ON CONFLICT DO NOTHING
"""
_SETTLE: Final = """
INSERT INTO persons (person_ref, sender, child_ref, epoch, home)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[])
ON CONFLICT (person_ref) DO UPDATE SET child_ref = excluded.child_ref,
    epoch = excluded.epoch
"""
_JOIN: Final = """
UPDATE children c SET joined_to = j.stays
FROM unnest($1::text[], $2::text[]) AS j(goes, stays) WHERE c.child_ref = j.goes
"""


async def lock(conn: Connection, now: datetime) -> tuple[int, datetime]:
    """Take identity's one lock; return the last epoch and the `knownat` to stamp."""
    row = await conn.fetchrow(
        "UPDATE state SET knownat = greatest(knownat, $1) RETURNING epoch, knownat", now
    )
    assert row is not None  # noqa: S101 - the row is made with the table
    return row["epoch"], row["knownat"]


async def save_epoch(conn: Connection, epoch: int) -> None:
    """Keep the last epoch used."""
    await conn.execute("UPDATE state SET epoch = $1", epoch)


async def current_child(conn: Connection, child_ref: str) -> str | None:
    """Return the child that *child_ref* leads to after joins; None if unknown."""
    found: str | None = await conn.fetchval(
        "WITH RECURSIVE led AS (SELECT child_ref, joined_to FROM children"
        " WHERE child_ref = $1 UNION ALL SELECT c.child_ref, c.joined_to"
        " FROM children c JOIN led ON c.child_ref = led.joined_to)"
        " SELECT child_ref FROM led WHERE joined_to IS NULL",
        child_ref,
    )
    return found


async def load(
    conn: Connection,
    persons: Collection[str],
    said: Iterable[Stated],
    children: Collection[str],
) -> Registry:
    """Return everything known that the given persons and numbers can touch."""
    numbers = [number for one in said for number in one.numbers]
    row = await conn.fetchrow(
        _LOAD,
        list(persons),
        [number for scheme, number in numbers if scheme == "nhs_number"],
        [number for scheme, number in numbers if scheme == "upn"],
        list(children),
    )
    assert row is not None  # noqa: S101 - it always has one
    return _registry(*(orjson.loads(part) if part else [] for part in row))


def _registry(
    people: Iterable[Sequence[Any]],
    said: Iterable[Sequence[Any]],
    parted: Iterable[Sequence[str]],
    names: Iterable[Sequence[str]],
) -> Registry:
    """Return persons, what was said of them, who must stay apart, and other names."""
    registry = Registry()
    for person, sender, child, home, epoch in people:
        registry.founded[child] = epoch
        registry.add(person, sender, child, home)
    for person, *words, former in said:
        registry.note(person, replace(Stated(*words), former=tuple(former.split())))
    registry.parted |= {(one, other) for one, other in parted}
    for name, person in names:
        registry.call(name, person)
    return registry


async def new_names(
    conn: Connection, pairs: Collection[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Keep and return those of *pairs*, name and person, that were not kept before."""
    if not pairs:
        return set()
    rows = await conn.fetch(
        "INSERT INTO other_names (name, person_ref) SELECT * FROM"
        " unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING"
        " RETURNING name, person_ref",
        *columns(sorted(pairs), 2),
    )
    return {(row["name"], row["person_ref"]) for row in rows}


async def save_said(conn: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Keep statements: person, digest, category, sensitivity and the six particulars."""
    if not rows:
        return
    await conn.execute(
        "INSERT INTO statements (person_ref, digest, category, sensitivity, nhs_number,"
        " upn, born, family_name, given_name, former)"
        " SELECT p, g, c, s, n, u, b::date, f, v, o"
        " FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[],"
        " $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])"
        " AS x(p, g, c, s, n, u, b, f, v, o) ON CONFLICT DO NOTHING",
        *columns(rows, 10),
    )


async def save_decisions(
    conn: Connection, decided: Sequence[Decided], *, at: datetime, by: str
) -> None:
    """Keep decisions with their evidence; move the persons they are about."""
    await conn.executemany(
        "INSERT INTO decisions (epoch, at, child_ref, persons, reason, evidence,"
        " decided_by) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [
            (d.epoch, at, d.child_ref, list(d.persons), d.reason, list(d.evidence), by)
            for d in decided
        ],
    )


async def save_places(
    conn: Connection,
    persons: Sequence[tuple[str, str, str, int, str]],
    founded: Sequence[tuple[str, int]],
    joined: Sequence[tuple[str, str]],
) -> None:
    """
    Keep persons with their child, children founded, and children joined to others.

    The last of what is told of a person, its home, is kept when it is new.
    """
    for sql, rows, width in (
        (_FOUND, founded, 2),
        (_SETTLE, persons, 5),
        (_JOIN, joined, 2),
    ):
        if rows:
            await conn.execute(sql, *columns(rows, width))


async def save_reviews(
    conn: Connection, rows: Collection[tuple[str, str, str]]
) -> None:
    """Keep what a steward should look at."""
    await conn.execute(
        "INSERT INTO reviews (person_ref, child_ref, why)"
        " SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING",
        *columns(sorted(rows), 3),
    )


async def founded_at(conn: Connection, child_ref: str) -> int:
    """Return the epoch at which a known child was founded."""
    epoch: int = await conn.fetchval(
        "SELECT epoch FROM children WHERE child_ref = $1", child_ref
    )
    return epoch


async def particulars(conn: Connection, child_ref: str) -> list[Stated]:
    """Return everything said that identifies a child, in a fixed order."""
    rows = await conn.fetch(
        "SELECT s.nhs_number, s.upn, s.born::text AS born, s.family_name, s.given_name"
        " FROM statements s JOIN persons p USING (person_ref)"
        " WHERE p.child_ref = $1 ORDER BY p.epoch, s.person_ref, s.digest",
        child_ref,
    )
    return [Stated(*row) for row in rows]
