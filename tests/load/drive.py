"""Sends a plan, each person's requests in order, until every one is acknowledged."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from uuid import NAMESPACE_URL, uuid5

import httpx

from tests.load import bars
from tests.load.journal import Journal
from tests.load.plan import Plan, Sent
from tests.load.records import HEALTH
from tests.load.tokens import Tokens

_AGAIN: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses after which the same request may be sent again, and must be."""
_LONGEST_PAUSE: Final = 2.0

Sleep = Callable[[float], Awaitable[None]]


class Doors(NamedTuple):
    """Addresses of the two doors, without a trailing slash."""

    education: str
    health: str


@dataclass(slots=True)
class Pace:
    """How hard to send, and how long to insist."""

    concurrency: int = 8
    """Requests in flight at most."""
    per_second: float = 0.0
    """Requests a second; 0 is as fast as they are answered."""
    patience: float = 900.0
    """Seconds after which a request that nobody takes is given up."""
    sleep: Sleep = asyncio.sleep
    clock: Callable[[], float] = time.monotonic


@dataclass(slots=True)
class Tally:
    """What came of it."""

    outcomes: Counter[str] = field(default_factory=Counter)
    """`acknowledged`, `replayed`, `given_up`."""
    heard: Counter[str] = field(default_factory=Counter)
    """Statuses and connection errors that made us send again."""


class Driver:
    """Sends lanes side by side and the requests of a lane one after another."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        doors: Doors,
        tokens: Tokens,
        pace: Pace | None = None,
    ) -> None:
        """Send through *client* to *doors*."""
        self._client = client
        self._doors = doors
        self._tokens = tokens
        self._pace = pace or Pace()
        self._free = asyncio.Semaphore(self._pace.concurrency)
        self._due: float | None = None
        self.tally = Tally()

    async def lane(self, sends: Sequence[Sent], journal: Journal) -> None:
        """Send *sends* in order, each until it is acknowledged or given up."""
        for sent in sends:
            async with self._free:
                await self._in_turn()
                await self._insist(sent, journal)

    async def _in_turn(self) -> None:
        """Wait until the pace allows one more request."""
        if not self._pace.per_second:
            return
        now = self._pace.clock()
        self._due = max(now, (self._due or now) + 1 / self._pace.per_second)
        await self._pace.sleep(self._due - now)

    async def _insist(self, sent: Sent, journal: Journal) -> None:
        """Send *sent* with the same ids and bytes until somebody takes it."""
        until = self._pace.clock() + self._pace.patience
        pause, status = 0.05, None
        while self._pace.clock() < until:
            status, taken = await self._attempt(sent)
            if taken is not None:
                return self._acknowledged(sent, taken, journal)
            if status is not None and status not in _AGAIN | {401}:
                break
            await self._pace.sleep(pause)
            pause = min(_LONGEST_PAUSE, pause * 2)
        self.tally.outcomes["given_up"] += 1
        return journal.given_up(sent, status)

    def _acknowledged(
        self, sent: Sent, taken: dict[str, Any], journal: Journal
    ) -> None:
        """Count and write down that *sent* was taken."""
        self.tally.outcomes["replayed" if taken["replayed"] else "acknowledged"] += 1
        journal.acknowledged(sent, taken)

    async def _attempt(self, sent: Sent) -> tuple[int | None, dict[str, Any] | None]:
        """Send once; return the status heard and, where it was taken, the answer."""
        try:
            answer = await self._post(sent)
        except httpx.HTTPError as error:
            self.tally.heard[type(error).__name__] += 1
            return None, None
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._tokens.forget(sent.sender)
        if (taken := _taken(sent, answer)) is None:
            self.tally.heard[str(answer.status_code)] += 1
        return answer.status_code, taken

    async def _post(self, sent: Sent) -> httpx.Response:
        """Return what the door answers."""
        token = await self._tokens.of(sent.sender)
        headers = request_headers(sent) | {"Authorization": f"Bearer {token}"}
        address = _address(self._doors, sent.door)
        return await self._client.post(address, content=sent.body, headers=headers)


def request_headers(sent: Sent) -> dict[str, str]:
    """Return the headers of *sent*, all but the token; the same at each attempt."""
    own = {
        "Content-Type": sent.content_type,
        "X-Request-ID": sent.request_id,
        "X-Correlation-ID": str(uuid5(NAMESPACE_URL, sent.request_id)),
    }
    return own | bars.headers() if sent.door == HEALTH else own


def _address(doors: Doors, door: str) -> str:
    """Return where a request of this door goes."""
    if door == HEALTH:
        return f"{doors.health}/$process-message"
    return f"{doors.education}/events"


def _taken(sent: Sent, answer: httpx.Response) -> dict[str, Any] | None:
    """Return what an acknowledgement says, or None where the door did not take it."""
    if sent.door == HEALTH:
        return _taken_by_health(answer)
    if answer.status_code != httpx.codes.ACCEPTED:
        return None
    said = answer.json()
    replayed = answer.headers.get("Idempotent-Replayed") == "true"
    return {
        "message_ref": said["message_ref"],
        "received_at": said["received_at"],
        "items": said["items"],
        "replayed": replayed,
    }


def _taken_by_health(answer: httpx.Response) -> dict[str, Any] | None:
    """Return the acknowledgement; a duplicate is one, as BaRS says."""
    if answer.status_code not in {httpx.codes.OK, httpx.codes.CONFLICT}:
        return None
    replayed = answer.status_code == httpx.codes.CONFLICT
    if replayed and not _is_duplicate(answer):
        return None
    ref = answer.headers.get("Location", "").rpartition("/")[2] or None
    return {"message_ref": ref, "received_at": None, "replayed": replayed}


def _is_duplicate(answer: httpx.Response) -> bool:
    """Return whether an OperationOutcome says that we sent this before."""
    issues = answer.json().get("issue", [])
    return any(issue.get("code") == "duplicate" for issue in issues)


async def drive(plan: Plan, journal: Journal, driver: Driver) -> Tally:
    """Send the whole plan and return the tally; the journal says what was taken."""
    for child in plan.children:
        journal.child(child)
    lanes: dict[str, list[Sent]] = defaultdict(list)
    for sent in plan.sends:
        lanes[sent.lane].append(sent)
    async with asyncio.TaskGroup() as group:
        for sends in lanes.values():
            group.create_task(driver.lane(sends, journal))
    return driver.tally
