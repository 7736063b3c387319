"""Long arrays: bytes and receipt are committed first, the items follow in steps."""

from collections.abc import Callable, Sequence
from datetime import datetime

from schemas.topics import Topic
from services.runtime.intake.messages import TOGETHER, Item, Message, send_items
from services.runtime.service import Service
from services.runtime.step import Step

Items = Callable[[Message], Sequence[Item]]


class Unpacking:
    """Sends on, a part at a time, what a door has only kept."""

    def __init__(
        self, service: Service, topic: Topic, gateway: str, items: Items
    ) -> None:
        """Send the items that *items* finds in a message to *topic*."""
        self._service = service
        self._topic = topic
        self._gateway = gateway
        self._items = items

    async def turn(self) -> None:
        """Send everything that waits, in steps of bearable size."""
        asked = "SELECT EXISTS (SELECT 1 FROM unpacking)"
        while await self._service.pool.fetchval(asked):
            await self._service.steps.turn("unpacking", self._part)

    async def _part(self, step: Step) -> None:
        """Send the next part of the oldest message, unless another process has."""
        row = await step.conn.fetchrow(
            "SELECT u.message_ref, u.next_place, u.correlation_id,"
            " r.sender, r.request_id, r.received_at, o.content_type, o.bytes, o.cut"
            " FROM unpacking u JOIN receipts r USING (message_ref)"
            " JOIN originals o USING (message_ref)"
            " ORDER BY u.queued LIMIT 1"
        )
        if row is None:
            return
        message = _message(self._gateway, dict(row))
        items = self._items(message)
        begin = row["next_place"]
        part = items[begin : begin + TOGETHER]
        await send_items(step, message, part, self._topic)
        if begin + TOGETHER < len(items):
            sql = "UPDATE unpacking SET next_place = $2 WHERE message_ref = $1"
            await step.conn.execute(sql, message.ref, begin + TOGETHER)
        else:
            sql = "DELETE FROM unpacking WHERE message_ref = $1"
            await step.conn.execute(sql, message.ref)


def _message(gateway: str, row: dict[str, object]) -> Message:
    """Return the message as its door saw it."""
    received, body, said = row["received_at"], row["bytes"], row["correlation_id"]
    cut = row["cut"]
    assert isinstance(received, datetime)  # noqa: S101 - the column's type
    assert isinstance(body, bytes)  # noqa: S101 - the column's type
    return Message(
        gateway=gateway,
        sender=str(row["sender"]),
        request_id=str(row["request_id"]),
        correlation_id=None if said is None else str(said),
        received_at=received,
        content_type=str(row["content_type"]),
        body=body,
        cut=tuple(cut) if isinstance(cut, list) else (),
    )
