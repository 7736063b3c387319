"""A stack under load whose parts are killed, and looked after as a supervisor does."""

import asyncio
import math
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import orjson

from deploy.local import services
from deploy.local.ports import SERVICES, free_ports
from deploy.local.services import ROOT
from deploy.local.stack import Stack
from deploy.local.watch import Watch
from tests.load.drive import Doors, Driver, Pace, Tally, drive
from tests.load.journal import Journal
from tests.load.plan import Plan, plan
from tests.load.records import EDUCATION
from tests.load.tokens import Tokens
from tests.support.agencies import COUNCIL, Agencies

_LIMIT: Final = 420.0
"""Seconds; only there to end a broken run."""
_POLL: Final = 0.05


@dataclass
class Sending:
    """A load that is being sent in a thread of its own."""

    journal: Path
    total: int
    """Requests in the plan."""
    tally: Tally = field(default_factory=Tally)
    future: Future[None] = field(default_factory=Future)
    allowed: float = math.inf
    """How many requests may have been answered before the rest waits."""
    given_up: bool = False
    """Whether nobody waits for the rest any more."""

    @property
    def taken(self) -> int:
        """How many requests have had their last answer."""
        return sum(self.tally.outcomes.values())

    @property
    def done(self) -> bool:
        """Whether all is sent; raises what went wrong with it."""
        if self.future.done():
            self.future.result()
        return self.future.done()

    async def pause(self, seconds: float) -> None:
        """Let *seconds* pass, and then as many as it takes until more is allowed."""
        await asyncio.sleep(seconds)
        while self.taken >= self.allowed and not self.given_up:  # noqa: ASYNC110 - opened by another thread
            await asyncio.sleep(_POLL)
        if self.given_up:
            raise asyncio.CancelledError

    def messages(self, first: int = 0) -> list[tuple[str, str, str]]:
        """Return message, sender and door of acknowledgements from the *first* on."""
        read = self.journal.read_bytes().rpartition(b"\n")[0].splitlines()
        lines = [orjson.loads(line) for line in read]
        taken = [line for line in lines if line["line"] == "acknowledged"]
        return [(one["message_ref"], one["sender"], one["door"]) for one in taken][
            first:
        ]


