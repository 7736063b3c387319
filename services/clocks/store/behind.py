"""What is not counted while events are read again that published clocks rest on."""

from collections.abc import Collection
from typing import Final

import asyncpg

from services.runtime.postgres import Connection

_HOME: Final = """
UPDATE clocks c SET child_ref = p.child_ref FROM places p
WHERE c.facts <> '' AND c.child_ref <> p.child_ref
AND p.person_ref = convert_from(c.said, 'UTF8')::jsonb ->> 'personref'
"""
_EVERYBODY: Final = """
INSERT INTO uncounted SELECT DISTINCT child_ref FROM clocks WHERE facts <> ''
ON CONFLICT DO NOTHING
"""
_TAKE: Final = """
DELETE FROM uncounted WHERE child_ref IN
    (SELECT child_ref FROM uncounted ORDER BY child_ref LIMIT $1) RETURNING child_ref
"""


async def begin(conn: Connection) -> None:
    """Have nothing counted until `end`."""
    await conn.execute("INSERT INTO catching_up DEFAULT VALUES ON CONFLICT DO NOTHING")


async def holds(conn: Connection) -> bool:
    """Return whether nothing is counted now, and see that it stays so to the commit."""
    return bool(await conn.fetchval("SELECT true FROM catching_up FOR SHARE"))


async def is_left(pool: asyncpg.Pool) -> bool:
    """Return whether anything is still to be counted."""
    asked = (
        "SELECT EXISTS (SELECT 1 FROM catching_up UNION ALL SELECT 1 FROM uncounted)"
    )
    return bool(await pool.fetchval(asked))


async def note(conn: Connection, children: Collection[str]) -> None:
    """Have *children* counted later."""
    await conn.execute(
        "INSERT INTO uncounted SELECT * FROM unnest($1::text[]) ON CONFLICT DO NOTHING",
        sorted(children),
    )


async def end(conn: Connection) -> None:
    """
    Have clocks counted again, and all those first that were read back.

    What was read back says whose a clock was; by now the map says whose it is.
    """
    if await conn.fetchval("DELETE FROM catching_up RETURNING true"):
        await conn.execute(_HOME)
        await conn.execute(_EVERYBODY)


async def take(conn: Connection, most: int) -> list[str]:
    """Return, in order, *most* children to be counted now; they are so no longer."""
    return sorted(row["child_ref"] for row in await conn.fetch(_TAKE, most))
