"""The embedded stack with a real Kafka and Postgres, and stubs for the services."""

import asyncio
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from deploy.local import services, topics
from deploy.local.ports import busy, free_ports, ports_from
from deploy.local.stack import Stack
from schemas.errors import Stopped
from schemas.topics import EVENTS_LINKED, REFUSED
from tests.support.local_stack import ISSUE, RUN, fetch, until


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack with two stubs for services, shared by the tests of this module."""
    data = tmp_path_factory.mktemp("stack") / ("a-long-name-" * 9)
    with Stack(data, free_ports(), run=RUN, issue=ISSUE) as running:
        running.start(("clocks", "timeline"))
        yield running


async def send(bootstrap: str, value: bytes) -> tuple[int, int]:
    """Publish one record and return its partition and offset."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        sent = await producer.send_and_wait(EVENTS_LINKED.name, value)
    return sent.partition, sent.offset


async def read(bootstrap: str, partition: int, offset: int) -> bytes:
    """Read one record back."""
    place = TopicPartition(EVENTS_LINKED.name, partition)
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    async with consumer:
        consumer.assign([place])
        consumer.seek(place, offset)
        record = await consumer.getone()
    return record.value


def said_of_topics(stack: Stack) -> str:
    """Return why the topics stop the start; nothing when they do not."""
    try:
        stack.create_topics()
    except Stopped as stopped:
        return str(stopped)
    return ""


class TestStack:
    """One stack in a folder of its own."""

    def test_topics_are_as_designed(self, stack: Stack) -> None:
        """Asking again for topics that are there and right changes nothing."""
        stack.create_topics()

    def test_wrong_topic_is_named(self, stack: Stack) -> None:
        """A topic with another setting stops the start, by topic and setting."""

        async def keep(milliseconds: str) -> None:
            """Set how long refused messages are kept."""
            admin = AIOKafkaAdminClient(bootstrap_servers=stack.bootstrap)
            await admin.start()
            right = dict(topics.settings_of(REFUSED, brokers=1))
            change = ConfigResource(
                ConfigResourceType.TOPIC,
                REFUSED.name,
                configs=right | {"retention.ms": milliseconds},
            )
            await admin.alter_configs([change])
            await admin.close()

        asyncio.run(keep("1"))
        until(lambda: "refused has retention.ms=1, not" in said_of_topics(stack))

        asyncio.run(keep(str(REFUSED.retention_ms)))
        stack.create_topics()

    def test_second_stack_is_refused(self, stack: Stack) -> None:
        """A folder in use is not started a second time."""
        with pytest.raises(Stopped, match="already runs"):
            Stack(stack.data, free_ports()).claim()

    def test_ports_in_use_are_named(self, stack: Stack, tmp_path: Path) -> None:
        """A port in use is named with its owner and other ports to take."""
        with pytest.raises(Stopped) as stopped:
            Stack(tmp_path / "other", stack.ports).claim()

        said = str(stopped.value)
        assert f"{stack.ports.of('clocks')} (clocks) by python" in said
        assert f"{stack.ports.broker(1)} (kafka-1) by java" in said
        [base] = re.findall(r"THROUGHLINE_PORT_BASE=(\d+) make demo", said)
        assert int(base) in range(stack.ports.base + 100, 65_536, 100)
        assert not busy(ports_from(base), 1)

    def test_postgres_survives_a_kill(self, stack: Stack) -> None:
        """What was committed is there after the server and its children were killed."""
        asyncio.run(fetch(stack.dsn, "CREATE TABLE IF NOT EXISTS kept AS SELECT 7 n"))
        stack.kill("postgres")

        stack.start_again("postgres")
        stack.await_postgres()

        assert asyncio.run(fetch(stack.dsn, "SELECT n FROM kept"))[0]["n"] == 7

    def test_lone_postmaster_killed(self, stack: Stack) -> None:
        """A server whose children outlived it for a moment starts again."""
        postmaster = stack.processes["postgres"]
        postmaster.send(signal.SIGKILL)
        until(lambda: not postmaster.up)

        stack.start_again("postgres")
        stack.await_postgres()

        assert asyncio.run(fetch(stack.dsn, "SHOW fsync"))[0][0] == "on"

    def test_statements_stay_out_of_the_log(self, stack: Stack) -> None:
        """A failing statement leaves none of its values in Postgres's log."""
        with pytest.raises(asyncpg.PostgresError):
            asyncio.run(fetch(stack.dsn, "SELECT 'Annabel'::int"))

        assert "Annabel" not in (stack.data / "log" / "postgres.log").read_text()

    def test_kafka_survives_a_kill(self, stack: Stack) -> None:
        """What was acknowledged is there after the broker was killed."""
        place = asyncio.run(send(stack.bootstrap, b"kept"))
        stack.kill("kafka")

        stack.start_again("kafka")
        stack.await_kafka()

        assert asyncio.run(read(stack.bootstrap, *place)) == b"kept"

    def test_frozen_service_goes_on(self, stack: Stack) -> None:
        """A frozen service answers nobody, and everybody once it is let go."""
        port = stack.ports.of("clocks")
        stack.pause("clocks")
        until(lambda: not services.is_ready(port))

        stack.resume("clocks")

        stack.wait_ready("clocks")

    def test_second_instance(self, stack: Stack) -> None:
        """A second process of a service has a name and a port of its own."""
        stack.start_service("clocks", instance=2)
        stack.wait_ready("clocks-2")

        stack.stop("clocks-2")

        assert stack.processes["clocks"].up
        assert not stack.processes["clocks-2"].up


class TestThreeBrokers:
    """Three nodes that answer for each other."""

    @pytest.mark.long
    def test_one_may_be_killed(self, tmp_path: Path) -> None:
        """With one node of three killed, records are still acknowledged and read."""
        with Stack(tmp_path / "three", free_ports(3), brokers=3) as three:
            three.start_kafka()
            three.create_topics()
            three.kill("kafka-2")

            place = asyncio.run(send(three.bootstrap, b"kept"))

            assert asyncio.run(read(three.bootstrap, *place)) == b"kept"
