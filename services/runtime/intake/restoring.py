"""Messages that are read back from the log: they stay known, and findable."""

from datetime import datetime
from typing import Final
from uuid import UUID

from services.runtime import instants
from services.runtime.envelope import Record
from services.runtime.reader import Reader
from services.runtime.rereading import TakeBack
from services.runtime.step import Step, turn_away, unseen

_MEDIA_TYPE: Final = "application/json"
"""What the sender called it is not on the log."""

_RECEIPTS: Final = """
INSERT INTO receipts (message_ref, sender, request_id, sha256, received_at, state, answer)
SELECT *, 'waiting', '' FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[],
                                    $5::timestamptz[])
ON CONFLICT DO NOTHING RETURNING message_ref
"""
_ORIGINALS: Final = """
INSERT INTO originals (message_ref, content_type, sha256, bytes)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::bytea[])
"""
_RESTORED: Final = """
SELECT message_ref FROM receipts WHERE message_ref = ANY($1::uuid[]) AND sha256 = ''
FOR UPDATE
"""


def taking_back(translating: Reader) -> TakeBack:
    """
    Return what takes back the messages of a gateway, and what *translating* makes of them.

    They are translated at once: receipts follow events that lie in the log, so they have
    to know of them before they are read.
    """

    async def take_back(step: Step, records: list[Record]) -> None:
        """Take back receipts, and go on as if the items had just been read."""
        await _receipts(step, records)
        fresh = await unseen(step, translating.name, records)
        if fresh:
            await translating.handle(step, fresh)
        if step.refused:
            await turn_away(step, translating.name)

    return take_back


async def _receipts(step: Step, records: list[Record]) -> None:
    """
    Take back receipts, and each item as it was sent on.

    The log does not say whether an item was all of its message, so the message's digest
    stays open until its sender asks again.
    """
    first = {_message(record): record for record in records}
    await step.conn.execute(_RECEIPTS, *_columns(first))
    rows = await step.conn.fetch(_RESTORED, list(first))
    restored = {row["message_ref"] for row in rows}
    kept = [record for record in records if _message(record) in restored]
    await step.conn.execute(
        _ORIGINALS,
        [_message(record) for record in kept],
        [_MEDIA_TYPE for _ in kept],
        [record.sha256 for record in kept],
        [record.value for record in kept],
    )


def _message(record: Record) -> UUID:
    """Return the message that brought an item."""
    return UUID(record.attributes["causationid"])


def _columns(
    first: dict[UUID, Record],
) -> tuple[list[UUID], list[str], list[str], list[bytes], list[datetime]]:
    """Return message, sender, request id, open digest and time of each message."""
    said = [record.attributes for record in first.values()]
    return (
        list(first),
        [one["source"] for one in said],
        [one["requestid"] for one in said],
        [b"" for _ in said],
        [instants.parsed(one["time"]) for one in said],
    )
