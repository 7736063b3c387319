"""A message at the door: kept with its bytes, answered once, never twice effective."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Final
from uuid import UUID

from schemas import topics
from schemas.errors import Refused
from schemas.statement import Statement
from services.runtime import instants, refs
from services.runtime.envelope import Headers, Outgoing, headers_of
from services.runtime.step import Step, refusal_headers

TOGETHER: Final = 500
"""Items that go out with the receipt; a longer array follows in steps of its own."""
_OTHER_BYTES: Final = "the same message id came with other bytes"


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a message, as the door judged it."""

    place: int
    value: bytes
    person_ref: str | None = None
    type: str | None = None
    refused: Refused | None = None
    warnings: tuple[tuple[str, str], ...] = ()
    """Pointer and rule of what is doubtful and was taken in all the same."""
    outside: bool = False
    """Outside the scope of its sender: answered, and kept nowhere."""
    statement: Statement | None = field(default=None, repr=False)
    part: int = 0
    """Tells the events of one row of a file apart."""


@dataclass(frozen=True)
class Message:
    """What one request brought."""

    gateway: str
    sender: str
    request_id: str
    correlation_id: str | None
    """What the sender's X-Correlation-ID said, if anything."""
    received_at: datetime
    content_type: str
    body: bytes
    attempt: int = 0
    cut: tuple[int, ...] = ()
    """Places of an array that are outside the scope of its sender."""
    kept: bytes | None = field(default=None, repr=False)
    """What is kept of the body where not all of it may be."""

    @cached_property
    def ref(self) -> UUID:
        """Its reference, the same for the same sender and id."""
        return refs.message_ref(self.gateway, self.sender, self.request_id)

    @cached_property
    def refused_ref(self) -> UUID:
        """The reference under which its bytes are kept when it is not accepted."""
        digest = self.sha256.hex()
        return refs.made_id("refused-message", str(self.ref), digest)

    @cached_property
    def received(self) -> str:
        """When it came, RFC 3339 UTC."""
        return instants.text(self.received_at)

    @cached_property
    def sha256(self) -> bytes:
        """SHA-256 of the bytes that came."""
        return hashlib.sha256(self.body).digest()


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a message at the door."""

    outcome: str
    """`accepted`, `repeated` (answer is the first one) or `conflict`."""
    answer: bytes
    same: bool = True
    anew: bool = False
    """Its bytes are to be kept and its items sent: it is new, or was lost with a database."""


async def accept(
    step: Step,
    message: Message,
    items: Sequence[Item],
    *,
    topic: topics.Topic,
    answer: bytes,
) -> Kept:
    """Keep *message* and send its accepted *items* on, unless it came before."""
    kept = await keep(step, message, topic=topic, answer=answer)
    if kept.anew:
        await keep_bytes(step, message.ref, message)
        await _send_on(step, message, items, topic)
    return kept


async def keep(
    step: Step, message: Message, *, topic: topics.Topic, answer: bytes
) -> Kept:
    """Write the receipt of *message*, unless it came before; its bytes come after."""
    first = await step.conn.fetchrow(
        "INSERT INTO receipts (message_ref, sender, request_id, sha256, received_at,"
        " state, answer) VALUES ($1, $2, $3, $4, $5, 'waiting', $6)"
        " ON CONFLICT (message_ref) DO NOTHING RETURNING message_ref",
        message.ref,
        message.sender,
        message.request_id,
        message.sha256,
        message.received_at,
        answer,
    )
    if first is None and not await _restored(step, message, answer):
        return await _again(step, message, topic)
    return Kept("accepted" if first else "repeated", answer, anew=True)


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
        item = Item(0, message.body, refused=refused)
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
    kept = message.body if message.kept is None else message.kept
    digest = hashlib.sha256(kept).digest() if message.cut else message.sha256
    said = (message.content_type, digest, kept, list(message.cut) or None)
    await step.conn.execute(
        "INSERT INTO originals (message_ref, content_type, sha256, bytes, cut)"
        " VALUES ($1, $2, $3, $4, $5)",
        *(ref, *said),
    )


async def _send_on(
    step: Step, message: Message, items: Sequence[Item], topic: topics.Topic
) -> None:
    """
    Publish the items now, or note that they follow.

    While an array of the same sender is still being sent on, later messages queue up
    behind it: what one sender says keeps its order.
    """
    behind = await step.conn.fetchval(
        "SELECT 1 FROM unpacking u JOIN receipts r USING (message_ref)"
        " WHERE r.sender = $1 LIMIT 1",
        message.sender,
    )
    if len(items) <= TOGETHER and not behind:
        await send_items(step, message, items, topic)
        return
    await step.conn.execute(
        "INSERT INTO unpacking (message_ref, correlation_id) VALUES ($1, $2)",
        message.ref,
        message.correlation_id,
    )


async def send_items(
    step: Step, message: Message, items: Sequence[Item], topic: topics.Topic
) -> None:
    """Publish accepted items on *topic* and refused ones on `refused`."""
    for item in items:
        if item.refused is None:
            step.publish(_accepted_item(message, item, topic))
        else:
            step.publish(refused_item(step, message, message.ref, item, topic))
    refused = [item for item in items if item.refused]
    if refused:
        await _note_refused(step, message, refused)


def item_id(ref: UUID, place: int, part: int = 0) -> UUID:
    """Return the id under which the item at *place* of a message travels."""
    parts = [str(part)] if part else []
    return refs.made_id("item", str(ref), str(place), *parts)


def item_headers(message: Message, ref: UUID, item: Item) -> Headers:
    """Return the attributes of one item on an inbound topic."""
    return headers_of(
        {
            "id": str(item_id(ref, item.place, item.part)),
            "source": message.sender,
            "type": "message.received.v1",
            "time": message.received,
            "causationid": str(ref),
            "correlationid": message.correlation_id,
            "requestid": message.request_id,
            "place": item.place,
            "part": item.part or None,
            "personref": item.person_ref,
        }
    )


def _accepted_item(message: Message, item: Item, topic: topics.Topic) -> Outgoing:
    """Return the inbound record of an accepted item."""
    key = (item.person_ref or str(message.ref)).encode()
    return Outgoing(
        topic.name, key, item_headers(message, message.ref, item), item.value
    )


def refused_item(
    step: Step, message: Message, ref: UUID, item: Item, topic: topics.Topic
) -> Outgoing:
    """Return the `refused` record of an item that never reached its inbound topic."""
    assert item.refused is not None  # noqa: S101 - the caller has looked
    own = item_id(ref, item.place, item.part)
    why = refusal_headers(
        own, message.attempt, (topic.name, -1, -1), item.refused, at=step.now
    )
    key = (item.person_ref or str(ref)).encode()
    headers = item_headers(message, ref, item) + why
    return Outgoing(topics.REFUSED.name, key, headers, item.value)


async def _note_refused(step: Step, message: Message, refused: Sequence[Item]) -> None:
    """Let the receipt show which items were refused, and why."""
    await step.conn.executemany(
        "INSERT INTO receipt_events (message_ref, place, type, state, reason, rule,"
        " where_) VALUES ($1, $2, $3, 'refused', $4, $5, $6)",
        [
            (
                message.ref,
                i.place,
                i.type,
                i.refused.reason,
                i.refused.rule,
                i.refused.where,
            )
            for i in refused
            if i.refused
        ],
    )
