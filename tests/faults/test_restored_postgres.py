"""Postgres is restored from an older copy while Kafka stays: nothing is lost or undone."""

import shutil
import subprocess
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.ports import SERVICES
from tests.load.plan import Plan
from tests.support.agencies import COUNCIL, TRUST, event, somebody
from tests.support.clock_events import clock_events
from tests.support.faults import Drill, drilled, load_of

pytestmark = pytest.mark.long
BEFORE = load_of(61, 150, 10)
SINCE = load_of(62, 150, 10)


def copied(drill: Drill, copy: Path) -> None:
    """Keep a copy of the database as it is now."""
    at_rest(drill)
    keep_all = ("cp", "--archive", str(drill.stack.data / "postgres"), str(copy))
    subprocess.run(keep_all, check=True)  # noqa: S603 - its owner is kept as well
    again(drill)


def restored(drill: Drill, copy: Path) -> None:
    """Put the database back to what it was."""
    at_rest(drill)
    shutil.rmtree(drill.stack.data / "postgres")
    copy.rename(drill.stack.data / "postgres")
    again(drill)


def at_rest(drill: Drill) -> None:
    """Kill every service, and stop the database in order."""
    for name in SERVICES:
        drill.take_down(name)
    drill.stop("postgres")


def again(drill: Drill) -> None:
    """Start the database and every service."""
    drill.bring_back("postgres")
    for name in SERVICES:
        drill.stack.start_again(name)
    for name in SERVICES:
        drill.bring_back(name)


def sent(drill: Drill, load: Plan) -> Any:
    """Send a load to its end, and check it."""
    sending = drill.send(load)
    drill.until(lambda: sending.done)
    assert drill.findings(sending) == []
    return sending


def shown(drill: Drill, *loads: Plan) -> list[dict[str, Any]]:
    """Return every timeline of the loads, the times of whole sources left out."""
    bodies = []
    for child in [child for load in loads for child in load.children]:
        person = {"upn": child.upn, "date_of_birth": child.date_of_birth}
        body = drill.agencies.timeline(drill.agencies.child_of(person)).json()
        bodies.append({k: v for k, v in body.items() if k not in {"as_of", "sources"}})
    return bodies


def parted(drill: Drill) -> tuple[dict[str, Any], dict[str, Any], str]:
    """
    Join two persons and part them; return them as their senders know them.

    And the child that the second is now, of whom the council is told nothing more.
    """
    both = somebody()
    theirs = both | {"local_id": f"T-{both['local_id']}"}
    drill.agencies.publish(event(both, "ehcna.requested.v1"))
    told = drill.agencies.publish(event(theirs, "referral.received.v1", source=TRUST))
    child = drill.agencies.child_of(both)
    drill.until(lambda: len(drill.agencies.entries(child)) == 2)
    ids = {one["id"] for one in told["events"]}
    fed = drill.agencies.feed_all(COUNCIL)
    person = next(one["personref"] for one in fed if one["id"] in ids)
    asked = {"reason": "two children with one number"}
    answer = drill.operate("identity_linking", f"/persons/{person}/unlink", asked)
    drill.until(lambda: len(drill.agencies.entries(child)) == 1)
    return both, theirs, answer.json()["child_ref"]


def fed(drill: Drill, after: str | None = None, alone: str = "") -> set[str]:
    """Return what agencies sent that the council is fed of all children but one."""
    ours = ("clock.", "person.linked.")
    feed = drill.agencies.feed_all(COUNCIL, after)
    theirs = [one for one in feed if one["subject"] != alone]
    return {one["id"] for one in theirs if not one["type"].startswith(ours)}


@pytest.mark.timeout(1800)
def test_what_was_published_since_is_read_back(tmp_path: Path) -> None:
    """Timelines are the same to the letter, feeds lack nothing, clocks repeat nothing."""
    with drilled(tmp_path / "stack") as drill:
        first = sent(drill, BEFORE)
        known = fed(drill)
        copied(drill, tmp_path / "copy")

        second = sent(drill, SINCE)
        both, theirs, alone = parted(drill)
        said, request = event(both, "ehcna.requested.v1"), str(uuid4())
        taken = drill.agencies.post(said, request_id=request).json()["message_ref"]
        drill.until(lambda: drill.agencies.is_settled(taken))
        before = shown(drill, BEFORE, SINCE)
        since = fed(drill, alone=alone) - known
        cursor, told = drill.agencies.end_of_feed(COUNCIL), clock_events(drill)

        restored(drill, tmp_path / "copy")

        assert [drill.findings(one) for one in (first, second)] == [[], []]
        assert shown(drill, BEFORE, SINCE) == before
        assert clock_events(drill) == told
        again = drill.agencies.post(said, request_id=request)
        assert (again.status_code, again.headers["Idempotent-Replayed"]) == (
            202,
            "true",
        )
        assert again.json()["message_ref"] == taken
        drill.until(lambda: len(drill.agencies.entries(alone, TRUST)) == 1)
        answered = drill.agencies.publish(
            event(both, "ehcna.decided.v1", data={"decision": "assess"}),
            event(both, "ehcp.draft_issued.v1", data={"version": 1}),
        )
        other = said | {"occurred": "2026-02-27"}
        assert drill.agencies.post(other, request_id=request).status_code == 409
        drill.agencies.publish(event(theirs, "referral.accepted.v1", source=TRUST))
        drill.until(lambda: len(drill.agencies.entries(alone, TRUST)) == 2)
        since |= {one["id"] for one in answered["events"]}
        drill.until(lambda: fed(drill, cursor) >= since)
        child = drill.agencies.child_of(both)
        causes = [one["causationid"] for one in drill.agencies.entries(child)]
        assert causes.count(taken) == 1
