"""A small load, sent to the stand-in and collected from it, for the tests here."""

import asyncio
from datetime import date
from pathlib import Path

import httpx
import pytest

from tests.checker.collect import Addresses, Collector, Web
from tests.checker.evidence import Collected, Journal
from tests.checker.journal import read
from tests.load.drive import Doors, Driver, Pace, drive
from tests.load.journal import Journal as Writer
from tests.load.plan import Plan, plan
from tests.load.tokens import Tokens
from tests.unit.checker.exchange import Exchange

BASE = Addresses.of("http://stand-in", 8100)


async def no_pause(_seconds: float) -> None:
    """Let others run instead of waiting."""
    await asyncio.sleep(0)


async def sent(load: Plan, exchange: Exchange, path: Path, pace: Pace) -> Driver:
    """Drive *load* to the stand-in and return the driver."""
    transport = httpx.MockTransport(exchange.answer)
    async with httpx.AsyncClient(transport=transport) as client:
        tokens = Tokens(BASE.issuer, client)
        doors = Doors(education=BASE.education, health=BASE.health)
        driver = Driver(client, doors, tokens, pace)
        with Writer(path) as journal:
            await drive(load, journal, driver)
    return driver


def written(path: Path) -> Journal:
    """Return the journal at *path*."""
    with path.open(encoding="utf-8") as lines:
        return read(lines)


async def collected(exchange: Exchange, journal: Journal) -> Collected:
    """Return what the checker reads from the stand-in."""
    transport = httpx.MockTransport(exchange.answer)
    async with httpx.AsyncClient(transport=transport) as client:
        web = Web(client, BASE.issuer, no_pause)
        return await Collector(web, BASE, journal, "urn:dfe:la:931").collect()


@pytest.fixture(scope="session", name="load")
def _load() -> Plan:
    """Return 400 events of 12 children."""
    return plan(11, today=date(2026, 11, 23), events=400, count=12)


@pytest.fixture(scope="session", name="honest")
def _honest(load: Plan, tmp_path_factory: pytest.TempPathFactory) -> Collected:
    """Return what the checker reads where nothing went wrong."""
    path = tmp_path_factory.mktemp("load") / "journal.jsonl"

    async def run() -> Collected:
        """Send, then read."""
        exchange = Exchange(load.children)
        await sent(load, exchange, path, Pace(sleep=no_pause))
        return await collected(exchange, written(path))

    return asyncio.run(run())
