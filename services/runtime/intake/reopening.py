"""Messages that were translated by another mapping than today's, found and opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.runtime.intake.messages import Message
from services.runtime.postgres import Connection

Cursor = tuple[datetime, UUID]
"""When a message was received, and its reference: the order of going through them."""

_OLDER: Final = """
SELECT r.message_ref, r.received_at FROM receipts r
WHERE r.received_at >= $1 AND (r.received_at, r.message_ref) > ($1, $2)
AND r.state = 'translated' AND EXISTS (
    SELECT 1 FROM receipt_events e JOIN records k
        USING (source, sourcerecord, sourceversion, type)
    WHERE e.message_ref = r.message_ref AND k.message_ref = r.message_ref
    AND k.mapping <> coalesce(
        (SELECT v FROM unnest($3::text[], $4::text[]) AS t(s, v) WHERE s = r.sender),
        $5))
ORDER BY r.received_at, r.message_ref LIMIT $6
"""
_OPENED: Final = """
SELECT r.sender, r.request_id, r.received_at, r.correlation_id, o.content_type, o.bytes
FROM receipts r JOIN originals o USING (message_ref)
WHERE r.message_ref = $1 ORDER BY o.file, o.part LIMIT 1
"""
_MAPPINGS: Final = """
SELECT DISTINCT k.mapping FROM receipt_events e JOIN records k
    USING (source, sourcerecord, sourceversion, type)
WHERE e.message_ref = $1 AND k.message_ref = $1
"""
_HOMES: Final = "SELECT person_ref, child_ref FROM homes WHERE person_ref = ANY($1)"
_FIRST: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Versions:
    """The version of today's mapping: of those who have one of their own, and else."""

    own: Mapping[str, str]
    other: str


async def older(
    conn: Connection, after: Cursor, versions: Versions, most: int
) -> list[Cursor]:
    """Return messages behind *after* of which an event was made by another mapping."""
    senders, said = list(versions.own), list(versions.own.values())
    rows = await conn.fetch(_OLDER, *after, senders, said, versions.other, most)
    return [(row["received_at"], row["message_ref"]) for row in rows]


def first(since: datetime) -> Cursor:
    """Return where to begin, for messages received *since*."""
    return since, _FIRST


async def opened(conn: Connection, ref: UUID, gateway: str) -> Message | None:
    """Return a message as its door saw it; None where its bytes are no longer kept."""
    row = await conn.fetchrow(_OPENED, ref)
    if row is None:
        return None
    return Message(
        gateway=gateway,
        sender=row["sender"],
        request_id=row["request_id"],
        correlation_id=row["correlation_id"],
        received_at=row["received_at"],
        content_type=row["content_type"],
        body=row["bytes"],
    )


async def mappings(conn: Connection, ref: UUID) -> list[str]:
    """Return the versions of the mappings by which a message was read."""
    return [row["mapping"] for row in await conn.fetch(_MAPPINGS, ref)]


async def homes(conn: Connection, persons: Sequence[str]) -> dict[str, str]:
    """Return today's child of each of *persons* that has one."""
    rows = await conn.fetch(_HOMES, sorted(set(persons)))
    return {row["person_ref"]: row["child_ref"] for row in rows}
