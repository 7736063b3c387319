"""Children of a benchmark, and finding them on the timeline."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from random import Random
from typing import Final

import orjson

from tests.benchmarks.stack import Hosts
from tests.benchmarks.wire import Answer
from tests.load.children import Child

BATCH: Final = b"Content-Type: application/cloudevents-batch+json\r\n"
SINGLE: Final = b"Content-Type: application/cloudevents+json\r\n"
SEED: Final = 931
"""Of all that is drawn: the stack is a fresh one each time."""
_PAUSE: Final = 0.02


def need(answer: Answer, status: int) -> Answer:
    """Return *answer*; any other status than *status* ends the measurement."""
    if answer.status != status:
        raise RuntimeError(f"a service answered {answer.status}, not {status}")
    return answer


def today() -> str:
    """Return today's date."""
    return datetime.now(UTC).date().isoformat()


def request_id(rng: Random) -> bytes:
    """Return the header line of a new request id."""
    number = f"{rng.getrandbits(128):032x}"
    parts = number[:8], number[8:12], f"4{number[13:16]}", f"a{number[17:20]}"
    return f"X-Request-ID: {'-'.join(parts)}-{number[20:]}\r\n".encode()


async def find(hosts: Hosts, child: Child) -> str:
    """Return the child_ref, as soon as a search finds it."""
    asked = {"nhs_number": child.nhs_number, "date_of_birth": child.date_of_birth}
    while True:
        answer = await hosts.timeline.post("/children/search", asked)
        if answer.status != 404:
            return str(orjson.loads(need(answer, 200).body)["child_ref"])
        await asyncio.sleep(_PAUSE)


async def find_all(hosts: Hosts, children: Iterable[Child]) -> dict[int, str]:
    """Return the child_ref of each, by number."""
    return {child.number: await find(hosts, child) for child in children}


async def timeline(hosts: Hosts, ref: str) -> bytes:
    """Return a child's timeline as it came."""
    answer = await hosts.timeline.ask("GET", f"/children/{ref}/timeline")
    return need(answer, 200).body
