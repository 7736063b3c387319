"""
Reading back what this service published and Postgres no longer knows.

That is so after Postgres was restored from a copy. Beside each lane stands the last
offset that was confirmed; what lies behind it in the log was published by us, and either
still waits in the outbox to be noted, or was lost with the tables. The latter is handed to
the service, which takes it back into them before it reads on; nothing is published.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import asyncpg
import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.errors import Stopped
from schemas.topics import Topic
from services.runtime import fetched, log
from services.runtime.envelope import Record
from services.runtime.kafka import RESET
from services.runtime.outbox import LaneName
from services.runtime.postgres import AWAY, Connection
from services.runtime.step import Step, Steps

TakeBack = Callable[[Step, list[Record]], Awaitable[None]]

_SECONDS: Final = 10
_TOGETHER: Final = 500

_LANES: Final = """
SELECT topic, partition, confirmed_offset FROM lanes WHERE topic = ANY($1::text[])
ORDER BY topic, partition
"""
_WAITING: Final = "SELECT headers FROM outbox WHERE topic = $1 AND partition = $2"
_CONFIRMED: Final = """
SELECT confirmed_offset FROM lanes WHERE topic = $1 AND partition = $2
"""
_REACHED: Final = """
UPDATE lanes SET confirmed_offset = greatest(confirmed_offset, $3)
WHERE topic = $1 AND partition = $2
"""
_SENT: Final = """
INSERT INTO sent_before (topic, id) SELECT * FROM unnest($1::text[], $2::uuid[])
ON CONFLICT DO NOTHING
"""


class Rereading:
    """Reads back the topics of which one service is the only writer."""

    def __init__(
        self, name: str, servers: str, steps: Steps, take_back: TakeBack | None
    ) -> None:
        """Read for the service *name* from *servers*, in steps."""
        self._name = name
        self._servers = servers.split(",")
        self._steps = steps
        self._take_back = take_back

    async def run(self, pool: asyncpg.Pool, topics: Sequence[Topic]) -> None:
        """
        Read back all that lies behind the last confirmed offset of each lane.

        Raises Stopped where the log ends before it: then Kafka has lost what we published.
        """
        own = [topic.name for topic in topics if topic.writers == (self._name,)]
        rows = await pool.fetch(_LANES, own)
        known = {TopicPartition(r[0], r[1]): r[2] + 1 for r in rows}
        if known:
            await self._lanes(known)

    async def _lanes(self, known: dict[TopicPartition, int]) -> None:
        """Read each lane from the offset up to which it is *known*."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._servers,
            enable_auto_commit=False,
            request_timeout_ms=5000,
            max_partition_fetch_bytes=8 * 1024 * 1024,
        )
        try:
            await asyncio.wait_for(consumer.start(), _SECONDS)
            places = list(known)
            begins = await asyncio.wait_for(
                consumer.beginning_offsets(places), _SECONDS
            )
            ends = await asyncio.wait_for(consumer.end_offsets(places), _SECONDS)
            for place in places:
                if ends[place] < known[place]:
                    raise Stopped(_lost(place))
                begin = max(known[place], begins[place])
                if begin < ends[place]:
                    consumer.assign([place])
                    consumer.seek(place, begin)
                    await self._lane(consumer, place, ends[place])
        finally:
            await consumer.stop()

    async def _lane(
        self, consumer: AIOKafkaConsumer, place: TopicPartition, end: int
    ) -> None:
        """Read one lane up to *end*, a step for each part."""
        while await consumer.position(place) < end:
            got = await consumer.getmany(
                place, timeout_ms=_SECONDS * 1000, max_records=_TOGETHER
            )
            records = [fetched.record(raw) for raw in got.get(place, [])]
            if records:
                await self._part((place.topic, place.partition), records)

    async def _part(self, lane: LaneName, records: list[Record]) -> None:
        """Take a part back; where something in it cannot be used, all but that."""
        try:
            await self._turn(lane, records)
        except AWAY:
            raise
        except Exception:  # noqa: BLE001 - which record it is shows when each goes alone
            for record in records:
                await self._alone(lane, record)

    async def _alone(self, lane: LaneName, record: Record) -> None:
        """Take one record back; what nobody could have published is left where it is."""
        try:
            await self._turn(lane, [record])
        except AWAY:
            raise
        except Exception as error:  # noqa: BLE001 - one foreign record must not stop all
            log.get().error(
                "not_read_back",
                topic=lane[0],
                partition=lane[1],
                offset=record.offset,
                error=log.named(error),
            )

    async def _turn(self, lane: LaneName, records: list[Record]) -> None:
        """Take back what stands nowhere here, and note how far that went."""

        async def work(step: Step) -> int:
            """Take back."""
            waiting = await _waiting(step.conn, lane)
            confirmed = await step.conn.fetchval(_CONFIRMED, *lane)
            unknown = [
                record
                for record in records
                if record.offset > confirmed and str(record.id) not in waiting
            ]
            if unknown and self._take_back:
                await self._take_back(step, unknown)
            await step.conn.execute(_REACHED, *lane, records[-1].offset)
            return len(unknown)

        count = await self._steps.turn("read-back", work)
        if count:
            log.get().warning(
                "read_back", topic=lane[0], partition=lane[1], count=count
            )


async def remember_sent(step: Step, records: Sequence[Record]) -> None:
    """Have *records*, which lie in the log, never published again."""
    await step.conn.execute(
        _SENT, [one.topic for one in records], [one.id for one in records]
    )


async def _waiting(conn: Connection, lane: LaneName) -> set[str]:
    """Return the ids of what the outbox still has for *lane*."""
    rows = await conn.fetch(_WAITING, *lane)
    return {
        value
        for row in rows
        for name, value in orjson.loads(row["headers"])
        if name == "ce_id"
    }


def _lost(place: TopicPartition) -> str:
    """Return what to say where Kafka has lost what it had confirmed."""
    return (
        f"the log of {place.topic}-{place.partition} ends before what was published to"
        f" it; {RESET}"
    )
