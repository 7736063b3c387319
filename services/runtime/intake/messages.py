"""A message at the door: kept with its bytes, answered once, never twice effective."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from schemas import topics
from schemas.errors import Refused
from services.runtime.intake import awaiting
from services.runtime.intake.items import (
    Item,
    Message,
    item_headers,
    item_id,
    refused_item,
    send_items,
)
from services.runtime.step import Step

__all__ = [
    "TOGETHER",
    "Item",
    "Kept",
    "Message",
    "accept",
    "item_headers",
    "item_id",
    "keep",
    "keep_bytes",
    "refuse",
    "refused_item",
    "send_items",
]

TOGETHER: Final = 500
"""Items that go out with the receipt; a longer array follows in steps of its own."""

_ARRIVE: Final = """
WITH first AS (
    INSERT INTO receipts (message_ref, sender, request_id, sha256, received_at, state,
        answer, correlation_id)
    VALUES ($1, $2, $3, $4, $5, 'waiting', $6, $12)
    ON CONFLICT (message_ref) DO NOTHING RETURNING message_ref
), kept AS (
    INSERT INTO originals (message_ref, content_type, sha256, bytes, cut)
    SELECT message_ref, $7, $8, $9, $10 FROM first WHERE $11
)
SELECT EXISTS (SELECT 1 FROM first) AS new, EXISTS (
    SELECT 1 FROM unpacking u
    WHERE (SELECT r.sender FROM receipts r WHERE r.message_ref = u.message_ref) = $2
) AS behind
"""
_OTHER_BYTES: Final = "the same message id came with other bytes"


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a message at the door."""

    outcome: str
    """`accepted`, `repeated` (answer is the first one) or `conflict`."""
    answer: bytes
    same: bool = True
    anew: bool = False
    """Its items are to be sent: it is new, or was lost with a database."""
    behind: bool = False
    """An array of the same sender is still being sent on: its items follow that."""


async def accept(
    step: Step,
    message: Message,
    items: Sequence[Item],
    *,
    topic: topics.Topic,
    answer: bytes,
    at_once: bool = False,
) -> Kept:
    """
    Keep *message* and send its accepted *items* on, unless it came before.

    *at_once*: however many they are, for a door whose items cannot be found again from
    the bytes alone; a body's size bounds them.
    """
    kept = await keep(step, message, topic=topic, answer=answer, whole=True)
    if not kept.anew:
        return kept
    going = sum(item.refused is None for item in items)
    if kept.outcome == "accepted" and going > 1:
        await awaiting.more(step.conn, message.ref, going)
    if at_once or (len(items) <= TOGETHER and not kept.behind):
        await send_items(step, message, items, topic)
    else:
        await _follow_later(step, message)
    return kept


async def keep(
    step: Step,
    message: Message,
    *,
    topic: topics.Topic,
    answer: bytes,
    whole: bool = False,
) -> Kept:
    """Write the receipt of *message*, if *whole* with its bytes, unless it came before."""
    row = await step.conn.fetchrow(
        _ARRIVE,
        message.ref,
        message.sender,
        message.request_id,
        message.sha256,
        message.received_at,
        answer,
        *_original(message),
        whole,
        message.correlation_id,
    )
    assert row is not None  # noqa: S101 - it always has one
    new, behind = row
    if not new and not await _restored(step, message, answer):
        return await _again(step, message, topic)
    if whole and not new:
        await keep_bytes(step, message.ref, message)
    return Kept("accepted" if new else "repeated", answer, anew=True, behind=behind)


async def _restored(step: Step, message: Message, answer: bytes) -> bool:
    """
    Return whether the message was read back from the log, and close its digest.

    Its items are sent on again: a reader drops the same bytes and refuses others.
    """
    return bool(
        await step.conn.fetchval(
            "UPDATE receipts SET sha256 = $2, answer = $3"
            " WHERE message_ref = $1 AND sha256 = '' RETURNING true",
            message.ref,
            message.sha256,
            answer,
        )
    )


async def refuse(
    step: Step, message: Message, refused: Refused, *, topic: topics.Topic
) -> tuple[UUID, Refused]:
    """
    Keep a message that cannot be accepted; return its reference and the reason.

    Under an id that was accepted with other bytes that is the reason, whatever else is
    wrong with it.
    """
    ref = message.refused_ref
    if await _accepted_before(step, message):
        refused = Refused("conflict", where="X-Request-ID", rule=_OTHER_BYTES)
    new = await step.conn.fetchval(
        "INSERT INTO receipts (message_ref, sender, request_id, sha256, received_at,"
        " state, answer, reason, rule, place) VALUES ($1, $2, $3, $4, $5, 'refused', '',"
        " $6, $7, $8) ON CONFLICT (message_ref) DO NOTHING RETURNING true",
        ref,
        message.sender,
        message.request_id,
        message.sha256,
        message.received_at,
        refused.reason,
        refused.rule,
        refused.where,
    )
    if new:
        await keep_bytes(step, ref, message)
        value = message.travels(message.body) if message.travels else message.body
        item = Item(0, value, refused=refused)
        step.publish(refused_item(step, message, ref, item, topic))
    return ref, refused


async def _accepted_before(step: Step, message: Message) -> bool:
    """Return whether the message's id was accepted with other bytes."""
    return bool(
        await step.conn.fetchval(
            "SELECT 1 FROM receipts WHERE message_ref = $1 AND sha256 NOT IN ($2, '')",
            message.ref,
            message.sha256,
        )
    )


async def _again(step: Step, message: Message, topic: topics.Topic) -> Kept:
    """Answer a repeat with the first answer; keep other bytes for a person."""
    row = await step.conn.fetchrow(
        "SELECT sha256, answer FROM receipts WHERE message_ref = $1", message.ref
    )
    assert row is not None  # noqa: S101 - the insert met it
    if row["sha256"] == message.sha256:
        return Kept("repeated", row["answer"])
    conflict = Refused("conflict", where="X-Request-ID", rule=_OTHER_BYTES)
    await refuse(step, message, conflict, topic=topic)
    return Kept("conflict", row["answer"])


async def keep_bytes(step: Step, ref: UUID, message: Message) -> None:
    """Keep the bytes as they came, but for what is outside the scope."""
    await step.conn.execute(
        "INSERT INTO originals (message_ref, content_type, sha256, bytes, cut)"
        " VALUES ($1, $2, $3, $4, $5)",
        ref,
        *_original(message),
    )


def _original(message: Message) -> tuple[str, bytes, bytes, list[int] | None]:
    """Return content type, digest, bytes and what was cut out, as they are kept."""
    kept = message.body if message.kept is None else message.kept
    digest = hashlib.sha256(kept).digest() if message.cut else message.sha256
    return message.content_type, digest, kept, list(message.cut) or None


async def _follow_later(step: Step, message: Message) -> None:
    """
    Note that the items follow.

    While an array of the same sender is still being sent on, later messages queue up
    behind it: what one sender says keeps its order.
    """
    await step.conn.execute(
        "INSERT INTO unpacking (message_ref, correlation_id) VALUES ($1, $2)",
        message.ref,
        message.correlation_id,
    )
