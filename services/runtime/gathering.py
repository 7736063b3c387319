"""
A consumer that waits for records instead of asking for them again and again.

FastStream asks every `batch_timeout_ms` and sleeps as long after an empty answer: with
a short time an idle service spends its processor on asking, with a long one a record
waits for the end of the sleep. This consumer answers when there is something.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker

from services.runtime.reading import Reading

_WAIT_MS: Final = 1000
"""How long an empty answer takes: FastStream looks between two whether to stop."""
_FEW: Final = 50
"""Records that are too few for a step, where others may come."""

_Fetched = dict[TopicPartition, list[ConsumerRecord]]


class GatheringConsumer(AIOKafkaConsumer):  # type: ignore[misc]
    """Kafka's consumer, whose `getmany` returns as soon as there is a record."""

    linger = 0.0
    """Seconds that few records wait for others, so that a step has more of them."""

    async def getmany(
        self,
        *partitions: TopicPartition,
        timeout_ms: int = 0,
        max_records: int | None = None,
    ) -> _Fetched:
        """Return what there is, at the latest after a second; never wait less."""
        found: _Fetched = await super().getmany(
            *partitions, timeout_ms=max(timeout_ms, _WAIT_MS), max_records=max_records
        )
        if found and self.linger and sum(map(len, found.values())) < _FEW:
            await asyncio.sleep(self.linger)
            with contextlib.suppress(KafkaError):  # what is wrong is said again
                more = await super().getmany(*partitions, max_records=max_records)
                for place, records in more.items():
                    found.setdefault(place, []).extend(records)
        return found


async def start(
    servers: str, instance: str, readings: Sequence[Reading]
) -> KafkaBroker:
    """Return the broker, at *servers*, that fetches for *readings* of this process."""
    broker = KafkaBroker(
        servers.split(","),
        allow_auto_create_topics=False,
        apply_types=False,
        logger=None,
        client_id=instance,
        consumer_only=True,
    )
    for reading in readings:
        reading.subscribe(broker, instance)
    try:
        await _gather(broker, {one.name: one.linger for one in readings})
        await broker.start()
    except BaseException:
        await broker.stop()
        raise
    return broker


async def _gather(broker: KafkaBroker, lingers: Mapping[str, float]) -> None:
    """
    Connect *broker* and have it make its consumers of this kind.

    *lingers* has the seconds of those groups that linger. FastStream has no public way:
    it says how consumers are made when it connects.
    """
    await broker.connect()
    settings: Any = broker.config.broker_config
    known: partial[AIOKafkaConsumer] = settings.builder

    def made(*, group_id: str, **more: Any) -> GatheringConsumer:  # noqa: ANN401
        """Return a consumer of a group."""
        consumer = GatheringConsumer(group_id=group_id, **(known.keywords | more))
        consumer.linger = lingers.get(group_id, 0.0)
        return consumer

    settings.builder = made
