"""
`python -m tests.benchmarks.county`: Oxfordshire's two years through every service.

Takes many minutes, so it is no part of `make bench`; `make bench-county` runs it, and
its figures take their place in var/bench.json beside the others.
"""

import argparse
import asyncio
import json
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from rich.console import Console

from deploy.local.ports import SERVICES, free_ports
from deploy.local.simulator import playing, truth
from deploy.local.simulator.areas import area_of
from deploy.local.simulator.checking import Patience
from deploy.local.simulator.county import County
from deploy.local.simulator.sending import Listed, Pace
from deploy.local.stack import Stack
from tests.benchmarks.figures import Figure, table

_FILE: Final = Path("var/bench.json")
_TODAY: Final = date(2026, 9, 30)
_YEARS: Final = 2
_QUIET: Final = 120.0
"""Seconds without one difference fewer after which those left are believed."""
_FOUND_PROBLEMS: Final = 6


def _arguments() -> argparse.Namespace:
    """Return what the caller asked for."""
    parser = argparse.ArgumentParser(prog="county", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=931)
    parser.add_argument("--truth", type=Path, default=Path("var/oxfordshire.jsonl"))
    return parser.parse_args()


@contextmanager
def _running(today: date):
    """Give the addresses of a fresh stack, ended afterwards."""
    Path("var").mkdir(exist_ok=True)
    with (
        TemporaryDirectory(prefix="county-", dir="var") as folder,
        Stack(Path(folder), free_ports(), today=today.isoformat()) as stack,
    ):
        stack.start()
        names = ("issuer", *SERVICES)
        yield Listed(listed={name: stack.address(name) for name in names})


def measured(asked: argparse.Namespace) -> tuple[list[Figure], dict[str, Any]]:
    """Return the figures, and what was sent and found."""
    county = County(area_of("oxfordshire"), asked.seed, _YEARS, _TODAY, asked.scale)
    ready = playing.made(county, asked.truth, asked.truth.with_suffix(".csv"))
    _, expected = truth.read(asked.truth)
    console = Console(stderr=True)
    with _running(_TODAY) as addresses:
        began = time.perf_counter()
        sent = asyncio.run(playing.play(ready, addresses, Pace(), console))
        between = time.perf_counter()
        found = asyncio.run(
            playing.check(expected, addresses, _TODAY, Patience(_QUIET), console)
        )
        ended = time.perf_counter()
    differences = len(found) + sum(sent["unexpected"].values())
    figures = [
        Figure("oxfordshire_seconds", ended - began, "s"),
        Figure("oxfordshire_sending_seconds", between - began, "s"),
        Figure("oxfordshire_events", float(sent["accepted"]), "events"),
        Figure("oxfordshire_differences", float(differences), "", at_most=0.0),
    ]
    kinds = Counter(one.kind for one in found)
    return figures, sent | {"timelines": len(expected), "differences": kinds}


def keep(figures: Iterable[Figure], path: Path) -> None:
    """Put the figures into the file, in place of earlier ones of their names."""
    mine = [figure.as_json() for figure in figures]
    names = {one["name"] for one in mine}
    before = json.loads(path.read_bytes()) if path.exists() else []
    kept = [one for one in before if one["name"] not in names]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([*kept, *mine], indent=2) + "\n", encoding="utf-8")


def _end(number: int, _frame: object) -> None:
    """Leave in order when told to, so that the stack ends too."""
    sys.exit(128 + number)


def main() -> int:
    """Measure, print and keep; 6 where anything differs from what is right."""
    signal.signal(signal.SIGTERM, _end)
    figures, told = measured(_arguments())
    keep(figures, _FILE)
    sys.stdout.write(table(figures) + "\n")
    sys.stderr.write(f"{told}\n")
    return 0 if all(figure.held for figure in figures) else _FOUND_PROBLEMS


if __name__ == "__main__":
    sys.exit(main())
