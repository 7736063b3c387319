"""Kafka doors: batches of records from FastStream become steps."""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from aiokafka import ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker

from schemas.errors import NotNow, Refused, Stopped
from services.runtime import fetched, log, metrics
from services.runtime.envelope import Record
from services.runtime.kafka import Cluster
from services.runtime.positions import Place
from services.runtime.postgres import AWAY
from services.runtime.reader import Handle, Reader
from services.runtime.step import Step, Steps

_MANY_BYTES: Final = 4 * 1024 * 1024
_IDLE_MS: Final = 500
"""How long Kafka holds a question for records when there are none."""
_HANGS: Final = 3
_HANGS_SECONDS: Final = 20
"""A consumer that is given so long so often, while Kafka answers, does not recover."""


class Reading(ConsumerRebalanceListener):  # type: ignore[misc]
    """Runs one Reader: dedup, back-off, refusals, and seeking to the position."""

    def __init__(self, reader: Reader, steps: Steps, cluster: Cluster) -> None:
        """Run *reader*'s batches as *steps*; positions are checked against *cluster*."""
        self._reader = reader
        self._steps = steps
        self._cluster = cluster
        self._busy = asyncio.Lock()
        self._revoked = asyncio.Event()
        self._ahead: dict[TopicPartition, int] = {}
        """Positions, as Postgres holds them, that the consumer has gone beyond."""
        self._hangs = 0
        self._subscriber: Any = None
        self.last_read_ms = 0
        """Kafka's timestamp of the last record read, milliseconds."""
        self.stopped: Stopped | None = None

    @property
    def name(self) -> str:
        """The reader's name."""
        return self._reader.name

    @property
    def linger(self) -> float:
        """Seconds that few of its records wait for others."""
        return self._reader.linger

    @property
    def assigned(self) -> bool:
        """Whether partitions are ours to read."""
        return bool(self.consumer and self.consumer.assignment())

    async def lag_seconds(self, now: float) -> float:
        """Return how old the last record read is, while newer ones wait; else 0."""
        if not self.assigned:
            return 0.0
        if await self._behind() and self.last_read_ms:
            return max(0.0, now - self.last_read_ms / 1000)
        return 0.0

    async def _behind(self) -> bool | None:
        """Return whether Kafka is known to hold more; None if that is not known."""
        known = True
        for place in self.consumer.assignment():
            highest = self.consumer.highwater(place)
            try:
                reached = await asyncio.wait_for(self.consumer.position(place), 1)
            except (TimeoutError, KafkaError):
                return None
            if highest is not None and reached < highest:
                return True
            known = known and highest is not None
        return False if known else None

    async def ends(self) -> dict[TopicPartition, int]:
        """
        Return the offset behind the last record of each partition, asked of Kafka now.

        Raises NotNow where nobody answers.
        """
        places = self._reader.places
        try:
            asked = self.consumer.end_offsets(places)
            found: dict[TopicPartition, int] = await asyncio.wait_for(asked, 5)
        except (AttributeError, TimeoutError, KafkaError) as error:
            raise NotNow("the ends of the log are not known") from error
        return found

    async def has_taken(self, ends: Mapping[TopicPartition, int]) -> bool:
        """Return whether this reader, in whatever process, has come to *ends*."""
        kept = await self._cluster.kept(self.name)
        return all(kept.get(place, 0) >= end for place, end in ends.items())

    async def look_after(self) -> None:
        """Put right what stands still; raises where only a restart can."""
        try:
            await asyncio.wait_for(self._look_after(), _HANGS_SECONDS)
        except TimeoutError:
            self._hangs += 1
            if self._hangs == _HANGS:
                raise RuntimeError("the consumer hangs") from None
        else:
            self._hangs = 0

    async def _look_after(self) -> None:
        """
        Seek where a batch was dropped and nothing has come since to show it.

        Then tell Kafka how far we are, for its own tools; Postgres remains the truth.
        """
        before, self._ahead = self._ahead, {}
        if not self.assigned or self._busy.locked():
            return
        kept = await self._cluster.kept(self._reader.name)
        for place in self.consumer.assignment():
            if await self.consumer.position(place) > kept[place]:
                self._ahead[place] = kept[place]
                if before.get(place) == kept[place]:
                    self.consumer.seek(place, kept[place])
        await self.consumer.commit()

    @property
    def consumer(self) -> Any:  # noqa: ANN401 - FastStream's is untyped here
        """The aiokafka consumer, once FastStream has started it."""
        return self._subscriber.consumer if self._subscriber else None

    def subscribe(self, broker: KafkaBroker, instance: str) -> None:
        """Add this reading to *broker* with the only safe settings."""
        subscriber = broker.subscriber(
            *(topic.name for topic in self._reader.topics),
            group_id=self._reader.name,
            group_instance_id=f"{self._reader.name}.{instance}",
            batch=True,
            max_records=self._reader.most,
            batch_timeout_ms=10,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.MANUAL,
            no_reply=True,
            listener=self,
            parser=fetched.unread,
            decoder=fetched.undecoded,
            session_timeout_ms=10_000,
            heartbeat_interval_ms=2_000,
            max_partition_fetch_bytes=8 * 1024 * 1024,
            fetch_min_bytes=_MANY_BYTES if self._reader.gather else 1,
            fetch_max_wait_ms=int(self._reader.gather * 1000) or _IDLE_MS,
        )
        self._subscriber = subscriber
        subscriber(self._take)

    async def on_partitions_revoked(self, revoked: list[TopicPartition]) -> None:
        """Wait for the step in flight; a batch that is backing off is dropped."""
        if revoked:
            self._revoked.set()
            async with self._busy:
                pass

    async def on_partitions_assigned(self, assigned: list[TopicPartition]) -> None:
        """Seek to where Postgres says; if it cannot say now, the step will."""
        self._revoked.clear()
        if not assigned:
            return
        try:
            kept = await self._cluster.positions(self._reader.name, self._reader.topics)
        except (*AWAY, KafkaError) as error:
            log.get().warning("seek_waits", error=log.named(error))
            return
        except Stopped as stopped:
            self.stopped = stopped
            return
        for place in assigned:
            self.consumer.seek(place, kept[place])

    async def _take(self, raw: Sequence[ConsumerRecord]) -> None:
        """Turn one fetch into a step, trying again while something is away."""
        batches = {
            place: list(group)
            for place, group in groupby(raw, key=lambda r: (r.topic, r.partition))
        }
        wait = 0.05
        while True:
            async with self._busy:
                if self.stopped or self._revoked.is_set():
                    return
                try:
                    await self._step(batches)
                except AWAY as error:
                    log.get().warning(
                        "reader_waits", reader=self._reader.name, error=log.named(error)
                    )
                else:
                    break
            await _pause(self._revoked, wait)
            wait = min(wait * 2, 5.0)
        self.last_read_ms = max(record.timestamp for record in raw)
        metrics.RECORDS.labels(self._reader.name).inc(len(raw))

    async def _step(self, batches: dict[Place, list[ConsumerRecord]]) -> None:
        """Run one step on *batches*; if it fails on its data, record by record."""
        read = {at: [fetched.record(r) for r in raw] for at, raw in batches.items()}
        try:
            strays = await self._run(read)
        except AWAY:
            raise
        except Exception as error:  # noqa: BLE001 - the one broad catch: any other failure is the data's
            log.get().error(
                "step_failed",
                reader=self._reader.name,
                error=log.named(error),
                where=log.raised_at(error),
            )
            strays = await self._singly(read)
        for (topic, partition), wanted in strays.items():
            log.get().info("sought", topic=topic, partition=partition, expected=wanted)
            self.consumer.seek(TopicPartition(topic, partition), wanted)

    async def _run(self, read: dict[Place, list[Record]]) -> dict[Place, int]:
        """Run the handler on what can be read and refuse the rest, in one step."""

        async def handle(step: Step, records: list[Record]) -> None:
            """Refuse records that carry no id of ours; handle the others."""
            for record in records:
                if record.id.int >> 64 == 0:
                    rule = "the record carries no CloudEvents id of ours"
                    step.refuse(record, Refused("not-ours", where="ce_id", rule=rule))
            ours = [record for record in records if record.id.int >> 64]
            if ours:
                await self._reader.handle(step, ours)

        return await self._steps.records(self._reader.name, dict(read), handle)

    async def _singly(self, read: dict[Place, list[Record]]) -> dict[Place, int]:
        """Take each record in a step of its own and refuse the one that fails."""
        strays: dict[Place, int] = {}
        for place, records in read.items():
            for record in records:
                left = await self._one(place, record)
                if left:
                    strays |= left
                    break
        return strays

    async def _one(self, place: Place, record: Record) -> dict[Place, int]:
        """Take one record; if its handling fails on its data, refuse it instead."""
        try:
            return await self._run({place: [record]})
        except AWAY:
            raise
        except Exception as error:  # noqa: BLE001 - as above
            refused = Refused("failed", where="handler", rule=log.named(error))
            return await self._steps.records(
                self._reader.name, {place: [record]}, _refusing(refused)
            )


def _refusing(refused: Refused) -> Handle:
    """Return a handler that refuses whatever it is given."""

    async def handle(step: Step, records: list[Record]) -> None:
        """Refuse each record."""
        for record in records:
            step.refuse(record, refused)

    return handle


async def _pause(revoked: asyncio.Event, seconds: float) -> None:
    """Wait *seconds*, or until the partitions are taken away."""
    try:
        await asyncio.wait_for(revoked.wait(), seconds)
    except TimeoutError:
        return
