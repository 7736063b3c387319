"""The supervisor as `make demo` runs it, with stubs for the services."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import ending, services, state
from deploy.local.ports import free_ports
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
            """Say whether each of the three is a new process."""
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
