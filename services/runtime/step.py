"""
The step: one Postgres transaction in which a service does anything at all.

It locks where its source has been read to, leaves out what has been seen, lets the
service write its own state, numbers what is to be published, and moves the position.
After the commit the lane's owner publishes. A crash anywhere repeats the same bytes in
the same order (design §2).
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

import asyncpg

from schemas import topics
from schemas.errors import Refused
from services.runtime import instants, outbox, positions, refs
from services.runtime.connections import is_lost
from services.runtime.envelope import Headers, Outgoing, Record
from services.runtime.failpoints import failpoint
from services.runtime.positions import Place
from services.runtime.postgres import Connection
from services.runtime.relay import Relay

T = TypeVar("T")

CODE_VERSION: Final = "0.1.0"

_TURN_AWAY: Final = """
INSERT INTO turned_away (reader, topic, id, source)
SELECT $1, * FROM unnest($2::text[], $3::uuid[], $4::text[]) ON CONFLICT DO NOTHING
"""


@dataclass(slots=True)
class Step:
    """What a handler may do inside the transaction."""

    conn: Connection
    now: datetime
    """When the step began, UTC: the only clock that a handler sees."""
    outgoing: list[Outgoing] = field(default_factory=list)
    refused: list[Record] = field(default_factory=list)
    """Records that were refused, to be counted."""

    def publish(self, *records: Outgoing) -> None:
        """Have *records* published after the commit, in this order within each lane."""
        self.outgoing.extend(records)

    def refuse(self, record: Record, refused: Refused) -> None:
        """
        Publish *record* as it came on `refused`, with the reason, rule and place.

        What lies on `refused` already stays there: its readers would go in circles.
        """
        self.refused.append(record)
        if record.topic != topics.REFUSED.name:
            self.publish(refusal(record, refused, at=self.now))


def refusal(record: Record, refused: Refused, *, at: datetime) -> Outgoing:
    """Return the record that says why *record* could not be used."""
    place = (record.topic, record.partition, record.offset)
    own = refusal_headers(record.id, record.attempt, place, refused, at=at)
    kept = [header for header in record.headers if not header[0].startswith("x_")]
    return Outgoing(topics.REFUSED.name, record.key, kept + own, record.value)


def refusal_headers(
    record: UUID,
    attempt: int,
    place: tuple[str, int, int],
    refused: Refused,
    *,
    at: datetime,
) -> Headers:
    """
    Return the headers that say what was refused, where it was, and why.

    *place* is topic, partition and offset; -1 where it never got there, in which case
    the topic is the one that it was meant for.
    """
    said = {
        "refusedid": refs.made_id("refused", str(record), str(attempt)),
        "refusedtopic": place[0],
        "refusedpartition": place[1],
        "refusedoffset": place[2],
        "reason": refused.reason,
        "rule": refused.rule,
        "where": refused.where,
        "refusedat": instants.text(at),
        "codeversion": CODE_VERSION,
        "attempt": attempt,
    }
    return [("x_" + name, str(value).encode()) for name, value in said.items()]


class Steps:
    """Runs the steps of one service process."""

    def __init__(self, pool: asyncpg.Pool, relay: Relay) -> None:
        """Work in *pool*; hand what is committed to *relay*."""
        self._pool = pool
        self._relay = relay
        self._recalls = False

    async def recall(self) -> None:
        """Look whether something was read back that must not be published again."""
        asked = "SELECT EXISTS (SELECT 1 FROM sent_before)"
        self._recalls = await self._pool.fetchval(asked)

    @asynccontextmanager
    async def _open(self, source: str) -> AsyncIterator[Step]:
        """Open a step; what its data cannot be is told apart from what is away."""
        try:
            async with self._transaction(source) as step:
                yield step
        except asyncpg.InterfaceError as error:
            # asyncpg's own DataError is one of these, and says nothing of a connection
            if isinstance(error, ValueError):
                raise ValueError("a value Postgres cannot hold") from None  # noqa: TRY004
            raise
        except RuntimeError as error:
            if is_lost(error):
                raise ConnectionResetError from error
            raise

    @asynccontextmanager
    async def _transaction(self, source: str) -> AsyncIterator[Step]:
        """Begin a transaction; at its end write the outbox, commit and hand over."""
        failpoint("before-step", source)
        rows: list[outbox.Numbered] = []
        async with self._pool.acquire() as conn:
            async with conn.transaction():
                step = Step(conn, instants.now())
                yield step
                failpoint("after-handler", source)
                if self._recalls:
                    step.outgoing = await outbox.unsent(conn, step.outgoing)
                rows = await outbox.write(conn, step.outgoing, owner=self._relay.owner)
                failpoint("after-outbox", source)
                failpoint("before-commit", source)
            failpoint("after-commit", source)
        self._relay.hand_over(rows)

    async def request(self, work: Callable[[Step], Awaitable[T]]) -> T:
        """Run *work* for a request whose source is the request itself."""
        async with self._open("request") as step:
            return await work(step)

    async def turn(self, name: str, work: Callable[[Step], Awaitable[T]]) -> T:
        """Run *work* for a command or timer while its named row is locked."""
        async with self._open(name) as step:
            await step.conn.execute(
                "INSERT INTO turns (name) VALUES ($1) ON CONFLICT DO NOTHING", name
            )
            await step.conn.execute(
                "SELECT 1 FROM turns WHERE name = $1 FOR UPDATE", name
            )
            failpoint("after-positions", name)
            result = await work(step)
            await step.conn.execute(
                "UPDATE turns SET done_at = $2 WHERE name = $1", name, step.now
            )
            return result

    async def records(
        self,
        reader: str,
        batches: dict[Place, Sequence[Record]],
        handle: Callable[[Step, list[Record]], Awaitable[None]],
    ) -> dict[Place, int]:
        """
        Run *handle* on what is new in *batches*; return where strays must be sought.

        A batch that does not begin exactly at its position is left out: it was fetched
        before the seek, or by a process that has lost the partition.

        Only a step that publishes waits for the disk: a crash of Postgres takes the
        others back whole, position and state together, and they are made again.
        """
        async with self._open(reader) as step:
            taken = await positions.take(step.conn, reader, batches)
            failpoint("after-positions", reader)
            read = [r for place in taken.whole for r in batches[place]]
            fresh = taken.fresh(read)
            if len(fresh) < len(read):
                await _refuse_conflicts(step, reader, read)
            failpoint("after-seen", reader)
            if fresh:
                await handle(step, fresh)
            if step.refused:
                await turn_away(step, reader)
        return taken.strays


async def turn_away(step: Step, reader: str) -> None:
    """Note what was refused, each once; a record without an id of ours is no event."""
    ours = {(r.topic, r.id): r for r in step.refused if r.id.int >> 64}
    await step.conn.execute(
        _TURN_AWAY,
        reader,
        [topic for topic, _ in ours],
        [own for _, own in ours],
        [r.attributes.get("source", "").replace("\0", "") for r in ours.values()],
    )


async def unseen(step: Step, reader: str, records: list[Record]) -> list[Record]:
    """Return the records not seen before; the same id with other bytes is refused."""
    fresh = positions.once(records, await positions.see(step.conn, reader, records))
    if len(fresh) < len(records):
        await _refuse_conflicts(step, reader, records)
    return fresh


async def _refuse_conflicts(step: Step, reader: str, records: list[Record]) -> None:
    """Refuse those of *records* whose bytes differ from what their id stands for."""
    known = await positions.seen_as(step.conn, reader, records)
    for record in records:
        if known[(record.id, record.attempt, record.topic)] != record.sha256:
            rule = "the same id came with other bytes"
            step.refuse(record, Refused("conflict", where="id", rule=rule))
