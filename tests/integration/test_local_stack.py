"""The embedded stack with a real Kafka and Postgres, and stubs for the services."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from deploy.local import ending, services, state, topics
from deploy.local.ports import free_ports
from deploy.local.processes import Seen, seen
from deploy.local.stack import Stack
from schemas.errors import Stopped
from schemas.topics import EVENTS_LINKED, REFUSED

STUB = """
import http.server, os, sys, time
names = ["issuer", "health-gateway", "education-gateway", "identity-linking",
         "clocks", "timeline", "delivery", "console"]
if os.environ.get("STUB_ENDS"):
    print("this must be done by a person", flush=True)
    sys.exit(int(os.environ["STUB_ENDS"]))
port = int(os.environ["THROUGHLINE_PORT_BASE"]) + names.index(sys.argv[1])
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", port), Ready).serve_forever()
"""
RUN = (sys.executable, "-c", STUB)
ISSUE = (*RUN, "issuer")

SUPERVISE = """
import sys
from pathlib import Path
from deploy.local.ports import Ports
from deploy.local.stack import Stack
from deploy.local.supervisor import supervise
data, base, kafka, stub = sys.argv[1:]
run = (sys.executable, "-c", stub)
stack = Stack(Path(data), Ports(int(base), int(kafka)), run=run, issue=(*run, "issuer"))
sys.exit(supervise(stack, names=("clocks", "timeline")))
"""


def until(is_so: Callable[[], bool]) -> None:
    """Return when something is so; the limit is only there to end a broken run."""
    deadline = time.monotonic() + 90
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack with two stubs for services, shared by the tests of this module."""
    data = tmp_path_factory.mktemp("stack") / ("a-long-name-" * 9)
    with Stack(data, free_ports(), run=RUN, issue=ISSUE) as running:
        running.start(("clocks", "timeline"))
        yield running


async def fetch(dsn: str, statement: str) -> list[asyncpg.Record]:
    """Run one statement on a connection of its own."""
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetch(statement)
    finally:
        await connection.close()


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


class TestStack:
    """One stack in a folder of its own."""

    def test_topics_are_as_designed(self, stack: Stack) -> None:
        """Asking again for topics that are there and right changes nothing."""
        stack.create_topics()

    def test_wrong_topic_is_named(self, stack: Stack) -> None:
        """A topic with another setting stops the start, by topic and setting."""

        async def keep(milliseconds: str) -> None:
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
        with pytest.raises(Stopped, match=r"refused has retention\.ms=1, not"):
            stack.create_topics()

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
        assert f"THROUGHLINE_PORT_BASE={stack.ports.base + 100} make demo" in said

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

    def test_one_may_be_killed(self, tmp_path: Path) -> None:
        """With one node of three killed, records are still acknowledged and read."""
        with Stack(tmp_path / "three", free_ports(3), brokers=3) as three:
            three.start_kafka()
            three.create_topics()
            three.kill("kafka-2")

            place = asyncio.run(send(three.bootstrap, b"kept"))

            assert asyncio.run(read(three.bootstrap, *place)) == b"kept"


class TestSupervisor:
    """The supervisor as `make demo` runs it."""

    @pytest.fixture
    def data(self, tmp_path: Path) -> Iterator[Path]:
        """A folder in which nothing is left running after the test."""
        yield tmp_path / "data"
        state.stop_supervisor(tmp_path / "data")
        state.end_leftovers(tmp_path / "data")

    def start(self, data: Path, **more: str) -> subprocess.Popen[bytes]:
        """Start a supervisor of two stub services."""
        ports = self.ports = free_ports()
        numbers = (str(ports.base), str(ports.kafka))
        return subprocess.Popen(  # noqa: S603
            (sys.executable, "-c", SUPERVISE, str(data), *numbers, STUB),
            env={**os.environ, **more},
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def parts(self, data: Path) -> dict[str, Seen | None]:
        """Return the recorded processes that live."""
        recorded = state.read(data).get("parts", [])
        return {
            part["name"]: seen(part["pid"]) if part["pid"] else None
            for part in recorded
        }

    def test_ctrl_c_stops_everything(self, data: Path) -> None:
        """Ctrl-C ends every process that it started, and the exit code says well."""
        supervisor = self.start(data)
        until(lambda: state.read(data).get("ready", False))
        started = [part for part in self.parts(data).values() if part]

        os.killpg(supervisor.pid, signal.SIGINT)

        assert supervisor.wait(60) == 0
        assert len(started) == 5
        assert [seen(part.pid) for part in started] == [None] * 5

    def test_dead_service_comes_back(self, data: Path) -> None:
        """A killed service, a killed broker and a killed database are started again."""
        self.start(data)
        until(lambda: state.read(data).get("ready", False))
        before = self.parts(data)

        for name in ("clocks", "kafka-1", "postgres"):
            os.kill(before[name].pid, signal.SIGKILL)

        def all_new() -> bool:
            now = self.parts(data)
            return all(
                now[name] and now[name] != before[name]
                for name in ("clocks", "kafka-1", "postgres")
            )

        until(all_new)
        until(lambda: services.is_ready(self.ports.of("clocks")))
        assert self.parts(data)["timeline"] == before["timeline"]

    def test_exit_for_a_person_is_not_repeated(self, data: Path) -> None:
        """A service that needs a person is left down, and its last line is shown."""
        supervisor = self.start(data, STUB_ENDS="78")

        _, said = supervisor.communicate(timeout=90)

        assert supervisor.returncode != 0
        assert b"waits for a person: this must be done by a person" in said

    def test_down_after_the_supervisor_was_killed(self, data: Path) -> None:
        """What a killed supervisor left running is ended by `make down`."""
        supervisor = self.start(data)
        until(lambda: state.read(data).get("ready", False))
        left = self.parts(data)
        supervisor.kill()
        supervisor.wait()

        ending.down(data)

        assert {name: seen(part.pid) for name, part in left.items()} == dict.fromkeys(
            left
        )

    def test_data_is_kept_and_reset(self, data: Path) -> None:
        """A second run keeps the database and the secret; a reset keeps nothing."""
        with Stack(data, free_ports()) as first:
            first.start_postgres()
            asyncio.run(fetch(first.dsn, "CREATE TABLE kept AS SELECT 7 n"))
            secret = state.secret(data)

        with Stack(data, free_ports()) as second:
            second.start_postgres()
            assert asyncio.run(fetch(second.dsn, "SELECT n FROM kept"))[0]["n"] == 7
            assert state.secret(data) == secret
            json.loads(state.state_file(data).read_text())

        ending.reset(data)
        assert list(data.iterdir()) == []
