"""The driver: insists with the same ids and bytes, in order, and writes down what."""

from collections import defaultdict

import httpx
import pytest

from tests.checker.compare import compare
from tests.load.drive import Pace
from tests.unit.checker.conftest import collected, no_pause, sent, written
from tests.unit.checker.exchange import Exchange


@pytest.fixture(name="exchange")
def _exchange(load):
    """Return a stand-in that holds nothing yet."""
    return Exchange(load.children)


@pytest.fixture(name="path")
def _path(tmp_path):
    """Return where the journal goes."""
    return tmp_path / "journal.jsonl"


def _failures():
    """Return lost answers, refusals to connect and an overloaded door, in turn."""
    return [
        failure
        for _ in range(60)
        for failure in (
            httpx.ReadError("lost"),
            httpx.Response(503),
            httpx.ReadTimeout("slow"),
        )
    ]


class TestInsists:
    """Answers get lost and doors are away."""

    async def test_until_taken(self, load, exchange, path):
        """Every request is acknowledged in the end, though many answers were lost."""
        exchange.failures = _failures()
        driver = await sent(load, exchange, path, Pace(sleep=no_pause))
        journal = written(path)
        assert len(journal.acknowledged) == len(load.sends)
        assert not journal.given_up
        assert driver.tally.heard["503"] == 60

    async def test_same_bytes(self, load, exchange, path):
        """A repeat has the ids and the bytes of the first attempt."""
        exchange.failures = _failures()
        await sent(load, exchange, path, Pace(sleep=no_pause))
        bodies = defaultdict(set)
        for request in exchange.requests:
            headers = request.headers
            words = headers["X-Correlation-ID"], request.content
            bodies[headers["X-Request-ID"]].add(words)
        assert all(len(different) == 1 for different in bodies.values())
        assert len(exchange.requests) == len(load.sends) + 180

    async def test_checked(self, load, exchange, path):
        """What was repeated is there once, also where no answer named the message."""
        exchange.loses_first_answers = True
        await sent(load, exchange, path, Pace(sleep=no_pause))
        journal = written(path)
        unnamed = [a for a in journal.acknowledged if a.message_ref is None]
        assert {taken.door for taken in unnamed} == {"health"}
        assert compare(await collected(exchange, journal)) == []

    async def test_gives_up(self, load, exchange, path):
        """A request that nobody takes is given up after a time, and written down."""
        exchange.failures = [httpx.Response(503)] * 3
        ticks = iter(range(10_000))
        pace = Pace(concurrency=1, sleep=no_pause, clock=lambda: next(ticks))
        pace.patience = 3.0
        driver = await sent(load, exchange, path, pace)
        journal = written(path)
        assert driver.tally.outcomes["given_up"] == 1
        assert len(journal.given_up) >= 1

    async def test_refused(self, load, exchange, path):
        """A request that a door refuses is not sent again."""
        exchange.failures = [httpx.Response(422, json={})]
        driver = await sent(load, exchange, path, Pace(sleep=no_pause))
        assert driver.tally.outcomes["given_up"] == 1
        assert len(exchange.requests) == len(load.sends)


class TestOrder:
    """What one sender says of one person goes out in one order."""

    async def test_lane(self, load, exchange, path):
        """Requests of a lane are acknowledged in the order of the plan."""
        await sent(load, exchange, path, Pace(sleep=no_pause))
        lanes = defaultdict(list)
        for one in load.sends:
            lanes[one.lane].append(one.request_id)
        acknowledged = [taken.request_id for taken in written(path).acknowledged]
        for ids in lanes.values():
            own = set(ids)
            assert [one for one in acknowledged if one in own] == ids

    async def test_replays(self, load, exchange, path):
        """A request that the plan sends twice is acknowledged as a replay."""
        driver = await sent(load, exchange, path, Pace(sleep=no_pause))
        resent = sum(one.doubled == "resent" for one in load.sends)
        assert driver.tally.outcomes["replayed"] == resent > 0

    async def test_pace(self, load, exchange, path):
        """At a set pace, each request waits for its turn."""
        waits = []

        async def sleep(seconds):
            """Note the wait."""
            waits.append(seconds)

        pace = Pace(per_second=2.0, sleep=sleep, clock=lambda: 0.0)
        await sent(load, exchange, path, pace)
        assert waits == [n / 2 for n in range(1, len(load.sends) + 1)]


class TestToken:
    """A token that has expired is asked for anew."""

    async def test_renewed(self, load, exchange, path):
        """After a 401 the request goes out again and is taken."""
        exchange.failures = [httpx.Response(401)]
        driver = await sent(load, exchange, path, Pace(sleep=no_pause))
        assert driver.tally.outcomes["given_up"] == 0
        assert driver.tally.heard == {"401": 1}
