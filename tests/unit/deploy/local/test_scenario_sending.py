"""Sending, waiting and giving up: what the play does with each answer."""

import asyncio
import json
from collections import Counter
from typing import Any

import httpx
import pytest

from deploy.local.scenarios.outside import Addresses, DemoFailedError, Organisation
from deploy.local.scenarios.sending import send
from deploy.local.scenarios.story import read_story, request_of
from deploy.local.scenarios.watching import Watcher

STORY = read_story()
EVENT = request_of(STORY, STORY.messages[0])
REFERRAL = request_of(STORY, next(m for m in STORY.messages if m.referral))
COUNCIL = "urn:dfe:la:931"
TAKEN = httpx.Response(
    202,
    json={"message_ref": "m-1", "received_at": "-", "items": [{"status": "accepted"}]},
)


async def no_pause(_: float) -> None:
    """Wait for nothing."""


class Doors:
    """Stands in for the issuer and one service, whose answers are given in turn."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        """Give *answers* in turn, the last one for ever."""
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []
        self.tokens: list[dict[str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request for a token, or the next request."""
        if request.url.path == "/token":
            self.tokens.append(json.loads(request.content))
            return httpx.Response(200, json={"access_token": f"t{len(self.tokens)}"})
        self.asked.append(request)
        more = len(self.answers) > 1
        answer = self.answers.pop(0) if more else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def sent(doors: Doors, message=EVENT) -> str | None:
    """Return the reference under which *doors* took *message*."""

    async def run() -> str | None:
        """Run it once."""
        async with httpx.AsyncClient(transport=httpx.MockTransport(doors)) as http:
            sender = Organisation(message.sender, http, Addresses(9100), no_pause)
            return await send(sender, message)

    return asyncio.run(run())


def test_event_goes_to_the_education_door_with_ids_dates_and_token():
    """The request is the contract's, signed for its sender with scope scenario."""
    doors = Doors(TAKEN)

    assert sent(doors) == "m-1"
    (request,) = doors.asked
    assert str(request.url) == "http://127.0.0.1:9102/events"
    assert request.headers["Content-Type"] == "application/cloudevents+json"
    assert request.headers["X-Request-ID"] == str(EVENT.request_id)
    assert request.headers["X-Throughline-Received-At"] == "2024-09-30T15:20:00Z"
    assert request.headers["Authorization"] == "Bearer t1"
    assert doors.tokens == [
        {"org": EVENT.sender, "roles": ["setting"], "scope": "publish read scenario"}
    ]


def test_referral_goes_to_the_health_door_as_often_as_it_is_sent():
    """Twice means the same ids and bytes twice; the duplicate's 409 is a success."""
    first = httpx.Response(200, headers={"Location": "/messages/m-2"}, json={})
    again = httpx.Response(409, json={"issue": [{"code": "duplicate"}]})
    doors = Doors(first, again)

    assert sent(doors, REFERRAL) == "m-2"
    once, twice = doors.asked
    assert str(once.url) == "http://127.0.0.1:9101/$process-message"
    assert once.content == twice.content
    assert once.headers["X-Request-ID"] == twice.headers["X-Request-ID"]
    assert "NHSD-Target-Identifier" in once.headers


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        (EVENT, httpx.Response(422, json={})),
        (EVENT, httpx.Response(409, json={})),
        (EVENT, httpx.Response(403, json={})),
        (REFERRAL, httpx.Response(400, json={"issue": []})),
        (REFERRAL, httpx.Response(409, json={"issue": [{"code": "conflict"}]})),
    ],
)
def test_refusal_ends_the_play_and_names_the_message(message, answer):
    """A refused message is a fault of the scenario, said without its content."""
    with pytest.raises(DemoFailedError) as failure:
        sent(Doors(answer), message)

    assert message.name in str(failure.value)
    assert str(answer.status_code) in str(failure.value)
    assert "Larkmeadow" not in str(failure.value)


def test_refused_item_of_an_array_ends_the_play():
    """A 202 that refuses one of its items is not a success."""
    items = [{"place": 0, "status": "accepted"}, {"place": 7, "status": "refused"}]
    answer = httpx.Response(202, json={"message_ref": "m", "items": items})

    with pytest.raises(DemoFailedError, match="refused at 7"):
        sent(Doors(answer))


