"""
Kafka's folder is deleted while Postgres stays: the services stop and say what to do.

And when that is done, nothing was lost.
"""

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.ports import SERVICES
from deploy.local.services import ROOT
from deploy.local.watch import LONGEST_WAIT, PERSON_NEEDED
from tests.support.agencies import COUNCIL
from tests.support.faults import Drill, Sending, drilled, load_of
from tests.support.local_stack import fetch

pytestmark = pytest.mark.long
EVENTS = 60
SETTLED = {"linked", "superseded", "withdrawn"}
ORIGINALS = (
    "SELECT (SELECT count(*) FROM health_gateway.originals)"
    " + (SELECT count(*) FROM education_gateway.originals) AS n"
)


def originals(drill: Drill) -> int:
    """Return how many messages are kept as they came."""
    return int(asyncio.run(fetch(drill.stack.dsn, ORIGINALS))[0]["n"])


def lose_kafka(drill: Drill) -> None:
    """Delete Kafka's folder, and start one that knows of nothing."""
    if drill.is_ready("kafka-1"):
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
            assert "`make republish`" in part.last_words()
        drill.look(later=2 * LONGEST_WAIT)
        assert not any(part.up for part in parts)
        assert originals(drill) == before > 0


def sent(drill: Drill, seed: int) -> Sending:
    """Send a small load; return it once all of it is accepted."""
    sending = drill.send(load_of(seed, EVENTS, 5))
    drill.until(lambda: sending.done)
    return sending


def states(drill: Drill, sending: Sending) -> set[str]:
    """Return the states of all that was accepted, or of what became of it."""
    found = set()
    for ref, sender, door in sending.messages():
        url = f"{drill.stack.address(f'{door}_gateway')}/messages/{ref}"
        said = drill.http.get(url, headers=drill.agencies.as_(sender)).json()
        found |= {one["state"] for one in said["events"]} or {said["state"]}
    return found


def republish(drill: Drill) -> int:
    """Say that the cluster is new on purpose; return the exit code."""
    said = (sys.executable, "-m", "deploy.command", "republish", "--yes")
    where = {
        "THROUGHLINE_KAFKA": drill.stack.bootstrap,
        "THROUGHLINE_POSTGRES": drill.stack.dsn,
    }
    asked = (*said, "--reason", "its disk is gone", "--json")
    ran = subprocess.run(  # noqa: S603
        asked, env=os.environ | where, cwd=ROOT, capture_output=True, check=False
    )
    return ran.returncode


def balanced(drill: Drill) -> bool:
    """Return whether the console has counted everything and finds no difference."""
    headers = drill.agencies.as_(COUNCIL, "operator", scope="operate read")
    url = drill.agencies.url("console", "/status")
    said = drill.http.get(url, headers=headers).json()["conservation"]
    return bool(said) and said["difference"] == 0 and not said["unchecked"]


@pytest.mark.timeout(1800)
def test_all_is_published_again_on_a_new_cluster(tmp_path: Path) -> None:
    """What was under way at each stage arrives, once, in order; the log is whole again."""
    quick = {"console": {"CONSOLE_BALANCE_EVERY_SECONDS": "2"}}
    with drilled(tmp_path, environments=quick) as drill:
        loads = [sent(drill, 2)]
        assert drill.findings(loads[0]) == []
        for name in ("timeline", "delivery", "clocks"):
            drill.take_down(name)
        loads.append(sent(drill, 3))
        drill.until(lambda: states(drill, loads[1]) <= SETTLED)
        drill.take_down("identity_linking")
        loads.append(sent(drill, 4))
        drill.until(lambda: "waiting" not in states(drill, loads[2]))
        drill.take_down("kafka-1")
        loads.append(sent(drill, 5))
        assert "waiting" in states(drill, loads[3])

        lose_kafka(drill)
        up = {"health_gateway", "education_gateway", "console"}
        drill.until(lambda: drill.held == up, held=up)
        drill.until(lambda: republish(drill) == 0, held=up)
        for name in SERVICES:
            drill.stack.start_again(name)
        drill.forgive()
        for name in SERVICES:
            drill.bring_back(name)

        assert [drill.findings(one) for one in loads] == [[], [], [], []]
        drill.until(lambda: balanced(drill))

        drill.stop("timeline")
        asyncio.run(fetch(drill.stack.dsn, "DROP SCHEMA timeline CASCADE"))
        drill.bring_back("timeline")
        assert [drill.findings(one) for one in loads] == [[], [], [], []]


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
