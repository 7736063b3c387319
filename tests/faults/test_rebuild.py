"""A projection is made again from the stream, byte for byte, on whatever machine."""

import asyncio
import re
from pathlib import Path

import pytest

from tests.load.plan import Plan
from tests.support.clock_events import clock_events
from tests.support.faults import Drill, drilled, load_of
from tests.support.local_stack import fetch

pytestmark = pytest.mark.long
NAMES = (
    "health_gateway",
    "education_gateway",
    "identity_linking",
    "clocks",
    "timeline",
    "delivery",
)
HERE = {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
ELSEWHERE = {
    "PYTHONHASHSEED": "1",
    "LC_ALL": "tr_TR.UTF-8",
    "TZ": "Pacific/Kiritimati",
}
OF_WHOLE_SOURCES = re.compile(rb'"(as_of|last_heard)":"[^"]*"')


def shown(drill: Drill, load: Plan) -> list[bytes]:
    """Return the timeline of every child of the load, as it is sent."""
    bodies = []
    for child in load.children:
        found = drill.agencies.find(
            {"upn": child.upn, "date_of_birth": child.date_of_birth}
        )
        ref = found.json().get("child_ref", "none")
        body = drill.agencies.timeline(ref).content
        bodies.append(OF_WHOLE_SOURCES.sub(rb'"\1":""', body))
    return bodies


def test_rebuilt_timelines_are_the_same_bytes(tmp_path: Path) -> None:
    """Another hash seed, locale, time zone and order of partitions change nothing."""
    with drilled(tmp_path, names=NAMES, environments={"timeline": HERE}) as drill:
        load = load_of(77, 400, 20)
        sending = drill.send(load)
        drill.until(lambda: sending.done)
        assert drill.findings(sending) == []
        before = shown(drill, load)

        drill.stack.stop("timeline")
        asyncio.run(fetch(drill.stack.dsn, "DROP SCHEMA timeline CASCADE"))
        drill.stack.start_service("timeline", env=ELSEWHERE)
        drill.until_ready("timeline")

        assert drill.findings(sending) == []
        assert shown(drill, load) == before
        assert all(b'"entries":[{' in body for body in before)


def test_rebuilt_clocks_tell_nothing_twice(tmp_path: Path) -> None:
    """What was told of them is read back, and of the half-read stream nothing is told."""
    with drilled(tmp_path, names=NAMES) as drill:
        load = load_of(78, 400, 20)
        sending = drill.send(load)
        drill.until(lambda: sending.done)
        assert drill.findings(sending) == []
        told = clock_events(drill)

        drill.stack.stop("clocks")
        asyncio.run(fetch(drill.stack.dsn, "DROP SCHEMA clocks CASCADE"))
        drill.stack.start_service("clocks")
        drill.until_ready("clocks")

        assert clock_events(drill) == told > 0
