"""Deliveries of files: kept whole before they are read, and how far each has got."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, BinaryIO, Final
from uuid import UUID

import orjson

from schemas import topics
from schemas.errors import Refused
from services.education_gateway.store import failures
from services.runtime.intake import awaiting, messages
from services.runtime.postgres import Connection
from services.runtime.step import Step

PART_BYTES: Final = 1 << 20
"""Bytes in one row of a kept file."""
LEASE_SECONDS: Final = 60

_KEEP_PART: Final = """
INSERT INTO originals (message_ref, content_type, sha256, bytes, file, name, part)
VALUES ($1, $2, sha256($3), $3, $4, $5, $6)
"""
_REFUSED: Final = """
INSERT INTO files (message_ref, feed, corrects, state) VALUES ($1, $2, $3, 'refused')
ON CONFLICT DO NOTHING
"""
_NEXT: Final = """
SELECT f.*, r.sender, r.request_id, r.received_at FROM files f
JOIN receipts r USING (message_ref)
WHERE f.state IN ('waiting', 'taking') AND (f.owner = $1 OR f.lease_until < $2)
AND NOT EXISTS (
    SELECT 1 FROM files b JOIN receipts br USING (message_ref)
    WHERE b.state IN ('waiting', 'taking') AND b.feed = f.feed
    AND br.sender = r.sender AND b.queued < f.queued)
ORDER BY f.queued LIMIT 1 FOR UPDATE OF f
"""
_LEASE: Final = """
UPDATE files SET owner = $2, lease_until = $3::timestamptz + make_interval(secs => $4)
WHERE message_ref = $1
"""
_PARTS: Final = """
SELECT bytes FROM originals WHERE message_ref = $1 AND file = $2 AND part = $3
"""
_AT: Final = """
SELECT state, next_file, next_row, removals, sent, counts FROM files
WHERE message_ref = $1 FOR UPDATE
"""
_MOVE: Final = """
UPDATE files SET next_file = $2, next_row = $3, removals = $4, sent = $5, counts = $6,
    lease_until = $7::timestamptz + make_interval(secs => $8)
WHERE message_ref = $1
"""


@dataclass(frozen=True)
class Arrived(messages.Message):
    """A delivery as one request or one folder brought it."""

    feed: str = ""
    stated_as_at: date | None = None
    corrects: UUID | None = None
    files: tuple[tuple[str, str, BinaryIO], ...] = ()
    """Name, media type and content of each."""
    digest: bytes = b""

    @cached_property
    def sha256(self) -> bytes:
        """SHA-256 over the names and contents of all files, and what was asked."""
        return self.digest


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a delivery has been taken in."""

    file: int = 0
    row: int = 0
    """Last row of that file that is done."""
    removals: int = 0
    sent: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Job:
    """A delivery that is to be taken in."""

    ref: UUID
    sender: str
    request_id: str
    received_at: datetime
    feed: str
    stated_as_at: date | None
    corrects: UUID | None
    released: bool
    progress: Progress

    def message(self) -> messages.Message:
        """Return the message that its items belong to."""
        return messages.Message(
            gateway="education_gateway",
            sender=self.sender,
            request_id=self.request_id,
            correlation_id=None,
            received_at=self.received_at,
            content_type="",
            body=b"",
        )


_UNREAD: Final = 1
"""What a receipt awaits besides its rows: that the delivery was read to its end."""


async def keep(step: Step, arrived: Arrived, answer: bytes) -> messages.Kept:
    """Keep receipt and bytes of a delivery, unless it came before."""
    topic = topics.EDUCATION_INBOUND
    kept = await messages.keep(step, arrived, topic=topic, answer=answer)
    if kept.outcome != "accepted":
        return kept
    for number, (name, kind, stream) in enumerate(arrived.files):
        await _keep_file(step, arrived.ref, number, (name, kind), stream)
    await step.conn.execute(
        "INSERT INTO files (message_ref, feed, stated_as_at, corrects)"
        " VALUES ($1, $2, $3, $4)",
        arrived.ref,
        arrived.feed,
        arrived.stated_as_at,
        arrived.corrects,
    )
    await awaiting.more(step.conn, arrived.ref, _UNREAD)
    return kept


