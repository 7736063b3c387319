"""Kafka's folder is deleted while Postgres stays: the services stop and say what to do."""

import asyncio
import shutil
from pathlib import Path

import pytest

from deploy.local.ports import SERVICES
from deploy.local.watch import LONGEST_WAIT, PERSON_NEEDED
from tests.support.faults import Drill, drilled, load_of
from tests.support.local_stack import fetch

pytestmark = pytest.mark.long
EVENTS = 60
ORIGINALS = (
    "SELECT (SELECT count(*) FROM health_gateway.originals)"
    " + (SELECT count(*) FROM education_gateway.originals) AS n"
)


def originals(drill: Drill) -> int:
    """Return how many messages are kept as they came."""
    return int(asyncio.run(fetch(drill.stack.dsn, ORIGINALS))[0]["n"])


def lose_kafka(drill: Drill) -> None:
    """Delete Kafka's folder, and start one that knows of nothing."""
    drill.take_down("kafka-1")
    shutil.rmtree(drill.stack.data / "kafka")
    drill.stack.start_kafka()
    drill.stack.create_topics()


def test_services_stop_and_say_what_to_do(tmp_path: Path) -> None:
    """Each ends with the code that a supervisor leaves alone; the originals are there."""
    with drilled(tmp_path) as drill:
        sending = drill.send(load_of(1, EVENTS, 5))
        drill.until(lambda: sending.done)
        assert drill.findings(sending) == []
        before = originals(drill)

        lose_kafka(drill)
        drill.until(lambda: drill.held == set(SERVICES), held=SERVICES)

        parts = [drill.stack.processes[name] for name in SERVICES]
        assert {part.exit_code for part in parts} == {PERSON_NEEDED}
        for part in parts:
            assert "Kafka is another cluster" in part.last_words()
            assert "`make reset`" in part.last_words()
        drill.look(later=2 * LONGEST_WAIT)
        assert not any(part.up for part in parts)
        assert originals(drill) == before > 0


def test_one_that_is_started_again_stops_again(tmp_path: Path) -> None:
    """A service that meets the other cluster at its start goes no further."""
    names = ("education_gateway",)
    with drilled(tmp_path, names=names) as drill:
        drill.take_down("education_gateway")
        lose_kafka(drill)

        drill.stack.start_service("education_gateway")
        service = drill.stack.processes["education_gateway"]
        drill.until(lambda: not service.up)

        assert service.exit_code == PERSON_NEEDED
        assert "Kafka is another cluster" in service.last_words()
