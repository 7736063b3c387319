"""
Tell the demonstration's story to a running Throughline, over HTTP alone.

`python -m deploy.local.play` sends one child's story and two hundred others', waits
until the child's timeline shows it all, and prints on stdout what the demonstration
needs to know. Sending again adds nothing.
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import groupby
from signal import SIGTERM
from typing import Any, Final

import httpx
from rich.console import Console
from rich.progress import Progress

from deploy.local.scenarios import TODAY
from deploy.local.scenarios.cohort import CHILDREN, SEED, cohort
from deploy.local.scenarios.message import Message
from deploy.local.scenarios.outside import Addresses, DemoFailedError, Organisation
from deploy.local.scenarios.paths import COUNCIL
from deploy.local.scenarios.sending import send
from deploy.local.scenarios.story import (
    Story,
    StoryMessage,
    expected,
    expected_answers,
    read_story,
    request_of,
)
from deploy.local.scenarios.watching import Watcher

_WAIT_SECONDS: Final = 120.0
_REQUEST_SECONDS: Final = 30.0
_AT_ONCE: Final = 4
"""Organisations that send at the same time; each keeps its own order."""

_INTERRUPTED: Final = 130


@dataclass(slots=True)
class Cast:
    """Everyone who takes part, and where remarks go."""

    http: httpx.AsyncClient
    addresses: Addresses
    console: Console
    _organisations: dict[str, Organisation] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Organisation:
        """Return the organisation called *name*, the same one every time."""
        if name not in self._organisations:
            self._organisations[name] = Organisation(name, self.http, self.addresses)
        return self._organisations[name]


async def play(cast: Cast, *, children: int, seed: int) -> dict[str, Any]:
    """Return what the demonstration needs to know, once everything is told."""
    story = read_story()
    traced = story.people["council_traced"]
    watcher = Watcher(cast[COUNCIL], traced, limit=_WAIT_SECONDS)
    async with trust_process() as still:
        refs = await tell(cast, story, watcher, still)
    await tell_others(cast, cohort(seed=seed, children=children))
    cast.console.print("waiting for the child's timeline", soft_wrap=True)
    child_ref = await watcher.until(expected(story), what="the story")
    return {
        "child_ref": child_ref,
        "message_refs": list(dict.fromkeys(refs)),
        "today": TODAY.isoformat(),
    }


async def tell(
    cast: Cast, story: Story, watcher: Watcher, still: Callable[[], None]
) -> list[str]:
    """Send the story in its order, and wait where another process has to answer."""
    refs = []
    for line in story.messages:
        cast.console.print(f"{line.received:%Y-%m-%d}  {line.name}", soft_wrap=True)
        refs.append(await send(cast[line.sender], request_of(story, line)))
        if line.answers:
            await _answered(line, watcher, still)
    return [ref for ref in refs if ref]


async def _answered(
    line: StoryMessage, watcher: Watcher, still: Callable[[], None]
) -> None:
    """Return when the timeline shows the answers to *line*, in its conversation."""
    await watcher.until(
        expected_answers(line),
        what=f"the answer of {line.answered_by} to “{line.name}”",
        correlation_id=line.correlation_id,
        still=still,
    )


async def tell_others(cast: Cast, messages: Sequence[Message]) -> None:
    """Send *messages*, each organisation in its own order, a few of them at once."""
    lanes = groupby(sorted(messages, key=_sender), key=_sender)
    gate = asyncio.Semaphore(_AT_ONCE)
    shown = cast.console.is_terminal
    with Progress(console=cast.console, disable=not shown, transient=True) as bar:
        task = bar.add_task("other children", total=len(messages))

        async def lane(name: str, mine: list[Message]) -> None:
            """Send one sender's requests in turn."""
            async with gate:
                for message in mine:
                    await send(cast[name], message)
                    bar.advance(task)

        await asyncio.gather(*(lane(name, list(mine)) for name, mine in lanes))
    cast.console.print(f"{len(messages)} requests of other children", soft_wrap=True)


def _sender(message: Message) -> str:
    """Return who sends *message*."""
    return message.sender


@asynccontextmanager
async def trust_process() -> AsyncIterator[Callable[[], None]]:
    """Run the trust that answers; yields a check that it has not given up."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "deploy.local.trust", stdout=sys.stderr
    )

    def still() -> None:
        """Return whether the trust's process goes on."""
        if process.returncode is not None:
            raise DemoFailedError(
                f"the trust's process ended by itself, code {process.returncode}"
            )

    try:
        yield still
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _run(options: argparse.Namespace, console: Console) -> dict[str, Any]:
    """Return what `play` returns; SIGTERM ends it tidily, the trust's process too."""
    playing = asyncio.current_task()
    if playing is not None:
        asyncio.get_running_loop().add_signal_handler(SIGTERM, playing.cancel)
    async with httpx.AsyncClient(timeout=_REQUEST_SECONDS, trust_env=False) as http:
        cast = Cast(http, Addresses.read(os.environ), console)
        return await play(cast, children=options.children, seed=options.seed)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(prog="play", description="Tell the story.")
    parser.add_argument("--children", type=int, default=CHILDREN)
    parser.add_argument("--seed", type=int, default=SEED)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Tell the story, print the outcome as JSON; 0, 1 or 130."""
    console = Console(stderr=True, highlight=False)
    try:
        outcome = asyncio.run(_run(_options(arguments), console))
    except DemoFailedError as failure:
        console.print(str(failure), soft_wrap=True, markup=False)
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        return _INTERRUPTED
    sys.stdout.write(json.dumps(outcome) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
