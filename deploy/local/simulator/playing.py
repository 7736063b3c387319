"""A county sent to a running Throughline and compared with it, with a progress bar."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any, Final

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from deploy.local.scenarios.outside import Addresses
from deploy.local.simulator import council, totals, truth
from deploy.local.simulator.checking import Checker, Difference, Patience
from deploy.local.simulator.county import County
from deploy.local.simulator.requests import Request, requests
from deploy.local.simulator.sending import Pace, Sender

_SECONDS: Final = 60.0
"""How long one answer may take."""


def made(
    county: County, file: Path | None, persons: Path | None = None
) -> list[Request]:
    """
    Return a county's requests.

    What is right is written to *file*, and the council's own persons to *persons*.
    """
    lives = [*county.lives()]
    if persons is not None:
        council.write(persons, lives, county)
    if file is not None:
        header = truth.Header(
            area=county.area.key,
            seed=county.seed,
            years=county.years,
            scale=county.scale,
            until=county.until.isoformat(),
            totals=totals.by_year(lives, county),
        )
        timelines = (one for life in lives for one in truth.expected(life, county))
        truth.write(file, header, timelines)
    return [*requests((said for life in lives for said in life.said), county.last)]


async def play(
    ready: list[Request], addresses: Addresses, pace: Pace, console: Console
) -> dict[str, Any]:
    """Send everything and return what came of it."""
    began = time.monotonic()
    with _bar(console, "requests", len(ready)) as bar:

        def told(request: Request) -> None:
            """Move the bar on."""
            bar.update(
                bar.task_ids[0],
                advance=1,
                day=f"{request.message.received_at:%d %b %Y}",
            )

        async with _client() as http:
            tally = await Sender(http, addresses, pace, told).send(ready)
    seconds = round(time.monotonic() - began, 1)
    return asdict(tally) | {"seconds": seconds}


async def check(
    expected: list[truth.Expected],
    addresses: Addresses,
    today: date,
    patience: Patience,
    console: Console,
) -> list[Difference]:
    """Return how what is shown differs from what is right."""
    with _bar(console, "children", len(expected)) as bar:

        def told() -> None:
            """Move the bar on."""
            bar.advance(bar.task_ids[0])

        async with _client() as http:
            checker = Checker(http, addresses, today, told)
            return await checker.settled(expected, patience)


def _client() -> httpx.AsyncClient:
    """Return what speaks HTTP: to where it is told, whatever proxies there are."""
    return httpx.AsyncClient(timeout=_SECONDS, trust_env=False)


@contextmanager
def _bar(console: Console, what: str, total: int) -> Iterator[Progress]:
    """Show how far it is, where a person looks on."""
    columns = (
        TextColumn("{task.description} {task.fields[day]}"),
        BarColumn(),
        MofNCompleteColumn(),
    )
    shown = console.is_terminal and not os.environ.get("NO_COLOR")
    with Progress(*columns, console=console, disable=not shown, transient=True) as bar:
        bar.add_task(what, total=total, day="")
        yield bar
