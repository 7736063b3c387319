"""Sends a county's requests to a running Throughline, as fast as its doors bear."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import httpx

from deploy.local.scenarios.outside import Addresses, DemoFailedError, Organisation
from deploy.local.scenarios.sending import door_of, headers_of
from deploy.local.simulator.requests import Request

AT_ONCE: Final = 40
"""Requests in flight at most: doors commit together what comes together."""
_REFUSALS: Final = frozenset({400, 422})


@dataclass(frozen=True, slots=True)
class Listed(Addresses):
    """Addresses as a running installation has written them down."""

    listed: Mapping[str, str] = field(default_factory=dict)

    def url(self, place: int) -> str:
        """Return the address of the part *place* ports after the first."""
        return self.listed[_PARTS[place]].rstrip("/")


_PARTS: Final = (
    *("issuer", "health_gateway", "education_gateway", "identity_linking"),
    *("clocks", "timeline", "delivery", "console"),
)


@dataclass(slots=True)
class Tally:
    """What came of it."""

    requests: int = 0
    accepted: int = 0
    """Items."""
    refused: int = 0
    """Items, as they had to be."""
    unexpected: Counter[str] = field(default_factory=Counter)
    """What a door answered that it should not have, by door and answer."""


@dataclass(slots=True)
class Pace:
    """How fast the simulated days may pass."""

    days_per_second: float = 0.0
    """0: as fast as the doors bear."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic
    _began: float | None = None
    _first: date | None = None

    async def until(self, day: date) -> None:
        """Return when *day* has come."""
        if not self.days_per_second:
            return
        if self._began is None or self._first is None:
            self._began, self._first = self.clock(), day
        due = self._began + (day - self._first).days / self.days_per_second
        await self.sleep(max(0.0, due - self.clock()))


class Sender:
    """Sends lanes side by side, and the requests of a lane one after another."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        addresses: Addresses,
        pace: Pace,
        told: Callable[[Request], None] = lambda _: None,
    ) -> None:
        """Send over *http* to *addresses*; *told* hears of each request sent."""
        self.tally = Tally()
        self._http = http
        self._addresses = addresses
        self._pace = pace
        self._told = told
        self._free = asyncio.Semaphore(AT_ONCE)
        self._organisations: dict[str, Organisation] = {}

    async def send(self, requests: Iterable[Request]) -> Tally:
        """Send everything, day by day, and return what came of it."""
        day: list[Request] = []
        for request in requests:
            if day and _day(request) != _day(day[0]) and len(day) >= self._least:
                await self._days(day)
                day = []
            day.append(request)
        await self._days(day)
        return self.tally

    @property
    def _least(self) -> int:
        """How many requests to keep ready, so that no lane waits for another."""
        return 1 if self._pace.days_per_second else 50 * AT_ONCE

    async def _days(self, requests: Sequence[Request]) -> None:
        """Send what is sent on a day, or on several."""
        if not requests:
            return
        await self._pace.until(_day(requests[0]))
        lanes: defaultdict[str, list[Request]] = defaultdict(list)
        for request in requests:
            lanes[request.lane].append(request)
        async with asyncio.TaskGroup() as group:
            for lane in lanes.values():
                group.create_task(self._lane(lane))

    async def _lane(self, requests: Sequence[Request]) -> None:
        """Send in order."""
        for request in requests:
            for _ in range(request.message.times):
                async with self._free:
                    await self._once(request)
            self._told(request)

    async def _once(self, request: Request) -> None:
        """Send a request, and count what became of each of its items."""
        message = request.message
        sender = self._organisations.get(message.sender) or Organisation(
            message.sender, self._http, self._addresses
        )
        self._organisations[message.sender] = sender
        try:
            answer = await sender.ask(
                "POST",
                door_of(sender, message),
                content=message.body,
                headers=headers_of(message),
            )
        except DemoFailedError:
            self.tally.unexpected[f"{message.door}: no answer"] += 1
            return
        self._count(request, answer)

    def _count(self, request: Request, answer: httpx.Response) -> None:
        """Compare an answer with what the door had to say."""
        self.tally.requests += 1
        refused = _refused(request, answer)
        if refused == request.refused:
            self.tally.refused += len(refused)
            self.tally.accepted += request.items - len(refused)
        else:
            said = "items" if refused is not None else str(answer.status_code)
            self.tally.unexpected[f"{request.message.door}: {said}"] += 1


def _day(request: Request) -> date:
    """Return the day on which a request is sent."""
    return request.message.received_at.date()


def _refused(request: Request, answer: httpx.Response) -> frozenset[int] | None:
    """Return the places of the items that a door refused; None: it did not judge."""
    every = frozenset(range(request.items))
    if answer.status_code in _REFUSALS:
        return every
    if request.message.door == "health":
        taken = answer.is_success or answer.status_code == httpx.codes.CONFLICT
        return frozenset() if taken else None
    if answer.status_code != httpx.codes.ACCEPTED:
        return None
    items = answer.json()["items"]
    return frozenset(item["place"] for item in items if item["status"] == "refused")
