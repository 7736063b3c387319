"""The trust that answers: once a request, and only for its own patients."""

import asyncio
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from deploy.local.scenarios.outside import Addresses, DemoFailedError, Organisation
from deploy.local.trust import Cursor, Trust, read_practice

REQUEST = {
    "id": "5d0c0bd6-5c53-5d0e-9c51-0f0a3a6f0b11",
    "source": "urn:dfe:la:931",
    "type": "ehcna.advice_requested.v1",
    "occurred": "2025-06-05",
    "correlationid": "0b2a9a58-54a0-5c7a-8d6c-1f7a6f0f6c01",
    "subject": "child-1",
    "data": {"body": "urn:ods:RTH", "advice": "medical", "sent_on": "2025-06-05"},
}


class Throughline:
    """Stands in for the services: a feed, identifiers, and a door that remembers."""

    def __init__(self, events: list[dict[str, Any]]) -> None:
        """Hold *events*, and know the child as the trust's first patient."""
        patient = read_practice().patients[0].model_dump(mode="json")
        self.events = events
        self.who: dict[str, Any] | None = {
            name: patient[name] for name in ("nhs_number", "date_of_birth")
        }
        self.unlinked_for = 0
        self.looked_up: list[str] = []
        self.taken: list[tuple[str, bytes]] = []
        self.headers: list[httpx.Headers] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer *request* as the service at its port would."""
        place = request.url.port - 8100
        return {0: self.token, 2: self.door, 3: self.identifiers, 6: self.feed}[place](
            request
        )

    def token(self, request: httpx.Request) -> httpx.Response:
        """Sign anything."""
        assert json.loads(request.content)["org"] == "urn:ods:RTH"

        return httpx.Response(200, json={"access_token": "signed"})

    def feed(self, request: httpx.Request) -> httpx.Response:
        """Return what comes after the cursor; another's cursor is a 400."""
        after = request.url.params.get("after", "0")
        if not after.isdigit():
            return httpx.Response(400)
        rest = self.events[int(after) :]
        end = str(len(self.events))
        return httpx.Response(200, json={"events": rest, "next": end, "as_of": "-"})

    def identifiers(self, request: httpx.Request) -> httpx.Response:
        """Return who the child is, where that is for the trust to know."""
        self.looked_up.append(request.url.path)
        if self.unlinked_for > 0:
            self.unlinked_for -= 1
            return httpx.Response(404)
        found = self.who is not None
        return httpx.Response(200, json=self.who) if found else httpx.Response(404)

    def door(self, request: httpx.Request) -> httpx.Response:
        """Take an event in."""
        self.taken.append((request.headers["X-Request-ID"], request.content))
        self.headers.append(request.headers)
        receipt = {"message_ref": "m", "received_at": "-", "items": []}
        return httpx.Response(202, json=receipt)


def read_feed(throughline: Throughline, path: Path, *, times: int = 1) -> None:
    """Run the trust from the cursor in *path*, reading its feed *times* times."""

    async def run() -> None:
        """Run it once."""
        transport = httpx.MockTransport(throughline)
        async with httpx.AsyncClient(transport=transport) as http:
            practice = read_practice()
            us = Organisation(practice.organisation, http, Addresses(), no_pause)
            trust = Trust(practice, us, Cursor(path), no_pause)
            for _ in range(times):
                await trust.read_once()

    asyncio.run(run())


async def no_pause(_: float) -> None:
    """Wait for nothing."""


@pytest.fixture
def cursor(tmp_path: Path) -> Path:
    """Where the trust keeps its place."""
    return tmp_path / "var" / "trust.json"


def test_answers_a_request_with_receipt_and_advice(cursor):
    """Both answers carry the request's correlation id and the trust's own patient."""
    throughline = Throughline([REQUEST])

    read_feed(throughline, cursor)

    receipt, advice = (json.loads(body) for _, body in throughline.taken)
    assert receipt["type"] == "ehcna.advice_request_received.v1"
    assert advice["type"] == "ehcna.advice_received.v1"
    for sent, headers in zip((receipt, advice), throughline.headers, strict=True):
        assert sent["correlationid"] == REQUEST["correlationid"]
        assert headers["X-Correlation-ID"] == REQUEST["correlationid"]
        assert sent["data"]["person"]["local_id"] == "OUH-5517720"
        assert headers["X-Throughline-Received-At"].startswith(sent["occurred"])
        assert UUID(headers["X-Request-ID"]).version == 5
    assert throughline.looked_up == ["/children/child-1/identifiers"]


def test_answers_once_however_often_it_reads_or_starts(cursor):
    """Neither another look at the feed nor a restart answers a second time."""
    throughline = Throughline([REQUEST])

    read_feed(throughline, cursor, times=3)
    read_feed(throughline, cursor)

    assert len(throughline.taken) == 2


def test_lost_cursor_repeats_the_same_ids_and_bytes(cursor):
    """Answering again after the file is lost is harmless: nothing differs."""
    throughline = Throughline([REQUEST])

    read_feed(throughline, cursor)
    cursor.unlink()
    read_feed(throughline, cursor)

    assert throughline.taken[:2] == throughline.taken[2:]


def test_two_requests_have_answers_of_their_own(cursor):
    """Ids come from the request, so that no two requests share an answer."""
    other = {**REQUEST, "id": "5d0c0bd6-5c53-5d0e-9c51-0f0a3a6f0b12"}
    throughline = Throughline([REQUEST, other])

    read_feed(throughline, cursor)

    assert len({request_id for request_id, _ in throughline.taken}) == 4


@pytest.mark.parametrize(
    "event",
    [
        {**REQUEST, "data": {"body": "urn:ods:RNU", "sent_on": "2025-06-05"}},
        {**REQUEST, "type": "ehcna.advice_received.v1"},
        {"type": "person.linked.v1", "id": "x"},
    ],
)
def test_leaves_alone_what_does_not_ask_it(cursor, event):
    """Events that ask others, or nothing, make it neither look up nor answer."""
    throughline = Throughline([event])

    read_feed(throughline, cursor)

    assert not throughline.looked_up
    assert not throughline.taken


@pytest.mark.parametrize(
    "who",
    [
        None,
        {"nhs_number": "9997310438", "date_of_birth": "2020-09-23"},
        {"nhs_number": None, "date_of_birth": "2020-09-22"},
    ],
)
def test_answers_for_nobody_but_its_own_patients(cursor, who):
    """Not permitted, another date of birth, no number: no answer, and it goes on."""
    throughline = Throughline([REQUEST])
    throughline.who = who

    read_feed(throughline, cursor)

    assert not throughline.taken
    assert json.loads(cursor.read_text())["after"] == "1"


def test_asks_again_for_identifiers_that_are_not_there_yet(cursor):
    """Identity may lag a moment behind the feed."""
    throughline = Throughline([REQUEST])
    throughline.unlinked_for = 2

    read_feed(throughline, cursor)

    assert len(throughline.taken) == 2


def test_cursor_of_another_throughline_is_forgotten(cursor):
    """After a reset it begins with the first event."""
    cursor.parent.mkdir()
    cursor.write_text('{"after": "another"}')
    throughline = Throughline([REQUEST])

    read_feed(throughline, cursor)

    assert len(throughline.taken) == 2


def test_cursor_stays_where_an_answer_was_not_taken(cursor):
    """A door that refuses leaves the request unread, for the next run."""
    throughline = Throughline([REQUEST])
    throughline.door = lambda _: httpx.Response(422)  # type: ignore[method-assign]

    with pytest.raises(DemoFailedError):
        read_feed(throughline, cursor)

    assert not cursor.exists()
