"""Resources in the forms that FHIR's own examples have: taken, whatever they are about."""

import pytest

from services.health_gateway.errors import FhirRefused
from tests.support.bars import body_of, referral_bundle
from tests.support.fhir import read_message, retold_of, stated, taken

WHO = {"reference": "Patient/example"}
PETER = {
    "resourceType": "Patient",
    "active": True,
    "name": [{"family": "Chalmers", "given": ["Peter"]}],
    "birthDate": "2014-12-25",
}
URN = "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a"


def appointment(**more):
    """Return an appointment that is only asked for."""
    return {
        "resourceType": "Appointment",
        "id": "examplereq",
        "status": "proposed",
        "participant": [{"actor": WHO, "status": "needs-action"}],
    } | more


def bundle(form, *entries):
    """Return a Bundle."""
    return {"resourceType": "Bundle", "type": form, "entry": list(entries)}


def put(resource, url="Patient", **more):
    """Return an entry of a transaction."""
    return {"resource": resource, "request": {"method": "POST", "url": url}} | more


def test_an_appointment_may_be_asked_for_within_periods():
    """R4 has many of them; the first that says when it begins is taken."""
    asked = {"requestedPeriod": [{"end": "2026-06-01"}, {"start": "2026-06-02"}]}
    booked = appointment(status="booked", **asked)

    assert [s.type for s in stated(appointment(**asked))] == ["health.unclassified.v1"]
    assert stated(booked)[0].data["appointment_on"] == "2026-06-02"


def test_a_patient_whom_nobody_has_named_is_a_person_of_its_own():
    """By the address that holds within the message, else by the message and place."""
    [alone] = stated(PETER)
    two = bundle("transaction", put(PETER, fullUrl=URN), put(PETER))
    first, second = (s.person["local_id"] for s in stated(two))

    assert alone.person["local_id"].endswith("/0")
    assert (first, second.endswith("/1")) == (URN, True)
    assert retold_of(two) == stated(two)


def test_a_record_of_a_patient_without_a_name_is_of_the_same_person():
    """What came together is about one person, as the sender's reference says."""
    seen = {
        "resourceType": "Condition",
        "id": "c1",
        "subject": {"reference": URN},
    }
    told = bundle("collection", {"resource": PETER, "fullUrl": URN}, {"resource": seen})

    assert {s.person["local_id"] for s in stated(told)} == {URN}
    assert retold_of(told) == stated(told)


@pytest.mark.parametrize(
    "form", ["searchset", "transaction-response", "batch-response"]
)
def test_what_a_server_gave_is_taken_as_a_collection(form):
    """Each resource in it says what it says anywhere else."""
    held = {"resource": {**PETER, "id": "example"}, "search": {"mode": "match"}}
    answered = {"response": {"status": "201"}}
    found = bundle(form, held) if form == "searchset" else bundle(form, answered)

    types = [s.type for s in stated(found)]

    assert types == (["demographics.changed.v1"] if form == "searchset" else [])
    assert retold_of(found) == stated(found)


@pytest.mark.parametrize(
    "url", ["Flag/1", "https://trust.example/FHIR/R4/Flag/1", "Flag/1/_history/3"]
)
def test_a_history_names_what_was_deleted_as_its_server_does(url):
    """By type and id, wherever the server is and whichever version it was."""
    gone = bundle("history", {"request": {"method": "DELETE", "url": url}})

    named = {s.data["withdraws"]["sourcerecord"] for s in stated(gone)}

    assert "Flag/1" in {name.partition("#")[0] for name in named}


@pytest.mark.parametrize("own", ["", "a b", "x" * 65, "1?x=1", "\0"])
def test_nothing_is_deleted_that_has_no_id(own):
    """FHIR's ids are of few characters, and nothing was ever put under another."""
    gone = bundle("history", {"request": {"method": "DELETE", "url": f"Flag/{own}"}})

    with pytest.raises(FhirRefused):
        taken(gone)


@pytest.mark.parametrize(
    ("version", "good"),
    [("1.0.0-alpha", True), ("1.4.0", True), ("7", True), ("2.0.0", False)],
)
def test_a_message_of_another_version_of_the_standard_is_not_read(version, good):
    """BaRS Core 1.x is; a plain number is a version of the Bundle."""
    message = referral_bundle()
    message["meta"] = {**message.get("meta", {}), "versionId": version}

    if good:
        assert read_message(body_of(message)).event == "servicerequest-request"
        return
    with pytest.raises(FhirRefused) as refused:
        read_message(body_of(message))
    assert refused.value.status == 422
