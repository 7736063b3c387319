"""A record that names another by an identifier is about that other's patient."""

import json

import pytest

from tests.support.bars import body_of, referral_bundle
from tests.support.fhir import retold_of, stated
from tests.support.golden import FOLDER
from tests.support.resources import (
    appointment,
    bundle_of,
    reference_to,
    service_request,
    task,
)

UBRN = {"system": "https://fhir.nhs.uk/Id/UBRN", "value": "000049663414"}
NAME = "ServiceRequest|https://fhir.nhs.uk/Id/UBRN|000049663414"
TYPED = {"type": "ServiceRequest", "identifier": UBRN}
WHOLE = "http://hl7.org/fhir/StructureDefinition/ServiceRequest"
REFERRAL = service_request("pat-1", "sr-1", identifier=[UBRN])


def told(focus, **more):
    """Return the person of a Task that has come by itself."""
    [said] = stated(task("-", "t-1", "accepted", focus=focus, **more))

    return dict(said.person)


@pytest.mark.parametrize(
    "focus",
    [
        TYPED,
        {"identifier": UBRN},
        {"type": WHOLE, "identifier": UBRN},
        {"reference": f"ServiceRequest?identifier={UBRN['system']}|{UBRN['value']}"},
    ],
)
def test_a_task_of_a_referral_by_its_identifier_is_about_its_patient(focus):
    """What the Task calls the referral is what the referral's own events are called too."""
    [said] = stated(REFERRAL)

    assert told(focus) == {"local_id": NAME, "other_ids": ["Task/t-1"]}
    assert said.person["local_id"] == "Patient/pat-1"
    assert NAME in said.person["other_ids"]


@pytest.mark.parametrize("member", ["basedOn", "replaces"])
def test_so_is_a_referral_that_continues_another(member):
    """By whichever member it names the other."""
    [said] = stated(
        {**service_request("-", "sr-2"), member: [TYPED], "subject": {"display": "x"}}
    )

    assert said.person["local_id"] == NAME


def test_an_appointment_of_a_referral_by_its_identifier_is_about_its_patient():
    """Where no participant is a patient."""
    [said] = stated(appointment("-", "a", "booked", participant=[], basedOn=[TYPED]))

    assert said.person["local_id"] == NAME


@pytest.mark.parametrize("focus", [TYPED, {"identifier": UBRN}])
@pytest.mark.parametrize("form", ["transaction", "collection"])
def test_in_one_bundle_the_referral_itself_is_found(form, focus):
    """As by a reference, and the translator reads the same as the door."""
    bundle = bundle_of(form, task("-", "t-1", "accepted", focus=focus), REFERRAL)
    [accepted, received] = stated(bundle)

    assert accepted.person["local_id"] == received.person["local_id"] == "Patient/pat-1"
    assert retold_of(bundle) == [accepted, received]


def test_a_referral_that_came_as_a_message_is_called_so_as_well():
    """A Task may follow what BaRS began."""
    message = referral_bundle()
    request = message["entry"][1]["resource"]
    request["identifier"] = [UBRN]
    [said] = stated(body_of(message))

    assert NAME in said.person["other_ids"]


def test_a_value_of_no_system_names_nothing():
    """It may be anything's."""
    assert (
        stated(task("-", "t", "accepted", focus={"identifier": {"value": "1"}})) == []
    )


def test_whoever_a_task_is_for_comes_first():
    """The patient that it names itself."""
    assert told(TYPED, **{"for": reference_to("p")})["local_id"] == "Patient/p"


def test_a_record_does_not_lead_to_itself():
    """A Task may have the number of its referral as its own."""
    own = {"identifier": [UBRN]}

    assert told({"identifier": UBRN}, **own)["local_id"] == NAME


def test_a_patient_behind_a_long_address_is_found_by_it():
    """The address of a record in another service is as good a name as a short one."""
    far = f"https://trust.example/{'fhir/' * 30}Patient/p"
    [said] = stated(service_request("-", "sr-1", subject={"reference": far}))
    [came] = stated(
        {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [{"fullUrl": far, "resource": {"resourceType": "Patient"}}],
        }
    )

    assert said.person["local_id"] == came.person["local_id"]
    assert said.person["local_id"].startswith("urn:sha256:")


def test_a_booking_whose_patient_did_not_come_is_about_whom_it_names():
    """A participant by reference alone, or the referral that it is based on."""
    for said in (
        {"participant": [{"actor": reference_to("p"), "status": "accepted"}]},
        {"basedOn": [{"reference": "ServiceRequest/sr-1"}]},
    ):
        booking = booked() | {"participant": []} | said
        header, *rest = booking_message()["entry"]
        others = [e for e in rest if e["resource"]["resourceType"] == "Organization"]
        entry = {"fullUrl": "urn:uuid:appointment", "resource": booking}
        [found] = stated(booking_message() | {"entry": [header, entry, *others]})

        assert found.type == "appointment.booked.v1"
        assert found.person["local_id"] in {"Patient/p", "ServiceRequest/sr-1"}


def booking_message():
    """Return a booking as the pairs of files have it."""
    return json.loads((FOLDER / "bars_booking_new.fhir.json").read_text("utf-8"))


def booked():
    """Return its Appointment."""
    held = (entry["resource"] for entry in booking_message()["entry"])
    return next(one for one in held if one["resourceType"] == "Appointment")
