"""
A consumer that waits for records instead of asking for them again and again.

FastStream asks every `batch_timeout_ms` and sleeps as long after an empty answer: with
a short time an idle service spends its processor on asking, with a long one a record
waits for the end of the sleep. This consumer answers when there is something.
"""

from functools import partial
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from faststream.kafka import KafkaBroker

_WAIT_MS: Final = 1000
"""How long an empty answer takes: FastStream looks between two whether to stop."""


class GatheringConsumer(AIOKafkaConsumer):  # type: ignore[misc]
    """Kafka's consumer, whose `getmany` returns as soon as there is a record."""

    async def getmany(
        self,
        *partitions: TopicPartition,
        timeout_ms: int = 0,
        max_records: int | None = None,
    ) -> dict[TopicPartition, list[ConsumerRecord]]:
        """Return what there is, at the latest after a second; never wait less."""
        found: dict[TopicPartition, list[ConsumerRecord]] = await super().getmany(
            *partitions, timeout_ms=max(timeout_ms, _WAIT_MS), max_records=max_records
        )
        return found


def gather(broker: KafkaBroker) -> None:
    """Have *broker* make its consumers of this kind; FastStream has no public way."""
    settings: Any = broker.config.broker_config
    made: partial[AIOKafkaConsumer] = settings.builder
    settings.builder = partial(GatheringConsumer, *made.args, **made.keywords)
