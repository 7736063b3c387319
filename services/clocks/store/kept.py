"""Clocks and warnings, as the service keeps them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson

from schemas.clocks import Clock
from services.clocks.rules import Kept
from services.runtime.postgres import Connection

_WARN: Final = """
INSERT INTO warnings (clock_id, state, facts, on_day) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING RETURNING true
"""
_WARNINGS: Final = frozenset({"due_soon", "breached", "stopped"})


@dataclass(frozen=True, slots=True)
class Published:
    """A clock with what was last published of it."""

    kept: Kept
    child: str
    due: date
    said: Mapping[str, str]
    body: Mapping[str, Any]


async def kept_of(
    conn: Connection, children: Collection[str], clocks: Collection[str]
) -> dict[str, Kept]:
    """Return what is kept of the clocks of *children* and of *clocks*, by clock."""
    rows = await conn.fetch(
        "SELECT clock_id, facts, ended, changes, clock, home, child_ref FROM clocks"
        " WHERE child_ref ="
        " ANY($1::text[]) OR clock_id = ANY($2::uuid[]) ORDER BY clock_id FOR UPDATE",
        list(children),
        list(clocks),
    )
    return {str(row["clock_id"]): _kept(dict(row)) for row in rows}


def _kept(row: Mapping[str, Any]) -> Kept:
    """Return a row as a clock that is kept."""
    names = ("facts", "ended", "changes", "clock", "home", "child_ref")
    return Kept(str(row["clock_id"]), *(row[name] for name in names))


async def keep(conn: Connection, rows: Sequence[Published]) -> None:
    """Keep clocks as they were last published."""
    await conn.execute(
        "INSERT INTO clocks (clock_id, child_ref, facts, ended, due, changes, said, body,"
        " clock, home) SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bool[],"
        " $5::date[], $6::int[], $7::bytea[], $8::bytea[], $9::text[], $10::text[])"
        " ON CONFLICT (clock_id) DO UPDATE SET child_ref = excluded.child_ref,"
        " facts = excluded.facts, ended = excluded.ended, due = excluded.due,"
        " changes = excluded.changes, said = excluded.said, body = excluded.body",
        [row.kept.clock_id for row in rows],
        [row.child for row in rows],
        [row.kept.facts for row in rows],
        [row.kept.ended for row in rows],
        [row.due for row in rows],
        [row.kept.changes for row in rows],
        [orjson.dumps(row.said) for row in rows],
        [orjson.dumps(row.body) for row in rows],
        [row.kept.clock for row in rows],
        [row.kept.home for row in rows],
    )


async def restore(conn: Connection, row: Published) -> None:
    """Take back what was published of a clock, and that it was a warning."""
    known = "SELECT changes FROM clocks WHERE clock_id = $1"
    own = UUID(row.kept.clock_id)
    if (await conn.fetchval(known, own) or 0) < row.kept.changes:
        await keep(conn, [row])
    if row.body["change"] in _WARNINGS:
        await conn.execute(
            _WARN,
            own,
            row.body["change"],
            row.kept.revision,
            date.fromisoformat(row.body["day"]),
        )


async def move(conn: Connection, places: Sequence[tuple[str, str]]) -> None:
    """Note which child each clock belongs to now."""
    if not places:
        return
    await conn.execute(
        "UPDATE clocks c SET child_ref = m.child FROM unnest($1::uuid[], $2::text[])"
        " AS m(id, child) WHERE c.clock_id = m.id AND c.child_ref <> m.child",
        [clock for clock, _ in places],
        [child for _, child in places],
    )


async def drop(
    conn: Connection, clocks: Collection[str]
) -> list[tuple[dict[str, str], dict[str, Any], Kept]]:
    """
    Note that clocks are gone; return what was last published of each, and its row now.

    Their rows stay: a clock that comes back goes on counting.
    """
    rows = await conn.fetch(
        "UPDATE clocks SET child_ref = '', facts = '', ended = true,"
        " changes = changes + 1 WHERE clock_id = ANY($1::uuid[])"
        " RETURNING *",
        list(clocks),
    )
    ordered = sorted(rows, key=lambda row: str(row["clock_id"]))
    return [
        (orjson.loads(row["said"]), orjson.loads(row["body"]), _kept(dict(row)))
        for row in ordered
    ]


async def next_change(conn: Connection, clock: Clock) -> tuple[int, str]:
    """Count one more thing published of a clock; return its number and its home."""
    row = await conn.fetchrow(
        "UPDATE clocks SET changes = changes + 1 WHERE clock_id = $1"
        " RETURNING changes, home",
        UUID(clock.id),
    )
    assert row is not None  # noqa: S101 - a clock that is warned of is kept
    return row["changes"], row["home"]


_FALLING_DUE: Final = """
WITH concerned AS (
    SELECT DISTINCT c.child_ref FROM clocks c
    WHERE NOT c.ended AND c.due <= $2 AND c.child_ref > $3
    AND NOT EXISTS (SELECT 1 FROM warnings w
        WHERE w.clock_id = c.clock_id AND w.facts = split_part(c.facts, '|', 1)
        AND CASE WHEN c.due < $1 THEN w.state IN ('breached', 'stopped')
            ELSE w.state = 'due_soon' END)
    ORDER BY c.child_ref LIMIT $4
)
SELECT child_ref FROM clocks c WHERE child_ref IN (SELECT * FROM concerned)
ORDER BY clock_id FOR UPDATE OF c
"""


async def falling_due(
    conn: Connection, day: date, by: date, after: str, most: int
) -> list[str]:
    """
    Return children behind *after* with a clock that *day* may have to warn of.

    Their clocks are locked, in the order in which records lock them.
    """
    rows = await conn.fetch(_FALLING_DUE, day, by, after, most)
    return sorted({row["child_ref"] for row in rows})


async def warn(conn: Connection, clock: Clock, state: str, day: date) -> bool:
    """Note a warning; return False if it was given before under the same facts."""
    return bool(
        await conn.fetchval(
            _WARN,
            UUID(clock.id),
            state,
            clock.revision,
            day,
        )
    )


async def ticked(conn: Connection) -> date | None:
    """Return the last day whose warnings were given."""
    state = await conn.fetchval("SELECT state FROM turns WHERE name = 'tick'")
    return date.fromisoformat(state) if state else None


async def set_ticked(conn: Connection, day: date) -> None:
    """Note that the warnings of *day* were given."""
    await conn.execute(
        "UPDATE turns SET state = $1 WHERE name = 'tick'", day.isoformat()
    )
