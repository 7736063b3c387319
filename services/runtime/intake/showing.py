"""What became of a message, for its sender alone: `GET /messages/{ref}`."""

from typing import Any, Final
from uuid import UUID

from services.runtime import instants
from services.runtime.postgres import AWAY
from services.runtime.problems import away, unknown
from services.runtime.service import Service
from services.runtime.tokens import Caller

_RECEIPT: Final = "SELECT * FROM receipts WHERE message_ref = $1 AND sender = $2"
_EVENTS: Final = """
SELECT event_id, type, place, state, reason, rule, where_ FROM receipt_events
WHERE message_ref = $1 ORDER BY place, event_id
"""


async def receipt(service: Service, caller: Caller, ref: str) -> dict[str, Any]:
    """Return the receipt; anyone but the sender gets what an unknown one gets."""
    try:
        wanted = UUID(ref)
    except ValueError:
        raise unknown() from None
    try:
        row = await service.pool.fetchrow(_RECEIPT, wanted, caller.org)
        events = await service.pool.fetch(_EVENTS, wanted)
    except AWAY:
        raise away() from None
    if row is None:
        raise unknown()
    return {
        "message_ref": str(wanted),
        "state": row["state"],
        "received_at": instants.text(row["received_at"]),
        "events": [_event(dict(event)) for event in events],
        "reason": row["reason"],
        "rule": row["rule"],
        "where": row["place"],
    }


def _event(row: dict[str, Any]) -> dict[str, Any]:
    """Return one event of a message as its sender sees it."""
    own = row["event_id"]
    return {
        "id": str(own) if own else None,
        "type": row["type"],
        "place": row["place"],
        "state": row["state"],
        "reason": row["reason"],
        "rule": row["rule"],
        "where": row["where_"],
    }
