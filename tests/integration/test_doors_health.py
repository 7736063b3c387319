"""The health door: BaRS-shaped answers, one effect, and FHIR whatever is wrong."""

from uuid import uuid4

import pytest

from tests.support.agencies import COUNCIL, HOSPITAL, TRUST, event, somebody
from tests.support.bars import body_of, referral_bundle, resource_of
from tests.support.local_stack import until

FHIR = "application/fhir+json"


def bundle(person, **changes):
    """Return a referral of *person* under ids of its own."""
    said = {
        "bundle_id": str(uuid4()),
        "record": f"REF-{person['local_id']}",
        "nhs_number": person.get("nhs_number"),
        "local_id": person["local_id"],
        "version": "1",
    }
    return referral_bundle(**(said | changes))


def post(agencies, body, *, request_id=None, headers=None, org=TRUST):
    """Post *body* to the health door; return its answer."""
    said = {"Content-Type": FHIR, "X-Request-ID": request_id or str(uuid4())}
    said |= agencies.as_(org) | (headers or {})
    raw = body if isinstance(body, bytes) else body_of(body)
    url = agencies.url("health_gateway", "/$process-message")
    return agencies.http.post(url, content=raw, headers=said)


def receipt(agencies, location, org=TRUST):
    """Return what the door says of a message."""
    url = agencies.url("health_gateway", location)
    return agencies.http.get(url, headers=agencies.as_(org))


def settled(agencies, answer):
    """Return the receipt of an accepted message once its event is linked."""
    location = answer.headers["Location"]

    def events():
        """Return the events of the message."""
        return receipt(agencies, location).json()["events"]

    until(lambda: events() and events()[0]["state"] != "translated")
    return receipt(agencies, location).json()


def code_of(answer):
    """Return status, BaRS code and issue type of an error, which is FHIR."""
    body = answer.json()
    assert answer.headers["Content-Type"].startswith(FHIR)
    assert body["resourceType"] == "OperationOutcome"
    [issue] = body["issue"]
    return (
        answer.status_code,
        issue["details"]["coding"][0]["code"],
        issue["code"],
    )


def test_a_referral_is_answered_and_can_be_followed(agencies):
    """200 with a response Bundle; the receipt leads to the entry it became."""
    person, own = somebody(), {"X-Correlation-ID": str(uuid4())}
    answer = post(agencies, bundle(person), headers=own)

    assert answer.status_code == 200
    said = answer.json()
    assert (said["resourceType"], said["type"]) == ("Bundle", "message")
    assert said["entry"][0]["resource"]["response"]["code"] == "ok"
    told = settled(agencies, answer)
    assert answer.headers["Location"] == f"/messages/{told['message_ref']}"
    assert answer.headers["X-Correlation-ID"] == own["X-Correlation-ID"]
    [became] = told["events"]
    assert (became["type"], became["state"]) == ("referral.received.v1", "linked")
    found = {name: said for name, said in person.items() if name != "upn"}
    [entry] = agencies.shown(found, 1, TRUST)
    assert (entry["id"], entry["causationid"]) == (became["id"], told["message_ref"])


def test_the_same_again_is_a_duplicate(agencies):
    """Both ids and the bytes again: 409 `duplicate`, and no second event."""
    person, own = somebody(), str(uuid4())
    sent = bundle(person)
    first = post(agencies, sent, request_id=own)
    again = post(agencies, sent, request_id=own)

    assert code_of(again) == (409, "REC_CONFLICT", "duplicate")
    assert again.headers["X-Request-ID"] == own
    assert len(settled(agencies, first)["events"]) == 1


@pytest.mark.parametrize("other", [{"priority": "urgent"}, {"event": "unknown"}, None])
def test_the_same_request_id_with_other_bytes_is_a_conflict(agencies, other):
    """409 `conflict`, never `duplicate`, whatever else is wrong with the bytes."""
    person, own = somebody(), str(uuid4())
    post(agencies, bundle(person), request_id=own)
    body = bundle(person, **other) if other else b"not JSON"

    answer = post(agencies, body, request_id=own)

    assert code_of(answer) == (409, "REC_CONFLICT", "conflict")


def test_an_update_supersedes_and_a_cancellation_is_an_event(agencies):
    """A higher version takes the place of the lower; what is revoked is cancelled."""
    person = somebody(upn=None)
    later = "2026-03-04T09:00:00+00:00"
    last = "2026-03-05T09:00:00+00:00"
    sent = [
        bundle(person),
        bundle(person, version="2", reason="update", timestamp=later),
        bundle(
            person, version="3", reason="update", status="revoked", last_updated=last
        ),
    ]
    told = [settled(agencies, post(agencies, one)) for one in sent]

    shown = {e["id"]: e for e in agencies.shown(person, 3, TRUST)}
    states = [shown[one["events"][0]["id"]]["state"] for one in told]
    assert states == ["superseded", "linked", "linked"]
    types = [one["events"][0]["type"] for one in told]
    assert types == ["referral.received.v1"] * 2 + ["referral.cancelled.v1"]