@pytest.mark.parametrize("away", [httpx.Response(503), httpx.ConnectError("away")])
def test_what_is_away_is_asked_again_with_the_same_request(away):
    """A 503, or nobody there yet, is not the end."""
    doors = Doors(away, away, TAKEN)

    assert sent(doors) == "m-1"
    assert len({(r.headers["X-Request-ID"], r.content) for r in doors.asked}) == 1
    assert len(doors.asked) == 3


def test_what_stays_away_is_named_without_its_path():
    """After the last try the play says which part does not answer."""
    with pytest.raises(DemoFailedError, match=r"127\.0\.0\.1:9102/ does not answer"):
        sent(Doors(httpx.Response(503)))


def test_lapsed_token_is_replaced_once():
    """A 401 brings a new token; a second 401 is an answer."""
    doors = Doors(httpx.Response(401), TAKEN)

    assert sent(doors) == "m-1"
    assert [r.headers["Authorization"] for r in doors.asked] == [
        "Bearer t1",
        "Bearer t2",
    ]


WANTED = Counter({("ehcna.advice_received.v1", "urn:ods:RTH", "2025-08-12"): 1})
ENTRY = {
    "type": "ehcna.advice_received.v1",
    "source": "urn:ods:RTH",
    "occurred": "2025-08-12",
    "correlationid": str(EVENT.correlation_id),
}
FOUND = httpx.Response(200, json={"child_ref": "c-1"})
NOT_THERE = httpx.Response(404)


def timeline(*entries: dict[str, Any]) -> httpx.Response:
    """Return an answer of the timeline with *entries*."""
    return httpx.Response(200, json={"entries": list(entries)})


def watched(doors: Doors, limit: float = 10.0, **options: Any) -> str:
    """Return the child whose timeline shows what is wanted."""
    clock = iter(range(1000))

    async def run() -> str:
        """Run it once."""
        async with httpx.AsyncClient(transport=httpx.MockTransport(doors)) as http:
            watcher = Watcher(
                Organisation(COUNCIL, http, Addresses(), no_pause),
                STORY.people["council_traced"],
                limit=limit,
                pause=no_pause,
                clock=lambda: float(next(clock)),
            )
            return await watcher.until(WANTED, what="the answer", **options)

    return asyncio.run(run())


def test_waits_until_the_child_is_there_and_shows_what_is_wanted():
    """Unknown, known, incomplete, complete: only the last ends the waiting."""
    doors = Doors(
        NOT_THERE, FOUND, NOT_THERE, FOUND, timeline(), FOUND, timeline(ENTRY)
    )

    assert watched(doors) == "c-1"
    assert json.loads(doors.asked[0].content) == {
        "nhs_number": "9997310438",
        "date_of_birth": "2020-09-22",
    }
    assert doors.asked[-1].url.path == "/children/c-1/timeline"
    assert doors.tokens[0]["roles"] == ["send_officer"]


def test_gives_up_and_names_what_is_missing():
    """After the limit the play says which event is not on the timeline."""
    with pytest.raises(DemoFailedError) as failure:
        watched(Doors(NOT_THERE), limit=3)

    assert "the answer: not on the timeline after 3 seconds" in str(failure.value)
    assert "ehcna.advice_received.v1 of urn:ods:RTH" in str(failure.value)


def test_an_answer_in_another_conversation_is_not_the_answer():
    """The pair is found by its correlation id."""
    doors = Doors(FOUND, timeline({**ENTRY, "correlationid": "another"}), NOT_THERE)

    with pytest.raises(DemoFailedError):
        watched(doors, limit=3, correlation_id=EVENT.correlation_id)

    assert watched(Doors(FOUND, timeline(ENTRY)), correlation_id=EVENT.correlation_id)


def test_waiting_ends_when_it_has_become_useless():
    """A trust that has ended will not answer; the play says so at once."""

    def still() -> None:
        """Return whether the trust's process goes on."""
        raise DemoFailedError("the trust's process ended")

    with pytest.raises(DemoFailedError, match="ended"):
        watched(Doors(NOT_THERE), still=still)


def test_timeline_that_refuses_ends_the_play():
    """A 403 is not something to wait for."""
    with pytest.raises(DemoFailedError, match="403"):
        watched(Doors(httpx.Response(403)))