class Drill:
    """One running stack, and what is done to it."""

    def __init__(self, stack: Stack, names: Sequence[str]) -> None:
        """Look after *stack*, whose services are *names*."""
        self.stack = stack
        self.names = names
        self.http = httpx.Client(timeout=60, trust_env=False)
        self.agencies = Agencies(stack)
        self.said: list[str] = []
        self._down: set[str] = set()
        self._watch = Watch(self.said.append)
        self._threads = ThreadPoolExecutor(4)
        self._sendings: list[Sending] = []

    def start(self, environments: dict[str, dict[str, str]] | None = None) -> None:
        """Start everything."""
        self.stack.start_infrastructure()
        self.stack.start_issuer()
        for name in self.names:
            self.stack.start_service(name, env=(environments or {}).get(name))
        self.until_ready(*self.names)

    def close(self) -> None:
        """Stop looking; the stack itself is stopped by whoever made it."""
        for sending in self._sendings:
            sending.given_up = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        self.agencies.http.close()
        self.http.close()

    def forgive(self) -> None:
        """Forget earlier deaths: whoever dies next is started again at once."""
        self._watch = Watch(self.said.append)

    @property
    def held(self) -> set[str]:
        """The parts that wait for a person, which the supervisor leaves down."""
        return set(self._watch.held())

    def look(self, later: float = 0.0) -> None:
        """Start again whatever has died, as the supervisor would, *later* or now."""
        parts = self.stack.processes.items()
        mine = [process for key, process in parts if key not in self._down]
        self._watch.look(mine, time.monotonic() + later)

    def until(
        self,
        is_so: Callable[[], Any],
        seconds: float = _LIMIT,
        held: Collection[str] = (),
    ) -> None:
        """Return when something is so, looking after everything meanwhile."""
        deadline = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < deadline, self.said[-20:]
            self.look()
            assert self.held <= set(held), self.said[-20:]
            time.sleep(_POLL)

    def until_ready(self, *keys: str) -> None:
        """Return when these processes take requests and records."""
        for key in keys:
            self.until(lambda: self.is_ready(key))  # noqa: B023 - called at once

    def is_ready(self, key: str) -> bool:
        """Say whether a part is of use."""
        process = self.stack.processes[key]
        if not process.up:
            return False
        if key == "postgres":
            return self.stack._postgres.is_ready()
        if key.startswith("kafka"):
            return self.stack._kafka.is_ready()
        return services.is_ready(self.stack._ports_of[key])

    def kill(self, key: str) -> None:
        """Kill a part outright; `look` will start it again."""
        self.stack.kill(key)

    def take_down(self, key: str) -> None:
        """Kill a part and leave it down."""
        self._down.add(key)
        self.kill(key)

    def stop(self, key: str) -> None:
        """Stop a part in order and leave it down."""
        self._down.add(key)
        self.stack.stop(key)

    def bring_back(self, key: str) -> None:
        """Start a part again that was taken down, and wait until it is of use."""
        self.stack.start_again(key)
        self._down.discard(key)
        self.until_ready(key)

    def again(self, name: str, env: dict[str, str] | None = None) -> None:
        """Kill a service and start it at once, in another environment."""
        self.kill(name)
        self.stack.start_service(name, env=env)

    def arm(self, name: str, failpoint: str, number: str = "SIGKILL") -> Path:
        """Start a service anew with a failpoint; return the mark that it will leave."""
        wanted = failpoint.partition(":")[0]
        shown = name.replace("_", "-")
        mark = self.stack.data / f"failpoint-fired-{shown}-1-{wanted}"
        mark.unlink(missing_ok=True)
        told = {
            "THROUGHLINE_FAILPOINT": failpoint,
            "THROUGHLINE_FAILPOINT_SIGNAL": number,
        }
        self.again(name, told)
        return mark

    def operate(self, service: str, path: str, asked: Any) -> httpx.Response:
        """Have an operator ask for something until the service is there to answer."""
        headers = self.agencies.as_(COUNCIL, "operator", scope="read operate")
        url = self.agencies.url(service, path)
        heard: list[httpx.Response] = []

        def answered() -> bool:
            """Ask once."""
            with suppress(httpx.TransportError):
                heard[:] = [self.http.post(url, json=asked, headers=headers)]
            return bool(heard) and not heard[0].is_server_error

        self.until(answered)
        return heard[0]

    def send(
        self, load: Plan, pace: Pace | None = None, allowed: float = math.inf
    ) -> Sending:
        """Begin to send *load*; return it while it is being sent."""
        name = f"load-{load.sends[0].request_id[:8]}.jsonl"
        sending = Sending(self.stack.data / "loads" / name, len(load.sends))
        sending.allowed = allowed
        self._sendings.append(sending)
        work = self._send(load, replace(pace or Pace(), sleep=sending.pause), sending)
        sending.future = self._threads.submit(asyncio.run, work)
        return sending

    async def _send(self, load: Plan, pace: Pace, sending: Sending) -> None:
        """Send the whole load."""
        address = self.stack.address
        doors = Doors(address("education_gateway"), address("health_gateway"))
        async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
            tokens = Tokens(address("issuer"), client)
            driver = Driver(client, doors, tokens, pace)
            driver.tally = sending.tally
            with Journal(sending.journal) as journal:
                await drive(load, journal, driver)

    def findings(self, sending: Sending) -> list[Any]:
        """Return what the independent checker, a program of its own, finds."""
        asked = (sys.executable, "-m", "tests.checker", "--journal")
        port = str(self.stack.ports.base)
        checker = subprocess.Popen(  # noqa: S603
            (*asked, str(sending.journal), "--port-base", port),
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        heard = self._threads.submit(checker.communicate)
        try:
            self.until(heard.done, 900)
        finally:
            checker.kill()
        assert checker.returncode in {0, 6}, self.said[-20:]
        found: list[Any] = orjson.loads(heard.result()[0])
        return found

    def linked(self, message: tuple[str, str, str]) -> bool:
        """Say whether all that a message became has found its child."""
        ref, sender, door = message
        url = f"{self.stack.address(f'{door}_gateway')}/messages/{ref}"
        answer = self.http.get(url, headers=self.agencies.as_(sender))
        events = answer.json()["events"] if answer.status_code == httpx.codes.OK else []
        return bool(events) and {e["state"] for e in events} <= {"linked", "superseded"}


@contextmanager
def drilled(
    data: Path,
    *,
    names: Sequence[str] = SERVICES,
    today: str | None = None,
    environments: dict[str, dict[str, str]] | None = None,
) -> Iterator[Drill]:
    """Start a stack in a folder and on ports of its own."""
    with Stack(data, free_ports(), today=today) as stack:
        drill = Drill(stack, names)
        try:
            drill.start(environments)
            yield drill
        finally:
            drill.close()


def load_of(seed: int, events: int, children: int) -> Plan:
    """Return a seeded load, 5 % of it doubled and 5 % late."""
    today = datetime.now(UTC).date()
    return plan(seed, today=today, events=events, count=children)


def array_of(seed: int, events: int, children: int, request_id: str) -> Plan:
    """Return a load that is one long array of the council's, door for door as sent."""
    load = load_of(seed, 3 * events, children)
    drafts = [one for sent in load.sends if not sent.doubled for one in sent.drafts]
    mine = tuple(one for one in drafts if one.sender == COUNCIL)[:events]
    said = [one.cloud_event(load.children[one.child], seed) for one in mine]
    array = replace(
        load.sends[0],
        request_id=request_id,
        sender=COUNCIL,
        door=EDUCATION,
        content_type="application/cloudevents-batch+json",
        body=orjson.dumps(said),
        drafts=mine,
    )
    return replace(load, sends=(array,))
