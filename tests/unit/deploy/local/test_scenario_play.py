"""The order in which the play sends: each organisation in its own."""

import asyncio
import io
import json
from collections import defaultdict

import httpx
from rich.console import Console

from deploy.local.play import Cast, tell, tell_others
from deploy.local.scenarios.cohort import cohort
from deploy.local.scenarios.outside import Addresses
from deploy.local.scenarios.story import Story, read_story


class Doors:
    """Takes everything, and remembers in which order."""

    def __init__(self) -> None:
        """Nothing has come yet."""
        self.taken: list[tuple[str, str, bytes]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Sign tokens and accept messages; a token names who holds it."""
        if request.url.path == "/token":
            org = json.loads(request.content)["org"]
            return httpx.Response(200, json={"access_token": org})
        sender = request.headers["Authorization"].removeprefix("Bearer ")
        day = request.headers["X-Throughline-Received-At"]
        self.taken.append((sender, day, request.content))
        location = {"Location": f"/messages/m{len(self.taken)}"}
        body = {"message_ref": f"m{len(self.taken)}", "items": []}
        status = 200 if "process" in request.url.path else 202
        return httpx.Response(status, headers=location, json=body)


class Waited:
    """A watcher that only remembers when it was asked to wait."""

    def __init__(self, doors: Doors) -> None:
        """Look at *doors*."""
        self.doors = doors
        self.after: list[int] = []

    async def until(self, *_: object, **__: object) -> str:
        """Note how much had been sent."""
        self.after.append(len(self.doors.taken))
        return "c-1"


def cast_of(http: httpx.AsyncClient) -> Cast:
    """Return everyone, with remarks that nobody reads."""
    return Cast(http, Addresses(), Console(file=io.StringIO()))


def told(doors: Doors, story: Story, watcher: Waited) -> list[str]:
    """Tell *story* to *doors* and return the references."""

    async def run() -> list[str]:
        """Run it once."""
        async with httpx.AsyncClient(transport=httpx.MockTransport(doors)) as http:
            return await tell(cast_of(http), story, watcher, lambda: None)

    return asyncio.run(run())


def test_story_is_told_in_its_order_and_waits_once_for_the_trust():
    """Nothing that comes after the request for advice is sent before the answer."""
    doors, story = Doors(), read_story()
    watcher = Waited(doors)

    refs = told(doors, story, watcher)

    days = [day for _, day, _ in doors.taken]
    asking = next(i for i, m in enumerate(story.messages, 1) if m.answers)
    before = sum(m.times for m in story.messages[:asking])
    assert days == sorted(days)
    assert watcher.after == [before]
    assert len(doors.taken) == sum(m.times for m in story.messages)
    assert len(refs) == len(story.messages)


def test_each_sends_as_itself_in_its_own_order():
    """Of the further children, no organisation's requests overtake each other."""
    doors = Doors()
    messages = cohort(children=40)

    async def run() -> None:
        """Run it once."""
        async with httpx.AsyncClient(transport=httpx.MockTransport(doors)) as http:
            await tell_others(cast_of(http), messages)

    asyncio.run(run())

    wanted, sent = defaultdict(list), defaultdict(list)
    for message in messages:
        wanted[message.sender] += [message.body] * message.times
    for sender, _, body in doors.taken:
        sent[sender].append(body)
    assert sent == wanted
