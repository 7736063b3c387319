"""The education door: one effect for one message, and every other answer to the letter."""

import asyncio
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.runtime.tokens import COOKIE
from tests.support.agencies import COUNCIL, SCHOOL, TRUST, event, somebody
from tests.support.local_stack import fetch, until

REQUESTED = "ehcna.requested.v1"


def requested(**changes):
    """Return a request for an assessment of somebody."""
    return event(somebody(), REQUESTED, **changes)


def sql(agencies, statement):
    """Return the rows of *statement*."""
    return asyncio.run(fetch(agencies.stack.dsn, statement))


def test_an_accepted_event_can_be_followed(agencies):
    """202 with reference, place and time; the receipt leads to the entry it became."""
    one, own = requested(), str(uuid4())
    answer = agencies.post(one, request_id=own)

    assert answer.status_code == 202
    said = answer.json()
    assert said.keys() == {"message_ref", "received_at", "items"}
    [item] = said["items"]
    assert (item["place"], item["status"], item["problem"]) == (0, "accepted", None)
    assert answer.headers["Location"] == f"/messages/{said['message_ref']}"
    assert answer.headers["X-Request-ID"] == own
    receipt = agencies.settled(said["message_ref"])
    assert (receipt["state"], receipt["received_at"]) == (
        "translated",
        said["received_at"],
    )
    [became] = receipt["events"]
    assert (became["type"], became["state"], became["place"]) == (
        REQUESTED,
        "linked",
        0,
    )
    [entry] = agencies.shown(one["data"]["person"], 1)
    assert entry["id"] == became["id"]
    assert entry["causationid"] == said["message_ref"]
    assert entry["time"] == said["received_at"]


@pytest.mark.parametrize("given", [True, False])
def test_the_correlation_id_leads_to_the_event(agencies, given):
    """It is mirrored, made if absent, and the event carries the one that was told."""
    one = requested()
    own = {"X-Correlation-ID": str(uuid4())} if given else {}
    answer = agencies.post(one, headers=own)

    told = answer.headers["X-Correlation-ID"]
    assert str(UUID(told)) == own.get("X-Correlation-ID", told)
    agencies.settled(answer.json()["message_ref"])
    [entry] = agencies.shown(one["data"]["person"], 1)
    assert entry["correlationid"] == told


