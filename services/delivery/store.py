"""Feeds, as delivery keeps them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from schemas.entry import Entry
from services.delivery.rules import Line, Notice
from services.runtime.postgres import Connection

_APPEND: Final = """
WITH new AS (
    SELECT org, event_id, kind, person_ref,
        row_number() OVER (PARTITION BY org ORDER BY place) AS nth
    FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[])
        WITH ORDINALITY AS x(org, event_id, kind, person_ref, place)
    WHERE NOT EXISTS (SELECT 1 FROM feed f
                      WHERE f.org = x.org AND f.event_id = x.event_id)
), moved AS (
    UPDATE subscriptions s SET next_position = s.next_position + c.n
    FROM (SELECT org, count(*) AS n FROM new GROUP BY org) c WHERE s.org = c.org
    RETURNING s.org, s.next_position - c.n AS first
)
INSERT INTO feed (org, position, event_id, kind, person_ref)
SELECT n.org, m.first + n.nth - 1, n.event_id, n.kind, n.person_ref
FROM new n JOIN moved m USING (org)
"""
_GAP: Final = 2**40


@dataclass(frozen=True, slots=True)
class Placed:
    """A line of a feed at its position."""

    position: int
    event_id: str
    kind: str
    person: str


async def lock_feeds(conn: Connection, orgs: Collection[str]) -> None:
    """Make and lock, in order, the subscriptions that a step adds to."""
    await conn.execute(
        "INSERT INTO subscriptions (org) SELECT * FROM unnest($1::text[])"
        " ON CONFLICT DO NOTHING",
        sorted(orgs),
    )
    await conn.execute(
        "SELECT 1 FROM subscriptions WHERE org = ANY($1::text[]) ORDER BY org FOR UPDATE",
        sorted(orgs),
    )


async def leave_a_gap(conn: Connection, orgs: Collection[str]) -> None:
    """
    Go on far behind every position that a subscriber can have been given.

    So a cursor from before a restoration leads to all that is added from now on, some of
    it for a second time, and past nothing.
    """
    await lock_feeds(conn, orgs)
    await conn.execute(
        "UPDATE subscriptions SET next_position = (next_position / $2 + 1) * $2"
        " WHERE org = ANY($1::text[])",
        list(orgs),
        _GAP,
    )


async def append(conn: Connection, lines: Sequence[Line]) -> None:
    """Add *lines* to their feeds, each event once a feed, in this order."""
    first = {(line.org, line.event_id): line for line in reversed(lines)}
    once = [line for line in lines if first[(line.org, line.event_id)] is line]
    await conn.execute(
        _APPEND,
        [line.org for line in once],
        [line.event_id for line in once],
        [line.kind for line in once],
        [line.person for line in once],
    )


async def given(conn: Connection, persons: Collection[str]) -> dict[str, set[str]]:
    """Return, for each subscriber, of which of *persons* it was sent something."""
    rows = await conn.fetch(
        "SELECT org, person_ref FROM reached WHERE person_ref = ANY($1::text[])",
        list(persons),
    )
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        found[row["org"]].add(row["person_ref"])
    return found


async def reach(conn: Connection, pairs: Collection[tuple[str, str]]) -> None:
    """Note (subscriber, person) pairs of which something was sent."""
    listed = sorted(pairs)
    await conn.execute(
        "INSERT INTO reached (org, person_ref) SELECT * FROM unnest($1::text[],"
        " $2::text[]) ON CONFLICT DO NOTHING",
        [org for org, _ in listed],
        [person for _, person in listed],
    )


async def unreach(conn: Connection, pairs: Collection[tuple[str, str]]) -> None:
    """Note that subscribers may have a person's events no longer."""
    listed = sorted(pairs)
    await conn.execute(
        "DELETE FROM reached r USING unnest($1::text[], $2::text[]) AS x(org, person)"
        " WHERE r.org = x.org AND r.person_ref = x.person",
        [org for org, _ in listed],
        [person for _, person in listed],
    )


