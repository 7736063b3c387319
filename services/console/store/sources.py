"""When each source was last heard at a door."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from services.runtime.postgres import Connection

_HEAR: Final = """
INSERT INTO sources (source, last_heard)
SELECT * FROM unnest($1::text[], $2::timestamptz[])
ON CONFLICT (source) DO UPDATE
SET last_heard = greatest(sources.last_heard, excluded.last_heard)
"""


async def hear(conn: Connection, heard: Mapping[str, datetime]) -> None:
    """Move on when each source was last heard."""
    await conn.execute(_HEAR, list(heard), list(heard.values()))


async def last_heard(conn: Connection) -> dict[str, datetime]:
    """Return when each source was last heard."""
    rows = await conn.fetch("SELECT source, last_heard FROM sources")
    return {row["source"]: row["last_heard"] for row in rows}
