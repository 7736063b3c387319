"""Bare resources of R4: from the door to the timeline, whoever and however they name."""

from uuid import uuid4

import pytest

from tests.support.agencies import COUNCIL, TRUST, somebody
from tests.support.fhir_door import put, send, settled
from tests.support.local_stack import until
from tests.support.resources import (
    appointment,
    bundle_of,
    observation,
    patient,
    service_request,
    task,
)


def types(agencies, person, count):
    """Return the types on a person's timeline, once there are *count*."""
    return sorted(e["type"] for e in agencies.shown(person, count, TRUST))


def test_a_referral_and_its_task_reach_the_timeline(agencies):
    """Each is answered 201 with an OperationOutcome, and is followed by its receipt."""
    person = somebody(upn=None)
    own = f"pat-{uuid4()}"
    sent = [
        patient(person, own),
        service_request(own, f"sr-{own}", code="308452008"),
        task(f"sr-{own}", f"t-{own}", "accepted"),
        appointment(own, f"a-{own}", "booked"),
    ]
    answers = [put(agencies, one) for one in sent]

    assert [answer.status_code for answer in answers] == [201] * 4
    for answer in answers:
        assert answer.json()["resourceType"] == "OperationOutcome"
        [event] = settled(agencies, answer)["events"]
        assert event["state"] == "linked"
    assert types(agencies, person, 4) == [
        "appointment.booked.v1",
        "demographics.changed.v1",
        "referral.accepted.v1",
        "referral.received.v1",
    ]


def test_who_is_named_by_reference_alone_joins_when_the_patient_comes(agencies):
    """Records about a reference, and records about those records, are the child's."""
    person = somebody(upn=None)
    own = f"pat-{uuid4()}"
    settled(agencies, put(agencies, task(f"sr-{own}", f"t-{own}", "on-hold")))
    settled(agencies, put(agencies, service_request(own, f"sr-{own}")))
    settled(agencies, put(agencies, patient(person, own)))

    assert types(agencies, person, 3) == [
        "demographics.changed.v1",
        "referral.info_requested.v1",
        "referral.received.v1",
    ]


def test_one_reference_to_two_children_joins_neither(agencies):
    """A record that passes to another patient never makes the two one child."""
    one, other = somebody(upn=None), somebody(upn=None)
    first, second = f"pat-{uuid4()}", f"pat-{uuid4()}"
    record = f"sr-{first}"
    for sent in (
        patient(one, first),
        patient(other, second),
        service_request(first, record, version="1"),
        service_request(second, record, version="2"),
        task(record, f"t-{first}", "accepted"),
    ):
        settled(agencies, put(agencies, sent))

    assert agencies.child_of(one, TRUST) != agencies.child_of(other, TRUST)


def test_a_deleted_record_is_withdrawn(agencies):
    """DELETE takes back every side of a record, of whomever it was."""
    person = somebody(upn=None)
    own = f"pat-{uuid4()}"
    settled(agencies, put(agencies, patient(person, own)))
    settled(agencies, put(agencies, task(own, f"t-{own}", "rejected", whose=own)))
    gone = send(agencies, "DELETE", f"/Task/t-{own}")

    assert gone.status_code == 200
    settled(agencies, gone)
    until(
        lambda: (
            {
                e["state"]
                for e in agencies.entries(agencies.child_of(person, TRUST), TRUST)
                if e["type"] == "referral.rejected.v1"
            }
            == {"withdrawn"}
        )
    )
    again = task(own, f"t-{own}", "rejected", whose=own, meta={"versionId": "2"})
    [event] = settled(agencies, put(agencies, again))["events"]
    assert event["state"] == "linked"


def test_a_referral_that_is_active_again_is_owed_again(agencies):
    """The clock that its cancellation stopped runs on once a newer version is active."""
    person, own = somebody(upn=None), f"pat-{uuid4()}"
    settled(agencies, put(agencies, patient(person, own)))
    found = []
    for version, status, count in (
        ("1", "active", 2),
        ("2", "revoked", 3),
        ("3", "active", 5),
    ):
        said = service_request(own, f"sr-{own}", version=version, status=status)
        settled(agencies, put(agencies, said))
        agencies.shown(person, count, TRUST)
        clocks = agencies.timeline(agencies.child_of(person, TRUST), TRUST).json()[
            "clocks"
        ]
        found.append([clock["state"] for clock in clocks])

    assert found[1] == ["stopped"]
    assert found[2] == found[0] != ["stopped"]


def test_what_no_type_says_is_on_the_timeline_all_the_same(agencies):
    """An Observation is there as unclassified, with what it is and no more."""
    person = somebody(upn=None)
    own = f"pat-{uuid4()}"
    settled(agencies, put(agencies, patient(person, own)))
    settled(agencies, put(agencies, observation(own, f"o-{own}")))

    [found] = [
        e["data"]
        for e in agencies.shown(person, 2, TRUST)
        if e["type"] == "health.unclassified.v1"
    ]
    assert found == {"resource_type": "Observation", "status": "final"}


def test_what_is_about_nobody_is_taken_and_makes_no_event(agencies):
    """An Organization is answered 201, with a word that it makes no event."""
    answer = send(
        agencies,
        "POST",
        "/Organization",
        {"resourceType": "Organization", "id": "o1", "name": "Vale"},
    )

    assert answer.status_code == 201
    assert "no event" in answer.text
    assert settled(agencies, answer)["events"] == []


