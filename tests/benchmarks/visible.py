"""From the door to the timeline, at a hundred events a second."""

import asyncio
from random import Random
from typing import Any, Final

import orjson

from tests.benchmarks.figures import Figure, percentile
from tests.benchmarks.open_loop import open_loop
from tests.benchmarks.people import (
    BATCH,
    SEED,
    SINGLE,
    find_all,
    need,
    request_id,
    timeline,
    today,
)
from tests.benchmarks.stack import Addresses, Hosts
from tests.load.children import COUNCIL, Child
from tests.load.statements import statement

_PER_SECOND: Final = 100
_COUNT: Final = 60 * _PER_SECOND
CHILDREN: Final = 500
_ARRAY: Final = 100
_WATCHED: Final = 20
"""One event in so many is watched for: a reader of every one would be the load."""
_POLL: Final = 0.005
"""Between two looks: each is a disclosure with an audit row of its own."""
_PATIENCE: Final = 30.0
_INTRODUCED: Final = 120.0


class _Watch:
    """Events, made beforehand, sent one by one and looked for on the timeline."""

    def __init__(self, hosts: Hosts, rng: Random, known: list[Child]) -> None:
        """Make every event to the byte."""
        self._hosts = hosts
        self._rng = rng
        self.children = known
        self.refs: dict[int, str] = {}
        self._bodies = [orjson.dumps(self._event(n)) for n in range(_COUNT)]
        self._ids = [request_id(rng) for _ in range(_COUNT)]

    def _event(self, number: int) -> dict[str, Any]:
        """Return one event; each child has a dozen, well apart."""
        child = self.children[number % CHILDREN]
        return event(self._rng, child, f"V-{number}")

    async def introduce(self) -> None:
        """Make every child known by one event, and find them."""
        known = [
            event(self._rng, child, f"W-{child.number}") for child in self.children
        ]
        for first in range(0, CHILDREN, _ARRAY):
            body = orjson.dumps(known[first : first + _ARRAY])
            head = BATCH + request_id(self._rng)
            need(await self._hosts.education.ask("POST", "/events", body, head), 202)
        self.refs = await find_all(self._hosts, self.children)

    async def send(self, number: int) -> None:
        """Send one event and, of some, return when the timeline shows it."""
        head = SINGLE + self._ids[number]
        body = self._bodies[number]
        answer = await self._hosts.education.ask("POST", "/events", body, head)
        taken = need(answer, 202).body
        if number % _WATCHED == 0:
            message = orjson.loads(taken)["message_ref"].encode()
            child = self.children[number % CHILDREN].number
            await self._seen(self.refs[child], message)

    async def _seen(self, ref: str, message: bytes) -> None:
        """Return once the child's timeline names the message."""
        async with asyncio.timeout(_PATIENCE):
            while True:
                if message in await timeline(self._hosts, ref):
                    return
                await asyncio.sleep(_POLL)


def event(rng: Random, child: Child, name: str) -> dict[str, Any]:
    """Return one event of the council's, dated today."""
    kind, data = statement(rng, COUNCIL, today())
    return {
        "specversion": "1.0",
        "id": name,
        "source": COUNCIL,
        "type": kind,
        "occurred": today(),
        "data": {"person": child.known_to(COUNCIL, SEED)} | data,
    }


async def visible(
    addresses: Addresses, rng: Random, known: list[Child]
) -> list[Figure]:
    """Return the median and the 99th percentile, in milliseconds."""
    watch = _Watch(await Hosts.of(addresses, COUNCIL), rng, known)
    async with asyncio.timeout(_INTRODUCED):
        await watch.introduce()
    took = (await open_loop(_COUNT, _PER_SECOND, watch.send))[::_WATCHED]
    return [
        Figure("visible_p50_ms", percentile(took, 0.50), "ms", at_most=40.0),
        Figure("visible_p99_ms", percentile(took, 0.99), "ms", at_most=150.0),
    ]
