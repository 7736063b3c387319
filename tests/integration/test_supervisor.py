"""The supervisor as `make demo` runs it, with stubs for the services."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.local import ending, services, state
from deploy.local.ports import Ports, free_ports
from deploy.local.processes import Seen, seen
from deploy.local.stack import Stack
from tests.support.local_stack import STUB, fetch, until

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


@dataclass
class Supervised:
    """A supervisor of two stub services, in a folder of its own."""

    data: Path
    ports: Ports
    process: subprocess.Popen[bytes]

    @property
    def said(self) -> str:
        """What it has told a person so far."""
        return said_file(self.data).read_text()

    def parts(self) -> dict[str, Seen | None]:
        """Return the recorded processes, those that do not live as None."""
        recorded = state.read(self.data).get("parts", [])
        return {
            part["name"]: seen(part["pid"]) if part["pid"] else None
            for part in recorded
        }

    def until_ready(self) -> dict[str, Seen]:
        """Return the parts once all of them are up."""
        until(lambda: state.read(self.data).get("ready", False))
        return {name: part for name, part in self.parts().items() if part}


def said_file(data: Path) -> Path:
    """Return where a supervisor's words to a person are kept."""
    return data.with_suffix(".said")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Supervised]]:
    """What starts a supervisor, whose processes end with the test."""
    data = tmp_path / "data"
    running = []

    def one(**more: str) -> Supervised:
        """Start it with *more* in its environment."""
        ports = free_ports()
        numbers = (str(ports.base), str(ports.kafka))
        with said_file(data).open("wb") as said:
            process = subprocess.Popen(  # noqa: S603
                (sys.executable, "-c", SUPERVISE, str(data), *numbers, STUB),
                env={**os.environ, **more},
                stderr=said,
                start_new_session=True,
            )
        running.append(process)
        return Supervised(data, ports, process)

    yield one
    for process in running:
        process.terminate()
        process.wait()
    state.end_leftovers(data)


class TestSupervisor:
    """What it starts, keeps up and ends."""

    def test_ctrl_c_stops_everything(self, start: Callable[..., Supervised]) -> None:
        """Ctrl-C ends every process that it started, and the exit code says well."""
        supervisor = start()
        parts = supervisor.until_ready()

        os.killpg(supervisor.process.pid, signal.SIGINT)

        assert supervisor.process.wait() == 0
        assert set(parts) == {"postgres", "kafka-1", "issuer", "clocks", "timeline"}
        assert not any(seen(part.pid) for part in parts.values())

    def test_dead_part_comes_back(self, start: Callable[..., Supervised]) -> None:
        """A killed service, broker and database are started again; others stay."""
        supervisor = start()
        before = supervisor.until_ready()
        killed = ("clocks", "kafka-1", "postgres")

        for name in killed:
            os.kill(before[name].pid, signal.SIGKILL)

        def all_new() -> bool:
            """Say whether each of the three is a new process."""
            now = supervisor.parts()
            return all(now[name] not in (None, before[name]) for name in killed)

        until(all_new)
        until(lambda: services.is_ready(supervisor.ports.of("clocks")))
        assert supervisor.parts()["timeline"] == before["timeline"]

    def test_part_for_a_person_is_held(self, start: Callable[..., Supervised]) -> None:
        """A service that needs a person is left down, and its last line is shown."""
        supervisor = start(STUB_ENDS="78")

        assert supervisor.process.wait() != 0
        assert "waits for a person: this must be done by a person" in supervisor.said

    def test_down_after_it_was_killed(self, start: Callable[..., Supervised]) -> None:
        """What a killed supervisor left running is ended by `make down`."""
        supervisor = start()
        left = supervisor.until_ready()
        supervisor.process.kill()
        supervisor.process.wait()

        ending.down(supervisor.data)

        assert not any(seen(part.pid) for part in left.values())


class TestData:
    """What a folder keeps from one run to the next."""

    def test_data_is_kept_and_reset(self, tmp_path: Path) -> None:
        """A second run keeps the database and the secret; a reset keeps nothing."""
        data = tmp_path / "data"
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
