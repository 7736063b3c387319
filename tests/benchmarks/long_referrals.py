"""Referral Bundles of 19 entries and 35 kB: door to timeline, and the door at half that."""

import asyncio
import time
from datetime import UTC, datetime
from random import Random
from typing import Final
from uuid import UUID, uuid5

import orjson

from tests.benchmarks.figures import Figure, percentile
from tests.benchmarks.open_loop import open_loop
from tests.benchmarks.people import find, need, request_id, timeline
from tests.benchmarks.stack import Addresses, Hosts
from tests.benchmarks.wire import header_lines
from tests.load import bars
from tests.load.children import TRUST, Child
from tests.load.long_referral import long_referral

CHILDREN: Final = 150
_EACH: Final = 20
_COUNT: Final = CHILDREN * _EACH
_SIDE_BY_SIDE: Final = 48
"""Requests that wait for their answers at once: one trust's engine under load."""
_WARM_UP: Final = 300
_PER_SECOND: Final = 150
_AT_HALF: Final = 10 * _PER_SECOND
_PAUSE: Final = 0.05
_PATIENCE: Final = 300.0


class _Sender:
    """Referrals, made beforehand to the byte, and the doors that they go through."""

    def __init__(self, hosts: Hosts, rng: Random, known: list[Child]) -> None:
        """Make every request."""
        at = datetime.now(UTC).isoformat(timespec="seconds")
        common = header_lines(
            bars.headers() | {"Content-Type": "application/fhir+json"}
        )
        space = UUID(int=rng.getrandbits(128))
        self.hosts = hosts
        self.children = known
        self._requests = iter(
            [
                (
                    long_referral(known[n % CHILDREN], uuid5(space, str(n)), at),
                    common + request_id(rng),
                )
                for n in range(_WARM_UP + _COUNT + _AT_HALF)
            ]
        )

    async def send(self, _number: int = 0) -> None:
        """Send the next referral; anything but 200 ends the measurement."""
        body, headers = next(self._requests)
        answer = await self.hosts.health.ask("POST", "/$process-message", body, headers)
        need(answer, 200)

    async def send_all(self, count: int) -> None:
        """Send *count* referrals, a few side by side."""
        left = iter(range(count))

        async def lane() -> None:
            """Send one after another until none is left."""
            for _ in left:
                await self.send()

        await asyncio.gather(*(lane() for _ in range(_SIDE_BY_SIDE)))

    async def all_shown(self, each: int) -> None:
        """Return once every child's timeline shows *each* referrals or more."""
        for child in self.children:
            ref = await find(self.hosts, child)
            while True:
                if await self._shown(ref) >= each:
                    break
                await asyncio.sleep(_PAUSE)

    async def _shown(self, ref: str) -> int:
        """Return how many referrals a timeline shows."""
        entries = orjson.loads(await timeline(self.hosts, ref))["entries"]
        return sum(entry["type"] == "referral.received.v1" for entry in entries)


async def long_referrals(
    addresses: Addresses, rng: Random, known: list[Child]
) -> list[Figure]:
    """Return referrals a second from door to timeline, and the door's 99th percentile."""
    sender = _Sender(await Hosts.of(addresses, TRUST), rng, known)
    async with asyncio.timeout(_PATIENCE):
        await sender.send_all(_WARM_UP)
        await sender.all_shown(_WARM_UP // CHILDREN)
        began = time.perf_counter()
        await sender.send_all(_COUNT)
        await sender.all_shown(_WARM_UP // CHILDREN + _EACH)
        took = time.perf_counter() - began
    answers = await open_loop(_AT_HALF, _PER_SECOND, sender.send)
    rate, worst = _COUNT / took, percentile(answers, 0.99)
    return [
        Figure("referral_bundles_per_second", rate, "Bundles/s", at_least=300.0),
        Figure("referral_bundle_p99_ms", worst, "ms", at_most=100.0),
    ]
