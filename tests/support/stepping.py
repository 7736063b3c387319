"""Steps, relays and readings in this process, on the real Kafka and Postgres."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from faststream.kafka import KafkaBroker

from deploy.local.stack import Stack
from schemas.topics import PARTITIONS, REFUSED, Topic, settings_of
from services.runtime import gathering, outbox, postgres
from services.runtime.envelope import Headers, Outgoing, Record, headers_of
from services.runtime.kafka import Cluster
from services.runtime.reader import Reader
from services.runtime.reading import Reading
from services.runtime.relay import Relay
from services.runtime.step import Steps

_SECONDS = 60
"""Only there to end a broken run."""


async def eventually(is_so: Callable[[], Awaitable[Any]]) -> None:
    """Return when something is so."""
    async with asyncio.timeout(_SECONDS):
        while not await is_so():  # noqa: ASYNC110 - it lies in Kafka or Postgres
            await asyncio.sleep(0.05)


def record(topic: str, offset: int, **changes: Any) -> Record:
    """Return a record as it was read from partition 0 of *topic*."""
    own = changes.pop("id", uuid4())
    said = {
        "partition": 0,
        "key": b"p-1",
        "attributes": {"id": str(own)},
        "headers": headers_of({"id": str(own)}),
        "value": b'{"n":1}',
        "attempt": 0,
        "at_ms": 0,
    } | changes
    return Record(topic=topic, offset=offset, id=own, **said)


def outgoing(topic: str, number: int, key: bytes = b"p-1") -> Outgoing:
    """Return the *number*th record for *topic*."""
    own = headers_of({"id": str(UUID(int=(1 << 100) | number))})
    return Outgoing(topic, key, own, orjson.dumps({"n": number}))


@dataclass
class Works:
    """What one process of an invented service is made of."""

    stack: Stack
    schema: str
    pool: asyncpg.Pool
    relay: Relay
    steps: Steps
    cluster: Cluster
    broker: KafkaBroker | None = None
    readings: list[Reading] = field(default_factory=list)

    async def publish(self, *records: Outgoing) -> None:
        """Publish *records* in a step of their own."""

        async def work(step: Any) -> None:
            """Publish."""
            step.publish(*records)

        await self.steps.request(work)

    async def read(self, *readers: Reader) -> None:
        """Begin to read."""
        for reader in readers:
            await self.cluster.positions(reader.name, reader.topics)
            self.readings.append(Reading(reader, self.steps, self.cluster))
        self.broker = await gathering.start(
            self.stack.bootstrap, self.relay.owner, self.readings
        )

    async def position(self, reader: str, topic: str, partition: int = 0) -> int:
        """Return the offset that *reader* takes next."""
        found: int = await self.pool.fetchval(
            "SELECT next_offset FROM positions"
            " WHERE (reader, topic, partition) = ($1, $2, $3)",
            reader,
            topic,
            partition,
        )
        return found

    async def outbox(self) -> list[tuple[str, int, int, bytes]]:
        """Return what waits to be published: topic, partition, number and value."""
        rows = await self.pool.fetch(
            "SELECT topic, partition, seq, value FROM outbox"
            " ORDER BY topic, partition, seq"
        )
        return [tuple(row) for row in rows]


async def made_topic(stack: Stack) -> Topic:
    """Make a topic that nobody else uses."""
    topic = Topic(f"test.{uuid4().hex[:12]}", 1, "person_ref", (), (), 86_400_000)
    admin = AIOKafkaAdminClient(bootstrap_servers=stack.bootstrap)
    await admin.start()
    try:
        settings = settings_of(topic, brokers=1)
        new = NewTopic(topic.name, PARTITIONS, 1, topic_configs=settings)
        await admin.create_topics([new])
    finally:
        await admin.close()
    return topic


@asynccontextmanager
async def works(
    stack: Stack,
    *topics: Topic,
    schema: str | None = None,
    owner: str = "one",
    packages: Sequence[str] = (),
) -> AsyncIterator[Works]:
    """Put a process together in *schema*; the relay waits until it is started."""
    name = schema or f"test_{uuid4().hex[:12]}"
    await postgres.migrate(stack.dsn, name, ["services.runtime", *packages])
    pool = await postgres.open_pool(stack.dsn, name)
    async with pool.acquire() as conn:
        await outbox.prepare(conn, [*topics, REFUSED])
    relay = Relay(pool, stack.bootstrap, owner)
    cluster = Cluster(stack.bootstrap, pool)
    made = Works(stack, name, pool, relay, Steps(pool, relay), cluster)
    try:
        yield made
    finally:
        if made.broker:
            await made.broker.stop()
        await relay.stop()
        pool.terminate()


async def send(
    stack: Stack, topic: str, *values: tuple[Headers | list[Any], bytes]
) -> list[int]:
    """Produce raw records to partition 0 of *topic*, as anybody might."""
    async with AIOKafkaProducer(bootstrap_servers=stack.bootstrap) as producer:
        sent = [
            await producer.send_and_wait(topic, value, partition=0, headers=headers)
            for headers, value in values
        ]
    return [one.offset for one in sent]


async def read_all(stack: Stack, topic: str, *partitions: int) -> list[Any]:
    """Return every record of some partitions, or of all, as they lie in the log."""
    places = [TopicPartition(topic, p) for p in partitions or range(PARTITIONS)]
    async with AIOKafkaConsumer(bootstrap_servers=stack.bootstrap) as consumer:
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        ends = await consumer.end_offsets(places)
        found: list[Any] = []
        for place in places:
            while await consumer.position(place) < ends[place]:
                got = await consumer.getmany(place, timeout_ms=200)
                found += got.get(place, [])
        return found
