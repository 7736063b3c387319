"""What the education door does not take in: every answer to the letter."""

import asyncio
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.runtime.tokens import COOKIE
from tests.support.agencies import COUNCIL, TRUST, requested


@pytest.mark.parametrize("said", [None, "", "P88", "1234"])
def test_a_request_without_a_uuid_is_a_400(agencies, said):
    """X-Request-ID is required, and is a UUID."""
    headers = agencies.as_(COUNCIL) | {"Content-Type": "application/json"}
    headers |= {} if said is None else {"X-Request-ID": said}
    url = agencies.url("education_gateway", "/events")
    answer = agencies.http.post(url, json=requested(), headers=headers)

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers.get("X-Request-ID") == (said or None)
    assert UUID(answer.headers["X-Correlation-ID"])


ERRORS = {
    400: {"headers": {"X-Throughline-Received-At": "2026-03-02T09:00:00"}},
    401: {"headers": {"Authorization": "Bearer none"}},
    403: {"body": requested(source=TRUST)},
    413: {"body": b" " * 6_000_000},
    415: {"headers": {"Content-Type": "text/plain"}},
    422: {"body": b"not JSON"},
}


@pytest.mark.parametrize("status", ERRORS)
def test_an_error_mirrors_the_ids(agencies, status):
    """Whatever is wrong, the sender can tell which request it was."""
    own = {"X-Correlation-ID": str(uuid4())}
    scope = "publish read scenario"
    own |= agencies.as_(COUNCIL, scope=scope) | ERRORS[status].get("headers", {})
    request_id = str(uuid4())
    body = ERRORS[status].get("body", requested())
    answer = agencies.post(body, request_id=request_id, headers=own)

    assert answer.status_code == status
    assert answer.json()["status"] == status
    assert answer.headers["X-Request-ID"] == request_id
    assert answer.headers["X-Correlation-ID"] == own["X-Correlation-ID"]


def test_a_body_without_a_length_is_cut_off(agencies):
    """6 MB that come in pieces are a 413 as well."""
    headers = agencies.as_(COUNCIL) | {"X-Request-ID": str(uuid4())}
    headers |= {"Content-Type": "application/json"}
    url = agencies.url("education_gateway", "/events")
    pieces = (b" " * 100_000 for _ in range(60))
    answer = agencies.http.post(url, content=pieces, headers=headers)

    assert answer.status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"3",
        rb'{"id":"a\u0000"}',
        b"[" * 1000 + b"]" * 1000,
        b'{"a":' + b"[" * 600 + b"]" * 600 + b"}",
    ],
)
def test_a_body_that_is_no_event_is_a_422(agencies, body):
    """Nothing is taken in; the reference leads to a receipt that says so."""
    answer = agencies.post(body)

    assert answer.status_code == 422
    ref = answer.headers["Location"].removeprefix("/messages/")
    receipt = agencies.receipt(ref).json()
    assert (receipt["state"], receipt["events"]) == ("refused", [])
    assert receipt["reason"] == "not-understood"


def test_the_received_at_header_needs_its_scope(agencies):
    """Without `scenario` a 403; with it, it becomes the event's time."""
    moment = {"X-Throughline-Received-At": "2026-02-27T16:40:00+01:00"}
    one = requested(occurred="2026-02-20")
    assert agencies.post(one, headers=moment).status_code == 403

    scope = agencies.as_(COUNCIL, scope="publish read scenario")
    taken = agencies.post(one, headers=moment | scope).json()
    agencies.settled(taken["message_ref"])
    [entry] = agencies.shown(one["data"]["person"], 1)
    assert entry["time"] == taken["received_at"] == "2026-02-27T15:40:00.000000Z"
    assert entry["late"] is True


def test_only_a_good_token_publishes(agencies):
    """Expired, of another scope, in a cookie, or none: nothing is taken in."""
    good = agencies.token(COUNCIL)
    expired = agencies.token(COUNCIL, ttl=-60)
    reads = agencies.token(COUNCIL, scope="read")
    said = [
        ({"Authorization": f"Bearer {expired}"}, 401),
        ({"Authorization": f"Bearer {good[:-6]}AAAAAA"}, 401),
        ({"Authorization": "", "Cookie": f"{COOKIE}={good}"}, 401),
        ({"Authorization": f"Bearer {reads}"}, 403),
    ]

    assert [agencies.post(requested(), headers=h).status_code for h, _ in said] == [
        status for _, status in said
    ]


def test_another_senders_message_is_an_unknown_one(agencies):
    """A reference of somebody else answers, byte for byte, as one that never was."""
    ref = agencies.post(requested()).json()["message_ref"]
    answers = [
        agencies.receipt(one, TRUST) for one in (ref, str(uuid4()), "c-1", f"{{{ref}}}")
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    shown = [{k: v for k, v in a.headers.items() if k != "date"} for a in answers]
    assert all(headers == shown[0] for headers in shown)


def test_a_database_that_does_not_answer_is_a_503_and_a_repeat_is_safe(agencies):
    """Nothing is half taken in; the same request is accepted once it can be."""
    one, own = requested(), str(uuid4())

    async def refused():
        """Return the answer while the receipts cannot be written."""
        conn = await asyncpg.connect(agencies.stack.dsn)
        try:
            async with conn.transaction():
                await conn.execute("LOCK TABLE education_gateway.receipts")
                return await asyncio.to_thread(agencies.post, one, request_id=own)
        finally:
            await conn.close()

    away = asyncio.run(refused())
    taken = agencies.post(one, request_id=own)

    assert (away.status_code, away.headers["X-Request-ID"]) == (503, own)
    assert int(away.headers["Retry-After"]) > 0
    assert taken.status_code == 202
    assert "Idempotent-Replayed" not in taken.headers
