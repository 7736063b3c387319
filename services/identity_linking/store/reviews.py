"""What waits for a steward."""

from typing import Any, Final
from uuid import UUID

from services.runtime.postgres import Connection

_MOST: Final = 500


async def open_reviews(conn: Connection) -> list[dict[str, Any]]:
    """Return what nobody has settled, oldest first, at most 500."""
    rows = await conn.fetch(
        "SELECT ref, person_ref, child_ref, why, raised_at FROM reviews"
        " WHERE settled_at IS NULL ORDER BY raised_at, ref LIMIT $1",
        _MOST,
    )
    return [dict(row) for row in rows]


async def settle_review(conn: Connection, ref: UUID, *, by: str, words: str) -> bool:
    """Note that a steward has looked; return whether there is such a review."""
    found = await conn.fetchval(
        "UPDATE reviews SET settled_at = coalesce(settled_at, now()),"
        " settled_by = coalesce(settled_by, $2), words = coalesce(words, $3)"
        " WHERE ref = $1 RETURNING true",
        ref,
        by,
        words,
    )
    return bool(found)
