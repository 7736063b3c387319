"""Compares what a running Throughline shows with what a truth file says is right."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx

from deploy.local.scenarios.outside import Addresses, Organisation
from deploy.local.simulator.truth import Expected, Seen

_AT_ONCE: Final = 16
_LONDON: Final = ZoneInfo("Europe/London")
_FIRST: Final = datetime.min.replace(tzinfo=ZoneInfo("UTC"))

Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it should be. Never holds an identifier."""

    child: int
    """Its number in the county."""
    kind: str
    """
    `not-found`, `shown` (to one who may not see it), `missing`, `extra`,
    `out-of-order`, `clock-missing`, `clock-extra`.
    """
    what: str

    def as_json(self) -> dict[str, Any]:
        """Return it for printing."""
        return {"child": self.child, "kind": self.kind, "what": self.what}


@dataclass(slots=True)
class Patience:
    """How long to wait before believing that something is not there."""

    quiet: float = 30.0
    """Seconds without one difference fewer, after which those left are believed."""
    pause: float = 1.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic


@dataclass(slots=True)
class Checker:
    """Asks as each timeline's reader, over HTTP alone."""

    http: httpx.AsyncClient
    addresses: Addresses
    today: date
    told: Callable[[], None] = lambda: None
    """Hears of each child that is as it should be."""
    _organisations: dict[str, Organisation] = field(default_factory=dict)

    async def settled(
        self, expected: Sequence[Expected], patience: Patience
    ) -> list[Difference]:
        """
        Return the differences that stay when nothing gets better any more.

        Where something was still on its way, all are looked at once more at the end:
        what was right before everything had arrived may have become wrong.
        """
        wrong, found = await self._look(expected)
        best, since, moved = len(found), patience.clock(), bool(found)
        while found and patience.clock() - since < patience.quiet:
            await patience.sleep(patience.pause)
            wrong, found = await self._look(wrong)
            if len(found) < best:
                best, since = len(found), patience.clock()
        if moved and not found:
            _, found = await self._look(expected)
        return found

    async def _look(
        self, expected: Sequence[Expected]
    ) -> tuple[list[Expected], list[Difference]]:
        """Return those children that are not right, and what is wrong."""
        wrong: list[Expected] = []
        found: list[Difference] = []
        left = iter(expected)

        async def work() -> None:
            """Look at one after another."""
            for one in left:
                differences = await self.differences(one)
                if differences:
                    wrong.append(one)
                    found.extend(differences)
                else:
                    self.told()

        await asyncio.gather(*(work() for _ in range(_AT_ONCE)))
        return wrong, found

    async def differences(self, one: Expected) -> list[Difference]:
        """Return what is wrong with one child's timeline."""
        shown = await self._timeline(one)
        if shown is None:
            return [Difference(one.number, "not-found", one.reader)]
        return [
            *compare(one, shown, self.today),
            *[d for org in one.hidden_from for d in await self._hidden(one, org)],
        ]

    async def _timeline(self, one: Expected) -> Answer | None:
        """Return the timeline as its reader gets it."""
        ref = await self._found(one.reader, one.find)
        if ref is None:
            return None
        url = f"{self.addresses.timeline}/children/{ref}/timeline"
        return await self._asked(one.reader, "GET", url)

    async def _found(self, reader: str, find: Mapping[str, str]) -> str | None:
        """Return the child that a search leads to."""
        url = f"{self.addresses.timeline}/children/search"
        answer = await self._asked(reader, "POST", url, json=dict(find))
        return str(answer["child_ref"]) if answer else None

    async def _hidden(self, one: Expected, org: str) -> list[Difference]:
        """Return a difference if *org* finds a child of whom it may see nothing."""
        found = await self._found(org, one.find)
        return [Difference(one.number, "shown", org)] if found else []

    async def _asked(
        self,
        org: str,
        method: str,
        url: str,
        **said: Any,  # noqa: ANN401 - to httpx
    ) -> Answer | None:
        """Return what is answered to *org*, or None where there is no such thing."""
        if org not in self._organisations:
            self._organisations[org] = Organisation(org, self.http, self.addresses)
        answer = await self._organisations[org].ask(method, url, **said)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        read: Answer = answer.raise_for_status().json()
        return read


def compare(one: Expected, shown: Answer, today: date) -> Iterator[Difference]:
    """Yield what differs between a timeline and what it should be."""
    wanted = Counter(entry.key for entry in one.entries)
    there = Counter(_entry(entry).key for entry in shown["entries"])
    yield from _differing(one, "missing", wanted - there)
    yield from _differing(one, "extra", there - wanted)
    yield from _disorder(one, shown["entries"])
    owed = Counter(clock.shown(today) for clock in one.clocks)
    runs = Counter(map(_clock, shown["clocks"]))
    yield from _differing(one, "clock-missing", owed - runs)
    yield from _differing(one, "clock-extra", runs - owed)


def _differing(one: Expected, kind: str, found: Counter[Any]) -> Iterator[Difference]:
    """Yield a difference for each thing in *found*."""
    for what in found.elements():
        yield Difference(
            one.number, kind, what if isinstance(what, str) else _text(what)
        )


def _text(what: Iterable[object]) -> str:
    """Return a clock in one line."""
    return json.dumps([*what])


def _entry(entry: Answer) -> Seen:
    """Return an entry in the words of the truth."""
    fields = {name: entry[name] for name in Seen.__slots__}
    data = {k: v for k, v in entry["data"].items() if k != "withdraws"}
    return Seen(**fields | {"data": data})


def _clock(clock: Answer) -> tuple[str | None, ...]:
    """Return a clock in the words of the truth."""
    names = ("clock", "owed_by", "started", "due", "state", "met_on", "explained")
    return tuple(clock[name] for name in names)


def _disorder(one: Expected, entries: Sequence[Answer]) -> Iterator[Difference]:
    """Yield neighbours of which the later stands first."""
    for first, second in pairwise(entries):
        if _place(first) > _place(second):
            yield Difference(one.number, "out-of-order", second["id"])


def _place(entry: Answer) -> tuple[date, datetime, str, str]:
    """Return where in a timeline an entry belongs: day, instant, when heard, id."""
    said = entry["occurred"]
    if "T" not in said:
        return date.fromisoformat(said), _FIRST, entry["time"], entry["id"]
    moment = datetime.fromisoformat(said)
    return moment.astimezone(_LONDON).date(), moment, entry["time"], entry["id"]
