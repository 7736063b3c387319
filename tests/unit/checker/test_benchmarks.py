"""The benchmark's own parts: percentiles, schedules, the light client, the arrays."""

import asyncio
from random import Random

import orjson
import pytest

from tests.benchmarks.arrays import lanes
from tests.benchmarks.figures import Figure, percentile, table, write
from tests.benchmarks.open_loop import open_loop
from tests.benchmarks.wire import Host
from tests.load.children import COUNCIL, TRUST, children


class TestFigures:
    """Numbers and their goals."""

    def test_percentile(self):
        """The nearest rank is a value that was measured, whatever the order."""
        values = [float(n) for n in range(100, 0, -1)]
        assert percentile(values, 0.50) == 50.0
        assert percentile(values, 0.99) == 99.0
        assert percentile([7.0], 0.99) == 7.0

    def test_held(self):
        """A bound is judged on the value or, where there is one, on the ratio."""
        assert Figure("a", 50.0, "ms", at_most=50.0).held
        assert not Figure("a", 50.1, "ms", at_most=50.0).held
        assert Figure("a", 9.0, "/s", at_least=0.1, ratio_to="b", ratio=0.1).held
        assert not Figure("a", 9.0, "/s", at_least=0.1, ratio_to="b", ratio=0.09).held

    def test_written(self, tmp_path):
        """The file is a list of name, value, unit and what it is compared with."""
        figure = Figure("a", 9.0, "/s", at_least=0.1, ratio_to="b", ratio=0.05)
        write([figure], tmp_path / "var" / "bench.json")
        [read] = orjson.loads((tmp_path / "var" / "bench.json").read_bytes())
        assert read == {
            "name": "a",
            "value": 9.0,
            "unit": "/s",
            "ratio_to": "b",
            "ratio": 0.05,
        }
        assert "1/20.0 of b" in table([figure])
        assert "MISSED" in table([figure])


class TestOpenLoop:
    """The schedule."""

    async def test_does_not_wait_for_answers(self):
        """All requests go out though none is answered, and count from when due."""
        answered, out = asyncio.Event(), []

        async def fire(number):
            """Wait until all are out."""
            out.append(number)
            if len(out) == 20:
                answered.set()
            await answered.wait()

        took = await open_loop(20, 1000.0, fire)
        assert sorted(out) == list(range(20))
        assert took == sorted(took, reverse=True)


class _Server:
    """Answers requests as it is told, and counts connections."""

    def __init__(self, *answers):
        """Give *answers* in turn; None closes the connection instead."""
        self.answers = list(answers)
        self.connections = 0
        self.requests = []

    async def serve(self, reader, writer):
        """Serve one connection."""
        self.connections += 1
        while head := await _head(reader):
            self.requests.append(head)
            answer = self.answers.pop(0)
            if answer is None:
                break
            writer.write(answer)
        writer.close()
        await writer.wait_closed()


async def _head(reader):
    """Return a request's head, and nothing at the end; the body is read with it."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""
    size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return head + await reader.readexactly(size)


_PLAIN = b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\nX-A: b\r\n\r\nok"
_CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n"
)


class TestWire:
    """The light client."""

    @pytest.fixture(name="ask")
    async def _ask(self):
        """Return a function that asks a server of these answers, one by one."""
        servers = []

        async def ask(*answers):
            """Start it, ask once an answer, and return what came and the server."""
            served = _Server(*answers)
            server = await asyncio.start_server(served.serve, "127.0.0.1", 0)
            servers.append(server)
            port = server.sockets[0].getsockname()[1]
            host = Host(f"http://127.0.0.1:{port}", "t")
            count = sum(answer is not None for answer in answers)
            got = [await host.ask("POST", "/x", b"{}") for _ in range(count)]
            host.close()
            return got, served

        yield ask
        for server in servers:
            server.close()
            await server.wait_closed()

    async def test_one_connection(self, ask):
        """Requests after one another go over one connection, with the token."""
        got, served = await ask(_PLAIN, _CHUNKED, _PLAIN)
        assert [answer.body for answer in got] == [b"ok", b"abcd", b"ok"]
        assert got[0].status == 202
        assert got[0].headers["x-a"] == "b"
        assert served.connections == 1
        assert b"Authorization: Bearer t\r\n" in served.requests[0]

    async def test_closed(self, ask):
        """A connection that was closed while idle is replaced, the request repeated."""
        got, served = await ask(_PLAIN, None, _CHUNKED)
        assert [answer.body for answer in got] == [b"ok", b"abcd"]
        assert served.connections == 2


def _lanes(count, each):
    """Return the arrays of so many children."""
    rng = Random(1)
    return lanes(rng, children(rng, count), each)


class TestArrays:
    """What goes through the path."""

    def test_distinct(self):
        """Every event is distinct, and council and trust send half each."""
        made = _lanes(200, 10)
        arrays = [orjson.loads(body) for bodies in made.values() for body in bodies]
        events = [event for array in arrays for event in array]
        assert {len(array) for array in arrays} == {100}
        assert len({(e["source"], e["id"]) for e in events}) == len(events) == 2000
        assert {sender for sender, _ in made} == {COUNCIL, TRUST}

    def test_story(self):
        """A child's assessment is requested once and decided once."""
        made = _lanes(100, 20)
        bodies = [body for several in made.values() for body in several]
        types = [event["type"] for body in bodies for event in orjson.loads(body)]
        assert types.count("ehcna.requested.v1") == 100
        assert types.count("ehcna.decided.v1") == 100
