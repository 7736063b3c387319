"""`python -m tests.load`: send a seeded load and write its journal."""

import argparse
import asyncio
import sys
from datetime import date
from pathlib import Path

import httpx

from tests.load.drive import Doors, Driver, Pace, Tally, drive
from tests.load.journal import Journal
from tests.load.plan import plan
from tests.load.tokens import Tokens


def _arguments() -> argparse.Namespace:
    """Return what the caller asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--events", type=int, default=5000)
    parser.add_argument("--children", type=int, default=200)
    parser.add_argument("--today", type=date.fromisoformat, default=None)
    parser.add_argument("--host", default="http://127.0.0.1")
    parser.add_argument("--port-base", type=int, default=8100)
    parser.add_argument("--journal", type=Path, default=Path("var/load.jsonl"))
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--per-second", type=float, default=0.0)
    parser.add_argument("--patience", type=float, default=900.0)
    return parser.parse_args()


async def _send(asked: argparse.Namespace) -> Tally:
    """Send what was asked for."""
    issuer, health, education = (
        f"{asked.host}:{asked.port_base + offset}" for offset in range(3)
    )
    today = asked.today or date.today()  # noqa: DTZ011 - London's day, near enough
    load = plan(asked.seed, today=today, events=asked.events, count=asked.children)
    pace = Pace(asked.concurrency, asked.per_second, asked.patience)
    doors = Doors(education=education, health=health)
    async with httpx.AsyncClient(timeout=15) as client:
        driver = Driver(client, doors, Tokens(issuer, client), pace)
        with Journal(asked.journal) as journal:
            return await drive(load, journal, driver)


def main() -> int:
    """Send, say what came of it on stderr, and return the exit code."""
    tally = asyncio.run(_send(_arguments()))
    sys.stderr.write(f"{dict(tally.outcomes)}, sent again: {dict(tally.heard)}\n")
    return 6 if tally.outcomes["given_up"] else 0


if __name__ == "__main__":
    sys.exit(main())
