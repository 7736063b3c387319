"""What a service asks of the Kafka cluster before and while it works with it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from schemas.errors import Stopped
from schemas.topics import PARTITIONS, Topic, settings_of
from services.runtime import log

RESET: Final = (
    "if that is so on purpose, or Kafka is lost for good, stop every service and say"
    " `throughline republish`: what was published is kept in Postgres; or, in"
    " development, run `make republish` or `make reset`"
)
"""What to do where Kafka no longer holds what Postgres speaks of."""

_ANOTHER: Final = (
    f"Kafka is another cluster than the one whose positions Postgres holds; {RESET}"
)


class Cluster:
    """The Kafka cluster that one service reads and writes."""

    def __init__(self, servers: str, pool: asyncpg.Pool) -> None:
        """Speak to *servers*; what was known of them before is in *pool*."""
        self._servers = servers.split(",")
        self._pool = pool

    async def answering(self) -> None:
        """Return once Kafka answers; says each time that it does not."""
        wait = 0.2
        while True:
            try:
                await describe(self._servers)
            except (KafkaError, OSError, TimeoutError) as error:
                log.get().warning("kafka_away", error=log.named(error))
                await asyncio.sleep(wait)
                wait = min(wait * 2, 5.0)
            else:
                return

    async def same(self) -> None:
        """Raise Stopped unless this is the cluster known."""
        cluster_id, _ = await describe(self._servers)
        known = await self._pool.fetchval("SELECT cluster_id FROM cluster")
        if known is not None and known != cluster_id:
            raise Stopped(_ANOTHER)

    async def check(self, topics: Sequence[Topic]) -> None:
        """Raise Stopped unless this is the cluster known, with *topics* as they must be."""
        cluster_id, _ = await describe(self._servers)
        known = await self._pool.fetchval(
            "INSERT INTO cluster (cluster_id) VALUES ($1) ON CONFLICT (single)"
            " DO UPDATE SET single = true RETURNING cluster_id",
            cluster_id,
        )
        if known != cluster_id:
            raise Stopped(_ANOTHER)
        await self._check_topics(topics)

    async def _check_topics(self, topics: Sequence[Topic]) -> None:
        """Raise Stopped when a topic is missing or has other settings."""
        admin = AIOKafkaAdminClient(
            bootstrap_servers=self._servers, request_timeout_ms=5000
        )
        await admin.start()
        try:
            described = await admin.describe_topics([topic.name for topic in topics])
            found = {t["topic"]: t for t in described if t["error_code"] == 0}
            for topic in topics:
                if topic.name not in found:
                    raise Stopped(f"topic {topic.name} is missing; deploy/ makes it")
                if len(found[topic.name]["partitions"]) != PARTITIONS:
                    raise Stopped(
                        f"topic {topic.name} must have {PARTITIONS} partitions"
                    )
            replicas = len(found[topics[0].name]["partitions"][0]["replicas"])
            await _check_settings(admin, topics, brokers=replicas)
        finally:
            await admin.close()

    async def positions(
        self, reader: str, topics: Sequence[Topic]
    ) -> dict[TopicPartition, int]:
        """
        Return where *reader* goes on, a partition each, checked against the log.

        Raises Stopped where the log ends before the position or begins after it; where
        that is so because it is another cluster, it says so.
        """
        places = [TopicPartition(t.name, p) for t in topics for p in range(PARTITIONS)]
        async with self._asking() as consumer:
            begins = await consumer.beginning_offsets(places)
            await self._begin(reader, begins)
            kept = await self.kept(reader)
            # After the positions: a step that commits between would seem ahead of the log.
            ends = await consumer.end_offsets(places)
        for place in places:
            if not begins[place] <= kept[place] <= ends[place]:
                await self.same()
                raise Stopped(
                    f"the log of {place.topic}-{place.partition} does not reach the"
                    f" position that Postgres holds; {RESET}"
                )
        return {place: kept[place] for place in places}

    async def _begin(self, reader: str, begins: Mapping[TopicPartition, int]) -> None:
        """Have *reader* begin each partition that it has never read at its first record."""
        await self._pool.execute(
            "INSERT INTO positions (reader, topic, partition, next_offset)"
            " SELECT $1, * FROM unnest($2::text[], $3::int[], $4::bigint[])"
            " ON CONFLICT DO NOTHING",
            reader,
            [place.topic for place in begins],
            [place.partition for place in begins],
            list(begins.values()),
        )

    async def kept(self, reader: str) -> dict[TopicPartition, int]:
        """Return the positions of *reader* that Postgres holds."""
        rows = await self._pool.fetch(
            "SELECT topic, partition, next_offset FROM positions WHERE reader = $1",
            reader,
        )
        return {
            TopicPartition(r["topic"], r["partition"]): r["next_offset"] for r in rows
        }

    @contextlib.asynccontextmanager
    async def _asking(self) -> AsyncIterator[AIOKafkaConsumer]:
        """Open a consumer that reads nothing and is asked where partitions begin and end."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._servers, request_timeout_ms=5000
        )
        try:
            await asyncio.wait_for(consumer.start(), 5)
            yield consumer
        finally:
            await consumer.stop()


async def describe(servers: Sequence[str]) -> tuple[str, int]:
    """Return the cluster's id and how many brokers it has."""
    admin = AIOKafkaAdminClient(bootstrap_servers=servers, request_timeout_ms=5000)
    try:
        await asyncio.wait_for(admin.start(), 5)
        said = await admin.describe_cluster()
        return said["cluster_id"], len(said["brokers"])
    finally:
        await admin.close()


async def _check_settings(
    admin: AIOKafkaAdminClient, topics: Sequence[Topic], *, brokers: int
) -> None:
    """Raise Stopped when a topic's configuration is not what the design asks."""
    resources = [ConfigResource(ConfigResourceType.TOPIC, t.name) for t in topics]
    answers = await admin.describe_configs(resources)
    found = {
        resource[3]: {entry[0]: entry[1] for entry in resource[4]}
        for answer in answers
        for resource in answer.resources
    }
    for topic in topics:
        for name, value in settings_of(topic, brokers=brokers).items():
            if found[topic.name].get(name) != value:
                raise Stopped(f"topic {topic.name} must have {name}={value}")
