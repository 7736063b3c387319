"""`python -m tests.checker`: compare a load's journal with what can be read."""

import argparse
import asyncio
import json
import sys
from collections import Counter
from pathlib import Path

import httpx

from tests.checker.collect import Addresses, Collector, Web
from tests.checker.evidence import Finding
from tests.checker.journal import read
from tests.checker.settle import Patience, settled

_FOUND_PROBLEMS = 6


def _arguments() -> argparse.Namespace:
    """Return what the caller asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.checker", description=__doc__
    )
    parser.add_argument("--journal", type=Path, default=Path("var/load.jsonl"))
    parser.add_argument("--reader", default="urn:dfe:la:931")
    parser.add_argument("--host", default="http://127.0.0.1")
    parser.add_argument("--port-base", type=int, default=8100)
    parser.add_argument("--longest", type=float, default=Patience.longest)
    parser.add_argument("--troubled", type=float, default=Patience.troubled)
    return parser.parse_args()


async def _check(asked: argparse.Namespace) -> list[Finding]:
    """Return what is wrong, once nothing moves any more."""
    addresses = Addresses.of(asked.host, asked.port_base)
    with asked.journal.open(encoding="utf-8", newline="\n") as lines:
        journal = read(lines)
    patience = Patience(troubled=asked.troubled, longest=asked.longest)
    async with httpx.AsyncClient(timeout=30) as client:
        web = Web(client, addresses.issuer)
        collector = Collector(web, addresses, journal, asked.reader)
        return await settled(collector.collect, asyncio.sleep, patience)


def main() -> int:
    """Print the findings as JSON and a count on stderr; return the exit code."""
    findings = asyncio.run(_check(_arguments()))
    listed = [finding.as_json() for finding in findings]
    sys.stdout.write(json.dumps(listed, indent=2) + "\n")
    kinds = Counter(f"{finding.kind} in {finding.where}" for finding in findings)
    sys.stderr.write(f"{len(findings)} findings {dict(kinds)}\n")
    return _FOUND_PROBLEMS if findings else 0


if __name__ == "__main__":
    sys.exit(main())
