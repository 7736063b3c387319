"""Sizes, plays and checks a county for the command line, and says what came of it."""

import asyncio
import json
import os
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from deploy.local.scenarios.outside import DemoFailedError
from deploy.local.simulator import playing, truth
from deploy.local.simulator.areas import Area, area_of, areas, nearest
from deploy.local.simulator.checking import Patience
from deploy.local.simulator.county import County, sizes
from deploy.local.simulator.said import LONDON
from deploy.local.simulator.sending import Listed, Pace
from services.console.cli.answers import (
    FAILED,
    PROBLEMS,
    USAGE,
    failed,
    print_json,
    print_line,
    remark,
)
from services.console.clients.places import places

_CARD: Final = "demo.json"


def county_of(area: Area, seed: int, years: int, until: str, scale: float) -> County:
    """Return the county that was asked for, or end the command."""
    return County(area, seed, years, _today(until), scale)


def size(county: County, *, as_json: bool) -> None:
    """Say how large a county would be."""
    _print(sizes(county), as_json=as_json)


def area(said: str, figures: Path | None) -> Area:
    """Return the area called so, or end the command."""
    _readable(figures)
    try:
        return area_of(said, figures)
    except KeyError:
        near = ", ".join(f"{a.key} ({a.dfe or a.ons})" for a in nearest(said, figures))
        more = "" if figures else " Other councils need their table: --figures FILE."
        why = f"no such area; the nearest are {near}.{more}"
        raise failed(USAGE, why) from None


def _readable(figures: Path | None) -> None:
    """End the command unless *figures* is a table of councils."""
    try:
        areas(figures)
    except (OSError, KeyError, ValueError) as bad:
        why = f"{figures} is no table of councils' figures: {type(bad).__name__}"
        raise failed(USAGE, why) from None


@dataclass(frozen=True, slots=True)
class Written:
    """What is written besides being sent."""

    truth: Path | None = None
    persons: Path | None = None


def play(county: County, pace: float, written: Written, *, as_json: bool) -> None:
    """Send a county, and say what came of it."""
    console = _console()
    ready = playing.made(county, written.truth, written.persons)
    events = sum(request.items for request in ready)
    remark(f"{county.area.name}: {events} events in {len(ready)} requests")
    work = playing.play(ready, _addresses(), Pace(pace), console)
    try:
        said = asyncio.run(work)
    except DemoFailedError as failure:
        raise failed(FAILED, str(failure)) from None
    _print({"area": county.area.key, "seed": county.seed, **said}, as_json=as_json)
    if said["unexpected"]:
        raise failed(PROBLEMS, "doors gave answers that they should not have given")


def check(file: Path, wait: float, *, as_json: bool) -> None:
    """Compare, print each difference, and end with 6 where there is one."""
    try:
        header, expected = truth.read(file)
    except (OSError, ValueError, TypeError, KeyError):
        raise failed(USAGE, "this is no truth file of this version") from None
    today = datetime.fromisoformat(_card().get("today") or header.until).date()
    work = playing.check(
        expected, _addresses(), today, Patience(quiet=wait), _console()
    )
    try:
        found = asyncio.run(work)
    except DemoFailedError as failure:
        raise failed(FAILED, str(failure)) from None
    if as_json:
        print_json([difference.as_json() for difference in found])
    else:
        for one in found:
            print_line(f"{one.child}\t{one.kind}\t{one.what}")
    remark(f"{len(expected)} timelines, {len(found)} differences")
    if found:
        kinds = Counter(one.kind for one in found)
        raise failed(PROBLEMS, ", ".join(f"{n} {kind}" for kind, n in kinds.items()))


def _today(until: str) -> date:
    """Return the last day: as said, else the installation's today, else today."""
    said = until or _card().get("today")
    try:
        given = datetime.fromisoformat(said) if said else datetime.now(LONDON)
    except ValueError:
        raise failed(USAGE, "--until is a date, YYYY-MM-DD") from None
    return given.date()


def _card() -> dict[str, Any]:
    """Return what a running demonstration wrote down; nothing where there is none."""
    try:
        text = (places(os.environ).data / _CARD).read_text(encoding="utf-8")
        read = json.loads(text)
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def _addresses() -> Listed:
    """Return where the services are."""
    return Listed(listed=dict(places(os.environ).addresses))


def _console() -> Console:
    """Return where remarks and bars go."""
    return Console(stderr=True, highlight=False)


def _print(said: dict[str, Any], *, as_json: bool) -> None:
    """Print an answer: JSON, or a line for each member."""
    if as_json or not sys.stdout.isatty():
        print_json(said)
        return
    for name, value in said.items():
        print_line(f"{name}\t{value}")
