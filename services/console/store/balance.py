"""What each topic held, by source, up to where a service has read it."""

from collections.abc import Sequence
from typing import Final

from services.console.rules import Held
from services.runtime.postgres import Connection

_EVENTS: Final = """
SELECT source, count(DISTINCT event_id) AS n FROM ledger
WHERE topic = $1 AND event_id IS NOT NULL AND source IS NOT NULL
AND position < ($2::bigint[])[partition + 1]
AND source <> 'urn:throughline:identity' GROUP BY source
"""
_MESSAGES: Final = """
SELECT source, count(DISTINCT message_ref) AS n FROM ledger
WHERE topic = $1 AND message_ref IS NOT NULL AND source IS NOT NULL
AND position < ($2::bigint[])[partition + 1] GROUP BY source
"""
_HELD: Final = {"event": _EVENTS, "message": _MESSAGES}
_READ: Final = """
SELECT count(*) = 0 FROM unnest($2::bigint[]) WITH ORDINALITY AS w(wanted, nth)
LEFT JOIN positions p ON p.reader = 'console' AND p.topic = $1
    AND p.partition = w.nth - 1
WHERE coalesce(p.next_offset, 0) < w.wanted
"""


async def has_read(conn: Connection, topic: str, positions: Sequence[int]) -> bool:
    """Return whether the ledger holds *topic* up to *positions*, a partition each."""
    return bool(await conn.fetchval(_READ, topic, list(positions)))


async def held(
    conn: Connection, topic: str, unit: str, positions: Sequence[int]
) -> Held:
    """Return how many events or messages of each source lie before *positions*."""
    rows = await conn.fetch(_HELD[unit], topic, list(positions))
    return {row["source"]: row["n"] for row in rows}