async def keep_refused(
    step: Step, ref: UUID, arrived: Arrived, refused: Refused, remedy: str
) -> None:
    """Keep the bytes of a delivery that was refused at the door, and why, once."""
    known = (
        "SELECT 1 FROM originals WHERE message_ref = $1 AND name IS NOT NULL LIMIT 1"
    )
    if not await step.conn.fetchval(known, ref):
        for number, (name, kind, stream) in enumerate(arrived.files):
            await _keep_file(step, ref, number, (name, kind), stream)
        await step.conn.execute(_REFUSED, ref, arrived.feed, arrived.corrects)
        await failures.whole(step.conn, ref, refused, remedy)


async def _keep_file(
    step: Step, ref: UUID, number: int, said: tuple[str, str], stream: BinaryIO
) -> None:
    """Keep one file in parts."""
    stream.seek(0)
    part = 0
    name, kind = said
    while chunk := stream.read(PART_BYTES):
        await step.conn.execute(_KEEP_PART, ref, kind, chunk, number, name, part)
        part += 1


async def claim(step: Step, owner: str) -> Job | None:
    """Return the oldest delivery that nobody else works on, if there is one."""
    row = await step.conn.fetchrow(_NEXT, owner, step.now)
    if row is None:
        return None
    await step.conn.execute(_LEASE, row["message_ref"], owner, step.now, LEASE_SECONDS)
    return job_of(row)


def job_of(row: Mapping[str, Any]) -> Job:
    """Return a row of a delivery with its receipt as a job."""
    return Job(
        ref=row["message_ref"],
        sender=row["sender"],
        request_id=row["request_id"],
        received_at=row["received_at"],
        feed=row["feed"],
        stated_as_at=row["stated_as_at"],
        corrects=row["corrects"],
        released=row["released"],
        progress=_progress(row),
    )


async def names(conn: Connection, ref: UUID) -> list[str]:
    """Return the names of the files of a delivery, in their order."""
    rows = await conn.fetch(
        "SELECT name FROM originals WHERE message_ref = $1 AND part = 0"
        " AND name IS NOT NULL ORDER BY file",
        ref,
    )
    return [row["name"] for row in rows]


async def content(conn: Connection, ref: UUID, file: int) -> AsyncIterator[bytes]:
    """Yield the content of one file, part by part."""
    part = 0
    while chunk := await conn.fetchval(_PARTS, ref, file, part):
        yield bytes(chunk)
        part += 1


async def at(step: Step, ref: UUID) -> Progress | None:
    """Lock a delivery and return how far it is; None if it is not being taken in."""
    row = await step.conn.fetchrow(_AT, ref)
    return _progress(row) if row and row["state"] in ("waiting", "taking") else None


def _progress(row: Mapping[str, Any]) -> Progress:
    """Return a row as progress."""
    return Progress(
        row["next_file"],
        row["next_row"],
        row["removals"],
        row["sent"],
        orjson.loads(row["counts"]),
    )


async def move(step: Step, ref: UUID, to: Progress) -> None:
    """Note how far a delivery is, and go on working on it."""
    await step.conn.execute(
        _MOVE,
        ref,
        to.file,
        to.row,
        to.removals,
        to.sent,
        orjson.dumps(to.counts),
        step.now,
        LEASE_SECONDS,
    )


async def summary(conn: Connection, ref: UUID) -> Mapping[str, Any] | None:
    """Return what a receipt says of a delivery; None of any other message."""
    row = await conn.fetchrow(
        "SELECT feed, kind, as_at, state, counts, corrects, decided_by FROM files"
        " WHERE message_ref = $1",
        ref,
    )
    if row is None:
        return None
    return {
        "feed": row["feed"],
        "kind": row["kind"],
        "as_at": row["as_at"].isoformat() if row["as_at"] else None,
        "state": row["state"],
        "counts": orjson.loads(row["counts"]),
        "corrects": str(row["corrects"]) if row["corrects"] else None,
    }


def place_of(file: int, row: int) -> int:
    """Return the place of a row: in a delivery of several files each has its range."""
    return file * FILE_RANGE + row


FILE_RANGE: Final = 100_000_000
"""Places that one file of a delivery has; more than any file has rows."""
MOST_FILES: Final = 20