def test_a_transaction_is_taken_whole_or_not_at_all(agencies):
    """Entries point at each other; one that is wrong refuses all."""
    person = somebody(upn=None)
    own = f"pat-{uuid4()}"
    sent = [patient(person, own), service_request(own, f"sr-{own}")]
    good = send(agencies, "POST", "", bundle_of("transaction", *sent))
    bad = send(
        agencies, "POST", "", bundle_of("transaction", *sent, {"resourceType": "Task"})
    )

    assert good.status_code == 200
    said = good.json()
    assert said["type"] == "transaction-response"
    assert [e["response"]["status"] for e in said["entry"]] == ["201 Created"] * 2
    places = [event["place"] for event in settled(agencies, good)["events"]]
    assert places == [0, 1]
    assert bad.status_code == 400
    assert bad.json()["issue"][0]["expression"][0].startswith("Bundle.entry[2]")
    assert len(agencies.shown(person, 2, TRUST)) == 2


def test_a_batch_takes_each_entry_by_itself(agencies):
    """What is wrong is told in its place; the others go on."""
    person = somebody(upn=None)
    own = f"pat-{uuid4()}"
    wrong = {"resourceType": "Task", "id": "x", "intent": "order"}
    sent = bundle_of("batch", patient(person, own), wrong, observation(own, f"o-{own}"))
    answer = send(agencies, "POST", "", sent)

    statuses = [e["response"]["status"][:3] for e in answer.json()["entry"]]
    assert statuses == ["201", "400", "201"]
    states = {e["place"]: e["state"] for e in settled(agencies, answer)["events"]}
    assert states == {0: "linked", 1: "refused", 2: "linked"}


def test_the_same_again_is_a_duplicate(agencies):
    """The same request id and bytes: 409, and where the first went."""
    person, own = somebody(upn=None), f"pat-{uuid4()}"
    said = {"X-Request-ID": str(uuid4())}
    first = put(agencies, patient(person, own), headers=said)
    again = put(agencies, patient(person, own), headers=said)

    assert (first.status_code, again.status_code) == (201, 409)
    assert again.json()["issue"][0]["code"] == "duplicate"
    assert again.headers["Location"] == first.headers["Location"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("PUT", "/Task/other", task("sr", "t", "accepted"), 400, "REC_BAD_REQUEST"),
        ("POST", "/Patient", task("sr", "t", "accepted"), 400, "REC_BAD_REQUEST"),
        ("POST", "/Banana", {"resourceType": "Banana"}, 400, "REC_BAD_REQUEST"),
        ("POST", "", {"resourceType": "Bundle", "type": "other"}, 400, None),
        ("GET", "/Task/t", None, 501, "REC_NOT_IMPLEMENTED"),
        ("PATCH", "/Task/t", task("sr", "t", "accepted"), 501, "REC_NOT_IMPLEMENTED"),
    ],
)
def test_what_is_wrong_is_told_as_fhir(agencies, method, path, body, status, code):
    """Every refusal is an OperationOutcome with BaRS's code."""
    answer = send(agencies, method, path, body)

    assert answer.status_code == status
    [issue] = answer.json()["issue"]
    assert code in {None, issue["details"]["coding"][0]["code"]}


def test_this_service_describes_itself(agencies):
    """Metadata and message definitions are FHIR, for anybody."""
    found = [
        agencies.http.get(agencies.url("health_gateway", path)).json()["resourceType"]
        for path in ("/metadata", "/FHIR/R4/metadata", "/MessageDefinition")
    ]

    assert found == ["CapabilityStatement", "CapabilityStatement", "Bundle"]


def test_an_answer_is_xml_where_that_is_asked_for(agencies):
    """FHIR is spoken in both of its formats."""
    answer = send(
        agencies, "GET", "/metadata", headers={"Accept": "application/fhir+xml"}
    )

    assert answer.headers["Content-Type"].startswith("application/fhir+xml")
    assert answer.text.startswith("<?xml")


def test_a_council_may_send_a_task_too(agencies):
    """The door is for whoever publishes, by the organisation of its token."""
    person, own = somebody(upn=None), f"pat-{uuid4()}"
    answer = put(agencies, patient(person, own), org=COUNCIL)

    assert answer.status_code == 201


def test_a_batch_that_is_wrong_throughout_is_kept_as_refused(agencies):
    """Each entry is told why; what came can be followed, and makes no event."""
    wrong = {"resourceType": "Task", "id": "x", "intent": "order"}
    answer = send(agencies, "POST", "", bundle_of("batch", wrong, wrong))

    assert answer.status_code == 200
    statuses = [e["response"]["status"][:3] for e in answer.json()["entry"]]
    assert statuses == ["400", "400"]
    assert settled(agencies, answer)["state"] == "refused"


def test_every_entry_of_a_long_bundle_goes_on(agencies):
    """Six hundred entries of one Bundle are six hundred events, none left behind."""
    person = somebody(upn=None)
    own = f"pat-{uuid4()}"
    tasks = [task(f"sr-{own}", f"t-{own}-{n}", "on-hold") for n in range(600)]
    whole = bundle_of("collection", patient(person, own), *tasks)
    answer = send(agencies, "POST", "", whole)

    until(lambda: len(settled(agencies, answer)["events"]) == 601)
    events = settled(agencies, answer)["events"]
    assert {event["state"] for event in events} == {"linked"}