async def turned(conn: Connection, now: Mapping[str, bool]) -> list[str]:
    """
    Note which persons are of a restricted child; return those of whom that is new.

    *now* says it of each person concerned.
    """
    rows = await conn.fetch(
        "SELECT person_ref FROM hardened WHERE person_ref = ANY($1::text[])", list(now)
    )
    before = {row["person_ref"] for row in rows}
    changed = sorted(p for p, hard in now.items() if hard != (p in before))
    if changed:
        hard = [person for person in changed if now[person]]
        await conn.execute(
            "DELETE FROM hardened WHERE person_ref = ANY($1::text[])", changed
        )
        await conn.execute(
            "INSERT INTO hardened SELECT * FROM unnest($1::text[])", hard
        )
    return changed


async def forget(
    conn: Connection, orgs: Collection[str], persons: Collection[str]
) -> None:
    """Take the events of *persons* out of feeds, as if they had not been given."""
    await conn.execute(
        "DELETE FROM feed f USING entries e WHERE e.person_ref = ANY($2::text[])"
        " AND f.event_id = e.id AND f.org = ANY($1::text[])",
        list(orgs),
        list(persons),
    )
    await conn.execute(
        "DELETE FROM reached WHERE person_ref = ANY($1::text[])", list(persons)
    )


async def add_notices(conn: Connection, notices: Sequence[Notice]) -> None:
    """Keep clock events and link decisions."""
    await conn.execute(
        "INSERT INTO notices (event_id, kind, person_ref, clock, said, body)"
        " SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[],"
        " $5::bytea[], $6::bytea[]) ON CONFLICT DO NOTHING",
        [n.id for n in notices],
        [n.kind for n in notices],
        [n.person for n in notices],
        [n.clock for n in notices],
        [orjson.dumps(n.said) for n in notices],
        [orjson.dumps(n.body) for n in notices],
    )


async def clock_notices(conn: Connection, persons: Collection[str]) -> list[Notice]:
    """Return the clock events of *persons*, oldest first."""
    rows = await conn.fetch(
        "SELECT * FROM notices WHERE kind = 'clock' AND person_ref = ANY($1::text[])"
        " ORDER BY arrival",
        list(persons),
    )
    return [_notice(dict(row)) for row in rows]


async def notices(conn: Connection, ids: Collection[str]) -> dict[str, Notice]:
    """Return notices by id."""
    rows = await conn.fetch(
        "SELECT * FROM notices WHERE event_id = ANY($1::uuid[])", list(ids)
    )
    return {str(row["event_id"]): _notice(dict(row)) for row in rows}


def _notice(row: dict[str, object]) -> Notice:
    """Return a row as a notice."""
    clock = row["clock"]
    return Notice(
        id=str(row["event_id"]),
        kind=str(row["kind"]),
        person=str(row["person_ref"]),
        clock=None if clock is None else str(clock),
        said=orjson.loads(row["said"]),  # type: ignore[arg-type]
        body=orjson.loads(row["body"]),  # type: ignore[arg-type]
    )


async def page(conn: Connection, org: str, after: int, limit: int) -> list[Placed]:
    """Return the lines of a feed behind *after*, at most *limit*."""
    rows = await conn.fetch(
        "SELECT position, event_id, kind, person_ref FROM feed"
        " WHERE org = $1 AND position > $2 ORDER BY position LIMIT $3",
        org,
        after,
        limit,
    )
    return [
        Placed(row["position"], str(row["event_id"]), row["kind"], row["person_ref"])
        for row in rows
    ]


async def acknowledge(conn: Connection, org: str, position: int) -> None:
    """
    Note how far a subscriber says that it has got.

    A row that is being added to is left for the next time: pulls of several subscribers
    share a commit, and waiting for each other's rows they could stand still.
    """
    await conn.execute(
        "UPDATE subscriptions SET acknowledged = $2 WHERE org IN (SELECT org"
        " FROM subscriptions WHERE org = $1 AND acknowledged < $2"
        " FOR UPDATE SKIP LOCKED)",
        org,
        position,
    )


async def homes(conn: Connection, persons: Collection[str]) -> dict[str, str]:
    """Return the child of each of *persons* today."""
    rows = await conn.fetch(
        "SELECT person_ref, child_ref FROM places WHERE person_ref = ANY($1::text[])",
        list(persons),
    )
    return {row["person_ref"]: row["child_ref"] for row in rows}


def persons_of(entries: Collection[Entry]) -> set[str]:
    """Return whose entries these are."""
    return {entry.personref for entry in entries}