def without(kind):
    """Return a change that takes every resource of *kind* out of a Bundle."""

    def change(sent):
        """Take it out."""
        sent["entry"] = [
            e for e in sent["entry"] if e["resource"]["resourceType"] != kind
        ]
        return sent

    return change


def born(date):
    """Return a change of the patient's date of birth."""

    def change(sent):
        """Set it."""
        resource_of(sent, "Patient")["birthDate"] = date
        return sent

    return change


BAD = {
    "not JSON": (lambda sent: b"{", 400),
    "not an object": (lambda sent: b"[]", 400),
    "not a Bundle": (lambda sent: {"resourceType": "Patient"}, 400),
    "a NUL": (lambda sent: body_of(sent).replace(b"Vale", rb"Va\u0000le"), 400),
    "half a character": (lambda sent: body_of(sent).replace(b"Vale", rb"\ud800"), 400),
    "nested without end": (lambda sent: b'{"a":' * 5000 + b"1" + b"}" * 5000, 400),
    "no MessageHeader": (without("MessageHeader"), 400),
    "no Patient": (without("Patient"), 400),
    "no request": (without("ServiceRequest"), 400),
    "a birth that does not exist": (born("2018-02-30"), 400),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_told_as_fhir(agencies, name):
    """A 4xx with an outcome that repeats nothing of the person."""
    change, status = BAD[name]
    person = somebody()
    answer = post(agencies, change(bundle(person)))

    assert code_of(answer)[0] == status
    assert answer.headers["X-Request-ID"]
    for value in (person["nhs_number"], person["local_id"], "Vale", "2018-02-30"):
        assert value not in answer.text


@pytest.mark.parametrize("number", ["999123451", "9991234519 ", "ABCDEFGHIJ"])
def test_a_malformed_nhs_number_is_refused(agencies, number):
    """What is not ten digits is no NHS number."""
    answer = post(agencies, bundle(somebody(), nhs_number=number))

    assert code_of(answer)[0] == 400
    assert number.strip() not in answer.text


@pytest.mark.parametrize(
    ("headers", "org", "said"),
    [
        ({"Authorization": "Bearer none"}, TRUST, (401, "REC_UNAUTHORIZED")),
        ({}, HOSPITAL, (403, "REC_FORBIDDEN")),
        ({"X-Request-ID": "P88"}, TRUST, (400, "REC_BAD_REQUEST")),
        ({"Content-Type": "text/plain"}, TRUST, (415, "REC_UNPROCESSABLE_ENTITY")),
    ],
)
def test_who_asks_wrongly_is_told_as_fhir(agencies, headers, org, said):
    """Tokens, senders, headers and media types are judged as at the other door."""
    answer = post(agencies, bundle(somebody()), headers=headers, org=org)

    assert code_of(answer)[:2] == said


def test_a_body_that_is_too_large_is_a_413(agencies):
    """6 MB are too much."""
    answer = post(agencies, b" " * 6_000_000)

    assert code_of(answer)[0] == 413


def test_another_senders_message_is_an_unknown_one(agencies):
    """A reference of somebody else answers, byte for byte, as one that never was."""
    location = post(agencies, bundle(somebody())).headers["Location"]
    others = [location, f"/messages/{uuid4()}", "/messages/c-1"]
    answers = [receipt(agencies, one, COUNCIL) for one in others]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_the_record_is_one_whichever_door_it_came_through(agencies):
    """A patient of the trust, by system and value, is its person at the other door."""
    person = somebody(upn=None)
    settled(agencies, post(agencies, bundle(person)))
    local = {"local_id": f"https://trust.example/Id/patient|{person['local_id']}"}
    agencies.publish(event(local, "assessment.completed.v1", source=TRUST))

    kinds = [e["type"] for e in agencies.shown(person, 2, TRUST)]
    assert sorted(kinds) == ["assessment.completed.v1", "referral.received.v1"]


def answering(person, request_id):
    """Return the response that validation of a referral is done."""
    said = bundle(person)
    header = resource_of(said, "MessageHeader")
    header["eventCoding"]["code"] = "servicerequest-response"
    header["response"] = {"identifier": request_id, "code": "ok"}
    request = resource_of(said, "ServiceRequest")
    request["status"] = "completed"
    request["category"][0]["coding"][0]["code"] = "validation"
    return said


def test_a_response_answers_a_request_that_was_heard(agencies):
    """By the id of its Bundle; one that answers none is a 404, and is kept."""
    person = somebody(upn=None)
    asked = bundle(person)
    settled(agencies, post(agencies, asked))

    known = post(agencies, answering(person, asked["id"]))
    unknown = post(agencies, answering(person, str(uuid4())))

    assert known.status_code == 200
    assert [e["type"] for e in settled(agencies, known)["events"]] == [
        "referral.triaged.v1"
    ]
    assert code_of(unknown) == (404, "REC_NOT_FOUND", "not-found")
    assert receipt(agencies, unknown.headers["Location"]).json()["state"] == "refused"