def test_the_same_message_again_gets_the_first_answer(agencies):
    """A repeat, whatever the letters of its id, has no second effect."""
    one, own = requested(), str(uuid4())
    first = agencies.post(one, request_id=own)
    agencies.settled(first.json()["message_ref"])
    again = agencies.post(one, request_id=own.upper())

    assert (again.status_code, again.content) == (202, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert len(agencies.receipt(first.json()["message_ref"]).json()["events"]) == 1


@pytest.mark.parametrize("other", ["good", "bad", "not JSON"])
def test_the_same_id_with_other_bytes_is_a_conflict(agencies, other):
    """409; the first keeps its effect and the other bytes are kept for a person."""
    one, own = requested(), str(uuid4())
    first = agencies.post(one, request_id=own)
    body = {
        "good": dict(one, occurred="2026-03-01"),
        "bad": dict(one, occurred="soon"),
        "not JSON": f"{own} not JSON".encode(),
    }[other]
    answer = agencies.post(body, request_id=own)

    assert answer.status_code == 409
    assert answer.headers["X-Request-ID"] == own
    assert answer.json()["type"].endswith("/conflict")
    agencies.settled(first.json()["message_ref"])
    [entry] = agencies.shown(one["data"]["person"], 1)
    assert entry["occurred"] == "2026-03-02"
    rows = sql(
        agencies,
        "SELECT r.reason, o.bytes FROM education_gateway.receipts r"
        " JOIN education_gateway.originals o USING (message_ref)"
        f" WHERE r.request_id = '{own}' AND r.state = 'refused'",
    )
    assert [(row["reason"], row["bytes"]) for row in rows] == [
        ("conflict", answer.request.content)
    ]


def test_another_senders_message_may_have_the_same_id(agencies):
    """An id is its sender's: the same one of another is another message."""
    own = str(uuid4())
    answers = [
        agencies.post(requested(source=org), org, request_id=own)
        for org in (COUNCIL, SCHOOL)
    ]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json()["message_ref"] != answers[1].json()["message_ref"]


def test_a_record_sent_under_a_new_id_has_one_effect(agencies):
    """Systems that mint an id for each retry are known by their record and version."""
    person, record = somebody(), str(uuid4())
    one = event(person, REQUESTED, sourcerecord=record)
    again = dict(one, id=str(uuid4()))
    first, second = agencies.publish(one), agencies.publish(again)

    assert first["message_ref"] != second["message_ref"]
    assert first["events"][0]["id"] == second["events"][0]["id"]
    agencies.publish(event(person, "ehcp.draft_issued.v1"))
    assert len(agencies.shown(person, 2)) == 2


def test_a_version_with_other_content_is_refused(agencies):
    """The same record and version cannot mean two things; a person is told of it."""
    person, record = somebody(), str(uuid4())
    one = event(person, REQUESTED, sourcerecord=record)
    agencies.publish(one)
    other = agencies.publish(dict(one, id=str(uuid4()), occurred="2026-03-01"))

    assert other["state"] == "refused"
    assert other["reason"] == "conflict"


def test_states_follow_corrections_and_withdrawals(agencies):
    """A receipt says of its event that it was superseded, and that it was withdrawn."""
    person, record = somebody(), str(uuid4())
    agencies.publish(event(person, "ehcp.draft_issued.v1"))
    one = event(person, REQUESTED, sourcerecord=record)
    first = agencies.publish(one)["message_ref"]
    mended = dict(one, id=str(uuid4()), sourceversion=2, occurred="2026-03-01")
    second = agencies.publish(mended)["message_ref"]

    def states():
        """Return how both events stand."""
        receipts = [agencies.receipt(ref).json() for ref in (first, second)]
        return [receipt["events"][0]["state"] for receipt in receipts]

    until(lambda: states() == ["superseded", "linked"])
    withdrawn = {"withdraws": {"sourcerecord": record}, "reason": "entered-in-error"}
    taken_back = event(
        person,
        "event.withdrawn.v1",
        data=withdrawn,
        sourcerecord=record,
        sourceversion=3,
    )
    third = agencies.publish(taken_back)
    until(lambda: states() == ["withdrawn", "withdrawn"])

    assert third["events"][0]["state"] == "linked"
    shown = agencies.shown(person, 4)
    said = {e["id"]: e["state"] for e in shown}
    told = [agencies.receipt(r).json() for r in (first, second, third["message_ref"])]
    events = [receipt["events"][0] for receipt in told]
    assert {e["id"]: e["state"] for e in events}.items() <= said.items()


def test_a_receipt_is_read_a_part_at_a_time(agencies):
    """The parts together are the whole, each goes on where the one before ended."""
    person = somebody()
    taken = agencies.post([event(person, "ehcp.draft_issued.v1") for _ in range(7)])
    ref = taken.json()["message_ref"]
    whole = agencies.settled(ref)
    url = agencies.url("education_gateway", f"/messages/{ref}")

    def part(**asked):
        """Return one part of the receipt."""
        return agencies.http.get(url, params=asked, headers=agencies.as_(COUNCIL))

    found, after = [], None
    while True:
        asked = {"limit": 3} | ({} if after is None else {"after": after})
        said = part(**asked).json()
        found += said["events"]
        if (after := said["next"]) is None:
            break

    assert found == whole["events"]
    assert "next" not in whole
    assert len(part(limit=3).json()["events"]) == 3
    assert part(after=99).json()["events"] == []
    assert {part(limit=n).status_code for n in (0, 1001, "x")} == {422}


def test_a_purge_takes_back_what_came_before_it_and_what_comes_after(agencies):
    """The same object with the flag: no version of it stands, in whatever order."""
    person = somebody()
    agencies.publish(event(person, "ehcp.draft_issued.v1"))
    early, late = str(uuid4()), str(uuid4())
    purge = {"purge": True, "sourceversion": 2}
    agencies.publish(event(person, REQUESTED, sourcerecord=late, **purge))
    agencies.publish(
        event(person, REQUESTED, sourcerecord=early),
        event(person, REQUESTED, sourcerecord=late),
    )
    agencies.publish(event(person, REQUESTED, sourcerecord=early, **purge))

    def states():
        """Return type and state of what the timeline shows."""
        return sorted((e["type"], e["state"]) for e in agencies.shown(person, 5))

    taken_back = [("event.withdrawn.v1", "linked"), (REQUESTED, "withdrawn")]
    until(
        lambda: (
            states()
            == sorted([("ehcp.draft_issued.v1", "linked"), *taken_back, *taken_back])
        )
    )
    clocks = agencies.timeline(agencies.child_of(person)).json()["clocks"]
    assert [one["clock"] for one in clocks] == ["ehcp.draft_representations"]


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


def test_a_wrong_check_digit_is_taken_and_never_links(agencies):
    """Two agencies that mistype a number alike still speak of two children."""
    good = somebody()["nhs_number"]
    mistyped = f"{good[:-1]}{(int(good[-1]) + 1) % 10}"
    person = somebody(nhs_number=mistyped, upn=None)
    other = dict(person, local_id="T-1")
    first = agencies.publish(event(person, REQUESTED))
    second = agencies.publish(
        event(other, "referral.received.v1", source=TRUST, data={"service": "slt"})
    )

    assert [r["events"][0]["state"] for r in (first, second)] == ["linked"] * 2
    rows = sql(
        agencies,
        "SELECT count(DISTINCT child_ref) AS children FROM identity_linking.persons"
        " JOIN identity_linking.statements USING (person_ref)"
        f" WHERE nhs_number = '{mistyped}'",
    )
    assert rows[0]["children"] == 2


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
