"""Which requests were heard, so that what answers one can be told from what does not."""

from uuid import UUID

from services.runtime.postgres import Connection
from services.runtime.refs import keyed


async def note_request(conn: Connection, key: bytes, own: str, ref: UUID) -> None:
    """Keep that a request of that Bundle.id was taken in; the first keeps the name."""
    await conn.execute(
        "INSERT INTO requests_heard (bundle, message_ref) VALUES ($1, $2)"
        " ON CONFLICT DO NOTHING",
        keyed(key, "bundle", own),
        ref,
    )


async def answers_known(conn: Connection, key: bytes, own: str) -> bool:
    """Return whether a request of that Bundle.id was taken in."""
    return bool(
        await conn.fetchval(
            "SELECT 1 FROM requests_heard WHERE bundle = $1", keyed(key, "bundle", own)
        )
    )


async def settle_empty(conn: Connection, ref: UUID) -> None:
    """Mark a message that states nothing as translated: nothing of it is on its way."""
    sql = "UPDATE receipts SET state = 'translated' WHERE message_ref = $1"
    await conn.execute(sql, ref)
