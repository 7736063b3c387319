"""What became of a message, for its sender alone: `GET /messages/{ref}`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from services.runtime import audit, instants
from services.runtime.postgres import AWAY, Connection
from services.runtime.problems import away, unknown
from services.runtime.service import Service
from services.runtime.tokens import Caller

_RECEIPT: Final = """
SELECT r.*, EXISTS (SELECT 1 FROM unpacking u WHERE u.message_ref = r.message_ref)
    AS unpacking
FROM receipts r WHERE r.message_ref = $1 AND r.sender = $2
"""
_ALL: Final = """
SELECT event_id, type, place, state, reason, rule, where_ FROM receipt_events
WHERE message_ref = $1 ORDER BY place, event_id
"""
_PART: Final = """
SELECT event_id, type, place, state, reason, rule, where_ FROM receipt_events
WHERE message_ref = $1 AND place > $2 AND place <= coalesce((
    SELECT place FROM receipt_events WHERE message_ref = $1 AND place > $2
    ORDER BY place OFFSET $3 LIMIT 1), $4)
ORDER BY place, event_id
"""
_LAST: Final = """
SELECT max(place) FROM receipt_events WHERE message_ref = $1
"""
_BEFORE_ALL: Final = -1
MOST: Final = 1000
"""Events in one part of a receipt, but for those that share the last one's place."""


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a receipt is asked for."""

    after: int = _BEFORE_ALL
    """The place behind which it begins."""
    limit: int = MOST


async def receipt(
    service: Service, caller: Caller, ref: str, part: Part | None = None
) -> dict[str, Any]:
    """
    Return the receipt; anyone but the sender gets what an unknown one gets.

    With *part* that part of its events, and in `next` the place to go on behind.
    """
    try:
        wanted = UUID(ref)
    except ValueError:
        raise unknown() from None
    try:
        async with service.pool.acquire() as conn, conn.transaction():
            return await _shown(conn, caller, wanted, part)
    except AWAY:
        raise away() from None


async def _shown(
    conn: Connection, caller: Caller, wanted: UUID, part: Part | None
) -> dict[str, Any]:
    """Return the receipt, audited; raises the one 404."""
    row = await conn.fetchrow(_RECEIPT, wanted, caller.org)
    if row is None:
        raise unknown()
    last = await conn.fetchval(_LAST, wanted)
    if part is None:
        events = await conn.fetch(_ALL, wanted)
    else:
        events = await conn.fetch(_PART, wanted, part.after, part.limit - 1, last)
    disclosure = audit.Disclosure(
        caller=caller,
        role=next(iter(caller.roles), ""),
        action="receipt",
        subject=str(wanted),
        agreement=audit.NO_AGREEMENT,
        version=audit.NO_AGREEMENT,
        shown={"events": [str(e["event_id"]) for e in events if e["event_id"]]},
    )
    await audit.record(conn, disclosure)
    shown = told(wanted, dict(row), [dict(event) for event in events])
    return shown if part is None else shown | {"next": _next(events, last)}


def _next(events: Sequence[Mapping[str, Any]], last: int | None) -> int | None:
    """Return the place behind which a receipt goes on; None at its end."""
    reached: int | None = events[-1]["place"] if events else None
    return reached if reached != last else None


def told(
    ref: UUID, row: Mapping[str, Any], events: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """
    Return a receipt as its sender sees it, out of the rows that hold it.

    A message of several items waits until the last of them was handled.
    """
    return {
        "message_ref": str(ref),
        "state": "waiting" if _goes_on(row) else row["state"],
        "received_at": instants.text(row["received_at"]),
        "events": [_event(event) for event in events],
        "reason": row["reason"],
        "rule": row["rule"],
        "where": row["place"],
    }


def _goes_on(row: Mapping[str, Any]) -> bool:
    """Return whether items of a message are still on their way to the translator."""
    awaited = row["state"] == "translated" and row["awaited"] > 0
    return awaited or bool(row.get("unpacking"))


def _event(row: Mapping[str, Any]) -> dict[str, Any]:
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
