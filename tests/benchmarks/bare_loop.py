"""The yardstick: aiokafka alone, consuming, producing and committing on our broker."""

import asyncio
import time
from statistics import median
from typing import Final
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tests.benchmarks.figures import Figure
from tests.benchmarks.stack import Addresses

NAME: Final = "bare_loop_per_second"
_EVENTS: Final = 60_000
_RUNS: Final = 3
_PARTITIONS: Final = 6
_BATCH: Final = 500
_VALUE: Final = b"x" * 430
_HEADERS: Final = [(f"ce_header{n}", b"value") for n in range(5)]
_DURABLE: Final = {"flush.messages": "1"}


async def bare_loop(addresses: Addresses) -> Figure:
    """Return how many events a second the bare loop moves: the median of three runs."""
    await _run(addresses.kafka)  # not counted: the broker's own code is cold
    rates = [await _run(addresses.kafka) for _ in range(_RUNS)]
    return Figure(NAME, median(rates), "events/s")


async def _run(kafka: str) -> float:
    """Return the rate of one run, on topics of its own."""
    source, target = (f"bench.{uuid4().hex}" for _ in range(2))
    await _create(kafka, source, target)
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka, acks="all", enable_idempotence=True
    )
    async with producer:
        await _fill(producer, source)
        rate = await _loop(kafka, producer, source, target)
    await _delete(kafka, source, target)
    return rate


async def _create(kafka: str, *names: str) -> None:
    """Make topics that flush each record, like ours."""
    topics = [NewTopic(name, _PARTITIONS, 1, topic_configs=_DURABLE) for name in names]
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.create_topics(topics)
    await admin.close()


async def _delete(kafka: str, *names: str) -> None:
    """Take the topics away again."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.delete_topics(list(names))
    await admin.close()


async def _fill(producer: AIOKafkaProducer, topic: str) -> None:
    """Put in what the loop will read."""
    for first in range(0, _EVENTS, _BATCH):
        keys = (b"child-%d" % n for n in range(first, first + _BATCH))
        await _send(producer, topic, [(key, _VALUE) for key in keys])


async def _send(
    producer: AIOKafkaProducer, topic: str, pairs: list[tuple[bytes, bytes]]
) -> None:
    """Send a batch and wait for every acknowledgement."""
    sent = [await producer.send(topic, v, key=k, headers=_HEADERS) for k, v in pairs]
    await asyncio.gather(*sent)


async def _loop(
    kafka: str, producer: AIOKafkaProducer, source: str, target: str
) -> float:
    """Consume a batch, produce it, commit; until all is moved. Return the rate."""
    consumer = AIOKafkaConsumer(
        source,
        bootstrap_servers=kafka,
        group_id=source,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    moved, began = 0, 0.0
    async with consumer:
        while moved < _EVENTS:
            batches = await consumer.getmany(timeout_ms=1000, max_records=_BATCH)
            began = began or time.perf_counter()
            pairs = [(r.key, r.value) for rs in batches.values() for r in rs]
            await _send(producer, target, pairs)
            await consumer.commit()
            moved += len(pairs)
        return moved / (time.perf_counter() - began)
