"""`python -m tests.benchmarks`: measure, print a table, write var/bench.json."""

import logging
import resource
import signal
import sys
import time
from collections.abc import Awaitable
from pathlib import Path
from random import Random
from typing import Final, TypeVar

import uvloop

from tests.benchmarks import census as census_
from tests.benchmarks import long_referrals as long_
from tests.benchmarks import path as path_
from tests.benchmarks import process_message as door
from tests.benchmarks import visible as visible_
from tests.benchmarks.bare_loop import bare_loop
from tests.benchmarks.figures import Figure, table, write
from tests.benchmarks.people import SEED
from tests.benchmarks.stack import Addresses, start_stack
from tests.benchmarks.validation import validation
from tests.load.children import children

_FILE: Final = Path("var/bench.json")
_FOUND_PROBLEMS: Final = 6
T = TypeVar("T")


async def _measured(addresses: Addresses) -> list[Figure]:
    """Return every figure, the bare loop's and the path's one after the other."""
    rng = Random(SEED)
    sizes = (
        path_.WARM_UP + path_.CHILDREN,
        visible_.CHILDREN,
        door.CHILDREN,
        long_.CHILDREN,
    )
    left = iter(children(rng, sum(sizes)))
    travellers, watched, referred, triaged = (
        [next(left) for _ in range(n)] for n in sizes
    )
    bare = await _told("bare loop", bare_loop(addresses))
    through = path_.path(addresses, rng, travellers, bare)
    path = await _told("path", through)
    seen = await _told("visible", visible_.visible(addresses, rng, watched))
    referrals = door.process_message(addresses, rng, referred)
    answered = await _told("process_message", referrals)
    bundles = long_.long_referrals(addresses, rng, triaged)
    long = await _told("long referrals", bundles)
    return [bare, path, *seen, answered, *long]


async def _told(name: str, work: Awaitable[T]) -> T:
    """Return what *work* gives, and say how much of one core the generator took."""
    wall, used = time.perf_counter(), _cpu()
    result = await work
    wall, used = time.perf_counter() - wall, _cpu() - used
    share = f"{used / wall:.0%} of one core"
    sys.stderr.write(f"{name}: {wall:.0f} s; the generator took {share}\n")
    return result


def _cpu() -> float:
    """Return the seconds of processor time that this process has had."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _end(number: int, _frame: object) -> None:
    """Leave in order when told to, so that the stack ends too."""
    sys.exit(128 + number)


def main() -> int:
    """Measure, print and write; 6 where a figure is not where it should be."""
    signal.signal(signal.SIGTERM, _end)
    # aiokafka warns, and tries again, while new topics have no leader yet.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    figures = validation()
    with start_stack() as addresses:
        figures += uvloop.run(_measured(addresses))
    if folder := census_.corpus():
        figures += census_.census(folder)
    write(figures, _FILE)
    sys.stdout.write(table(figures) + "\n")
    return 0 if all(figure.held for figure in figures) else _FOUND_PROBLEMS


if __name__ == "__main__":
    sys.exit(main())
