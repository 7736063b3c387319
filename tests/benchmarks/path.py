"""Through all services: from the first array at the door to timelines and feed."""

import asyncio
import time
from collections import Counter
from random import Random
from typing import Any, Final

import orjson

from tests.benchmarks.arrays import SENDERS, lanes
from tests.benchmarks.figures import Figure
from tests.benchmarks.people import BATCH, find, need, request_id, timeline
from tests.benchmarks.stack import Addresses, Hosts
from tests.load.children import COUNCIL, Child

EVENTS: Final = 20_000
CHILDREN: Final = 400
_EACH: Final = EVENTS // CHILDREN
WARM_UP: Final = 20
"""Other children, heard of before the clock starts, so that no path is cold."""
_SAMPLE: Final = 48
"""
Children looked at while the clock runs, once the feed has everything; all are looked at
when it has stopped. To look sooner would be a load of its own: each look is audited.
"""
_PAUSE: Final = 0.1
_PULLS: Final = 0.4
"""Between two pulls that brought less than a full page: each is noted child by child."""
_PATIENCE: Final = 600.0
_AT_LEAST: Final = 1 / 15
_MADE_BY_US: Final = ("clock.", "person.linked.")


class _Feed:
    """The council's feed, read to its end and on as it grows."""

    def __init__(self, hosts: Hosts) -> None:
        """Begin before its first event."""
        self._hosts = hosts
        self._cursor = ""
        self._seen: set[str] = set()
        self.events: Counter[str] = Counter()
        """How many events came of each message."""

    async def read(self) -> int:
        """Read one page and return how many events it had."""
        after = f"&after={self._cursor}" if self._cursor else ""
        answer = await self._hosts.delivery.ask(
            "GET", f"/feed?limit=1000&wait=1{after}"
        )
        page = orjson.loads(need(answer, 200).body)
        self._cursor = page["next"]
        for event in page["events"]:
            if event["id"] not in self._seen and not _is_ours(event):
                self._seen.add(event["id"])
                self.events[event["causationid"]] += 1
        return len(page["events"])

    async def until(self, run: "_Run") -> float:
        """Read until it has every event that the doors took; return when."""
        while not run.all_in(self.events):
            if await self.read() < 1000:
                await asyncio.sleep(_PULLS)
        return time.perf_counter()


def _is_ours(event: dict[str, Any]) -> bool:
    """Return whether Throughline itself made the event."""
    return str(event["type"]).startswith(_MADE_BY_US)


class _Run:
    """One run: children, arrays, and what became of them."""

    def __init__(self, rng: Random, known: list[Child], each: int) -> None:
        """Make every array to the byte."""
        self.children = known
        self.sizes: dict[str, int] = {}
        """How many events each message brought."""
        self.expected = len(known) * each
        self._rng = rng
        self._lanes = lanes(rng, known, each)

    async def publish(self, hosts: dict[str, Hosts]) -> None:
        """Send every lane, side by side."""
        async with asyncio.TaskGroup() as group:
            for (sender, _), bodies in self._lanes.items():
                group.create_task(self._lane(hosts[sender], bodies))

    async def _lane(self, hosts: Hosts, bodies: list[bytes]) -> None:
        """Send one lane's arrays, one after another."""
        for body in bodies:
            head = BATCH + request_id(self._rng)
            answer = await hosts.education.ask("POST", "/events", body, head)
            taken = orjson.loads(need(answer, 202).body)
            self.sizes[taken["message_ref"]] = len(taken["items"])

    def all_in(self, events: Counter[str]) -> bool:
        """Return whether every event of this run is among *events*."""
        seen = sum(events[message] for message in self.sizes)
        return seen >= self.expected

    async def shown(self, hosts: Hosts, child: Child) -> float:
        """Return when the child's timeline shows every event of theirs."""
        ref = await find(hosts, child)
        each = self.expected // len(self.children)
        while True:
            entries = orjson.loads(await timeline(hosts, ref))["entries"]
            ours = (entry["causationid"] in self.sizes for entry in entries)
            if sum(ours) >= each:
                return time.perf_counter()
            await asyncio.sleep(_PAUSE)

    async def all_shown(self, hosts: Hosts, some: list[Child]) -> float:
        """Return when the timelines of *some* children show everything."""
        return max([await self.shown(hosts, child) for child in some])


async def path(
    addresses: Addresses, rng: Random, known: list[Child], bare: Figure
) -> Figure:
    """Return how many events a second go all the way, beside the bare loop's."""
    hosts = {sender: await Hosts.of(addresses, sender) for sender in SENDERS}
    feed = _Feed(hosts[COUNCIL])
    first, rest = known[:WARM_UP], known[WARM_UP : WARM_UP + CHILDREN]
    async with asyncio.timeout(_PATIENCE):
        await _measured(_Run(rng, first, len(SENDERS) * 2), hosts, feed)
        took = await _measured(_Run(rng, rest, _EACH), hosts, feed)
    rate = EVENTS / took
    return Figure(
        "path_events_per_second",
        rate,
        "events/s",
        at_least=_AT_LEAST,
        ratio_to=bare.name,
        ratio=rate / bare.value,
    )


async def _measured(run: _Run, hosts: dict[str, Hosts], feed: _Feed) -> float:
    """Return the seconds from the first array to the last thing shown."""
    council = hosts[COUNCIL]
    some = run.children[:: max(1, len(run.children) // _SAMPLE)]
    began = time.perf_counter()
    reading = asyncio.create_task(feed.until(run))
    await run.publish(hosts)
    ended = max(await reading, await run.all_shown(council, some))
    for child in run.children:
        asked = time.perf_counter()
        shown = await run.shown(council, child)
        if shown - asked > _PAUSE:
            ended = max(ended, shown)
    return ended - began
