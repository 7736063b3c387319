"""Waiting until the child's timeline shows what has been told."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from typing import Any, Final
from uuid import UUID

import httpx

from deploy.local.scenarios.outside import DemoFailedError, Organisation
from deploy.local.scenarios.story import Sight

_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 2.0


class Watcher:
    """The council's officer, who looks at one child's timeline again and again."""

    def __init__(
        self,
        council: Organisation,
        person: Mapping[str, Any],
        *,
        limit: float,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Keep who looks, at whom, and for how many seconds at most."""
        self._council = council
        self._sought = {name: person[name] for name in ("nhs_number", "date_of_birth")}
        self._limit = limit
        self._pause = pause
        self._clock = clock

    async def child_ref(self) -> str | None:
        """Return the child's reference, or None while nobody has linked them."""
        url = f"{self._council.addresses.timeline}/children/search"
        answer = await self._council.ask("POST", url, json=self._sought)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        return str(_read(answer)["child_ref"])

    async def until(
        self,
        wanted: Counter[Sight],
        *,
        what: str,
        correlation_id: UUID | None = None,
        still: Callable[[], None] = lambda: None,
    ) -> str:
        """
        Return the child's reference as soon as their timeline shows all of *wanted*.

        *correlation_id* looks at that conversation alone; *still* raises where waiting
        has become useless.
        """
        ends, seconds = self._clock() + self._limit, _FIRST_PAUSE
        while True:
            child_ref, seen = await self._look(correlation_id)
            missing = wanted - seen
            if child_ref and not missing:
                return child_ref
            still()
            if self._clock() > ends:
                raise _too_long(what, self._limit, missing)
            await self._pause(seconds)
            seconds = min(2 * seconds, _LONGEST_PAUSE)

    async def _look(
        self, correlation_id: UUID | None
    ) -> tuple[str | None, Counter[Sight]]:
        """Return the child and what their timeline shows now."""
        child_ref = await self.child_ref()
        if child_ref is None:
            return None, Counter()
        url = f"{self._council.addresses.timeline}/children/{child_ref}/timeline"
        answer = await self._council.ask("GET", url)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None, Counter()
        entries = _read(answer)["entries"]
        return child_ref, Counter(
            (entry["type"], entry["source"], entry["occurred"][:10])
            for entry in entries
            if correlation_id is None or entry["correlationid"] == str(correlation_id)
        )


def _read(answer: httpx.Response) -> dict[str, Any]:
    """Return what the timeline answered, or say that it refused."""
    if answer.is_error:
        raise DemoFailedError(f"the timeline answered {answer.status_code}")
    read: dict[str, Any] = answer.json()
    return read


def _too_long(what: str, limit: float, missing: Counter[Sight]) -> DemoFailedError:
    """Return what to say when waiting was in vain: which events are not there."""
    lines = [f"  {name} of {source}" for name, source, _ in sorted(missing.elements())]
    first = f"{what}: not on the timeline after {limit:.0f} seconds"
    return DemoFailedError("\n".join([first, *lines]))
