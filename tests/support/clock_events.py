"""What a running stack has told of clocks."""

import asyncio
from datetime import UTC, datetime

import httpx

from schemas.topics import CLOCKS_CHANGED
from tests.support.faults import Drill
from tests.support.local_stack import fetch
from tests.support.stepping import read_all


def clock_events(drill: Drill) -> int:
    """Return how many events of clocks there are once no more is to be told."""
    today = {"date": datetime.now(UTC).date().isoformat()}
    assert drill.operate("clocks", "/tick", today).status_code == httpx.codes.OK
    waits = "SELECT count(*) FROM clocks.outbox"
    drill.until(lambda: asyncio.run(fetch(drill.stack.dsn, waits))[0][0] == 0)
    return len(asyncio.run(read_all(drill.stack, CLOCKS_CHANGED.name)))
