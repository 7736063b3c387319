"""The health door under 200 referrals a second."""

from datetime import UTC, datetime
from random import Random
from typing import Final
from uuid import UUID, uuid5

from tests.benchmarks.figures import Figure, percentile
from tests.benchmarks.open_loop import open_loop
from tests.benchmarks.people import need, request_id
from tests.benchmarks.stack import Addresses, Hosts
from tests.benchmarks.wire import header_lines
from tests.load import bars
from tests.load.children import TRUST, Child

_PER_SECOND: Final = 200
_COUNT: Final = 20 * _PER_SECOND
_WARM_UP: Final = 2 * _PER_SECOND
CHILDREN: Final = 500
_AT_MOST: Final = 50.0


class _Door:
    """Referrals, made beforehand, and the door that they go to."""

    def __init__(self, hosts: Hosts, rng: Random, known: list[Child]) -> None:
        """Make every request to the byte."""
        at = datetime.now(UTC).isoformat(timespec="seconds")
        common = header_lines(
            bars.headers() | {"Content-Type": "application/fhir+json"}
        )
        space = UUID(int=rng.getrandbits(128))
        self._hosts = hosts
        self._requests = [
            (
                bars.referral(known[n % CHILDREN], uuid5(space, str(n)), at),
                common + _ids(rng),
            )
            for n in range(_WARM_UP + _COUNT)
        ]
        self._next = iter(self._requests)

    async def send(self, _number: int) -> None:
        """Send the next referral; anything but 200 ends the measurement."""
        body, headers = next(self._next)
        answer = await self._hosts.health.ask(
            "POST", "/$process-message", body, headers
        )
        need(answer, 200)


def _ids(rng: Random) -> bytes:
    """Return the two ids that BaRS asks for."""
    correlation = request_id(rng).replace(b"X-Request-ID", b"X-Correlation-ID")
    return request_id(rng) + correlation


async def process_message(
    addresses: Addresses, rng: Random, known: list[Child]
) -> Figure:
    """Return the 99th percentile of the door's answer, in milliseconds."""
    door = _Door(await Hosts.of(addresses, TRUST), rng, known)
    await open_loop(_WARM_UP, _PER_SECOND, door.send)
    took = await open_loop(_COUNT, _PER_SECOND, door.send)
    worst = percentile(took, 0.99)
    return Figure("process_message_p99_ms", worst, "ms", at_most=_AT_MOST)
