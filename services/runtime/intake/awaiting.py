"""A receipt waits for the last item of its message, whichever comes last."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from services.runtime.postgres import Connection

_MORE: Final = "UPDATE receipts SET awaited = awaited + $2 WHERE message_ref = $1"
_FEWER: Final = """
UPDATE receipts r SET awaited = greatest(r.awaited - h.n, 0)
FROM unnest($1::uuid[], $2::int[]) AS h(message_ref, n)
WHERE r.message_ref = h.message_ref AND r.awaited > 0
"""


async def more(conn: Connection, ref: UUID, items: int) -> None:
    """Note that so many items of a message are on their way."""
    if items:
        await conn.execute(_MORE, ref, items)


async def arrived(conn: Connection, of: Mapping[UUID, int]) -> None:
    """
    Note how many items of each message were handled.

    A message whose single item says by itself what became of it awaits none.
    """
    if of:
        await conn.execute(_FEWER, list(of), list(of.values()))
