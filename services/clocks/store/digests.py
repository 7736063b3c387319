"""Daily digests: made once a day for each recipient, and sent until one has gone."""

from collections.abc import Collection
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from schemas.agreement import Recipient
from services.runtime.postgres import Connection
from services.runtime.step import Step

LEASE_SECONDS: Final = 300
"""How long one process tries before another may, and before it is tried again."""

_OWING: Final = """
SELECT DISTINCT child_ref FROM clocks WHERE NOT ended AND due <= $2
AND convert_from(body, 'UTF8')::jsonb ->> 'owed_by' = $1
"""
_KEEP: Final = """
INSERT INTO digests (day, org, role, address, message_id, content)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING true
"""
_CLAIM: Final = """
SELECT message_id, org, address, content FROM digests
WHERE day = $1 AND done_at IS NULL AND (owner = $2 OR lease_until < $3)
AND NOT message_id = ANY($4::uuid[])
ORDER BY message_id LIMIT 1 FOR UPDATE
"""
_LEASE: Final = """
UPDATE digests SET owner = $2, lease_until = $3::timestamptz + make_interval(secs => $4)
WHERE message_id = $1
"""


class Waiting(NamedTuple):
    """A digest that is to be sent."""

    message_id: UUID
    org: str
    address: str
    content: bytes


async def made(conn: Connection, day: date) -> set[tuple[str, str, str]]:
    """Return for whom the digest of *day* was made: organisation, role, address."""
    rows = await conn.fetch(
        "SELECT org, role, address FROM digests WHERE day = $1", day
    )
    return {(row["org"], row["role"], row["address"]) for row in rows}


async def owing(conn: Connection, org: str, by: date) -> set[str]:
    """Return the children to whom *org* owes something due on *by* or before."""
    return {row["child_ref"] for row in await conn.fetch(_OWING, org, by)}


async def keep(
    conn: Connection, day: date, to: Recipient, message_id: UUID, content: bytes
) -> bool:
    """Keep a digest to be sent; return False if that of the day was made before."""
    row = (day, to.org, to.role, to.address, message_id, content)
    return bool(await conn.fetchval(_KEEP, *row))


async def claim(
    step: Step, day: date, owner: str, tried: Collection[UUID]
) -> Waiting | None:
    """Return a digest that nobody else is sending, leased; none of those *tried*."""
    row = await step.conn.fetchrow(_CLAIM, day, owner, step.now, list(tried))
    if row is None:
        return None
    await step.conn.execute(_LEASE, row["message_id"], owner, step.now, LEASE_SECONDS)
    return Waiting(*row)


async def done(step: Step, message_id: UUID) -> None:
    """Note that a digest has gone, or that it never will."""
    await step.conn.execute(
        "UPDATE digests SET done_at = $2 WHERE message_id = $1", message_id, step.now
    )
