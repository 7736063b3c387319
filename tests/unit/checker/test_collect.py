"""Collecting: asks again while a service is away, and asks the right door."""

import httpx
import pytest

from tests.checker.collect import Addresses, Web
from tests.checker.journal import read
from tests.unit.checker.conftest import BASE, no_pause


async def _ask(answers, seen=None):
    """Return what `Web` makes of *answers*, given in turn to whatever it asks."""
    left = list(answers)

    def respond(request):
        """Give a token, or the next answer."""
        if request.url.path == "/token":
            return httpx.Response(200, json={"access_token": "t"})
        if seen is not None:
            seen.append(request)
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async with httpx.AsyncClient(transport=httpx.MockTransport(respond)) as client:
        web = Web(client, BASE.issuer, no_pause)
        return await web.ask("urn:dfe:la:931", "GET", "http://x:1/messages/a")


class TestWeb:
    """One question."""

    async def test_away(self):
        """A service that is away is asked again until it answers."""
        away = [httpx.ConnectError("no"), httpx.Response(503), httpx.Response(401)]
        answer = httpx.Response(200, json={"state": "waiting"})
        assert await _ask([*away, answer]) == {"state": "waiting"}

    async def test_unknown(self):
        """What is not there is nothing, not an error."""
        assert await _ask([httpx.Response(404)]) is None

    async def test_token(self):
        """It asks with the organisation's token."""
        seen = []
        await _ask([httpx.Response(200, json={})], seen)
        assert seen[0].headers["Authorization"] == "Bearer t"

    async def test_refused(self):
        """An answer that refuses the question ends the check."""
        with pytest.raises(httpx.HTTPStatusError):
            await _ask([httpx.Response(403)])


class TestCollected:
    """All of it, from the stand-in."""

    def test_whole(self, honest, load):
        """Every message, both searches, every timeline, and the feed past a page."""
        refs = {taken.message_ref for taken in honest.journal.acknowledged} - {None}
        assert set(honest.messages) == refs
        assert honest.found == {c.number: {f"c-{c.number}"} for c in load.children}
        assert len(honest.timelines) == 12
        assert len(honest.feed) == 400

    def test_addresses(self):
        """Services answer at the contract's ports."""
        addresses = Addresses.of("http://h", 9000)
        assert addresses.issuer == "http://h:9000"
        assert addresses.timeline == "http://h:9005"
        assert addresses.delivery == "http://h:9006"


class TestJournal:
    """Reading what a load wrote."""

    def test_cut_short(self):
        """A last line without its end is left out: it was not acknowledged."""
        child = '{"line":"child","number":1,"nhs_number":"n","upn":"u",'
        lines = [child + '"date_of_birth":"d"}\n', '{"line":"acknow']
        assert [known.number for known in read(lines).children] == [1]
