"""A message and the items that it holds, and how each of them travels on."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from uuid import UUID

from schemas import topics
from schemas.errors import Refused
from schemas.statement import Statement
from services.runtime import instants, refs
from services.runtime.envelope import (
    Headers,
    Outgoing,
    Record,
    attributes_of,
    headers_of,
)
from services.runtime.step import Step, refusal_headers


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
    travels: Callable[[bytes], bytes] | None = field(default=None, repr=False)
    """What of its body travels when it is refused; None: all of it."""

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


def as_read(message: Message, ref: UUID, item: Item, topic: topics.Topic) -> Record:
    """Return an accepted item as the translator reads it."""
    headers, own = item_headers(message, ref, item), item_id(ref, item.place, item.part)
    said = attributes_of(headers)
    return Record(topic.name, -1, -1, b"", said, headers, item.value, own, 0, 0)


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
