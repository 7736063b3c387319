"""What systems send that is right and seldom: once each, of the right child, not refused."""

import pytest

from schemas.statement import IN_PASSING
from services.health_gateway.errors import FhirRefused
from tests.support.fhir import retold_of, stated, taken
from tests.support.resources import (
    SNOMED,
    appointment,
    bundle_of,
    patient,
    reference_to,
)

WRONG = "entered-in-error"
CHILD = {"family_name": "Vale", "given_name": "Ann", "date_of_birth": "2018-05-04"}


def visit(**more):
    """Return an Encounter that is over."""
    return {
        "resourceType": "Encounter",
        "id": "e",
        "status": "finished",
        "class": {"code": "AMB"},
        "subject": reference_to("p"),
        "period": {"start": "2026-04-01T09:05:00+01:00"},
    } | more


@pytest.mark.parametrize("together", [False, True])
def test_a_visit_that_names_its_appointment_is_the_same_attendance(together):
    """The appointment's own word supersedes it, so that a child is seen once."""
    kept = appointment("p", "a", "fulfilled")
    seen = visit(appointment=[{"reference": "Appointment/a"}])
    said = stated(bundle_of("collection", kept, seen)) if together else [
        *stated(kept), *stated(seen)
    ]  # fmt: skip
    booked, visited = said

    assert booked.type == visited.type == "appointment.attended.v1"
    assert booked.sourcerecord == visited.sourcerecord
    assert booked.sourceversion > visited.sourceversion == IN_PASSING
    assert visited.in_passing
    assert stated(visit())[0].sourcerecord == "Encounter/e#outcome"
    assert retold_of(seen) == [visited] or together


def test_a_visit_that_was_a_mistake_takes_back_what_it_said_of_its_appointment():
    """What the appointment says of itself is of a higher version, and stays."""
    named = {"appointment": [{"reference": "Appointment/a"}]}
    taken_back = [one.data["withdraws"] for one in stated(visit(**named, status=WRONG))]
    without = [one.data["withdraws"] for one in stated(visit(status=WRONG))]

    assert {"sourcerecord": "Appointment/a#outcome", "upto": IN_PASSING} in taken_back
    assert len(taken_back) == len(without) + 1


OUTCOMES = "https://fhir.hl7.org.uk/CodeSystem/UKCore-OutcomeOfAttendanceEngland"
ATTENDED = "https://trust.example/CodeSystem/AttendedOrDidNotAttend"


def coded_with(system, code):
    """Return an extension with a code, as UK Core carries an attendance."""
    concept = {"coding": [{"system": system, "code": code}]}
    return [{"url": "https://x.example/ext", "valueCodeableConcept": concept}]


@pytest.mark.parametrize("code", ["1", "2", "3"])
def test_what_came_of_an_attendance_says_that_it_was_one(code):
    """Its second and third code are further appointments, not a cancellation or absence."""
    kept = appointment("p", "a", "fulfilled", extension=coded_with(OUTCOMES, code))

    assert stated(kept)[0].type == "appointment.attended.v1"


@pytest.mark.parametrize(
    ("born", "name"),
    [("2018-05-04", "was_not_brought"), ("1990-05-04", "did_not_attend")],
)
@pytest.mark.parametrize(
    "said",
    [
        {"cancelationReason": {"coding": [{"system": SNOMED, "code": "281399006"}]}},
        {"extension": coded_with(ATTENDED, "3")},
    ],
)
def test_a_cancellation_because_nobody_came_is_an_absence(said, born, name):
    """By SNOMED's code or the national one, and by what it is called at that age."""
    came = patient(CHILD | {"date_of_birth": born}, "p", identifier=[])
    gone = appointment("p", "a", "cancelled", **said)
    [*_, found] = stated(bundle_of("collection", came, gone))

    assert found.type == f"appointment.{name}.v1"


@pytest.mark.parametrize("died", ["2026", "2026-02", "2026-02-03", "9999-12-31"])
def test_a_death_is_heard_of_however_precisely_it_is_dated(died):
    """A month is enough for it to be told; only a day is told as the day."""
    [found] = stated(patient(CHILD, "p", deceasedDateTime=died))

    assert found.type == "person.died.v1"
    assert found.data.get("died_on") == (died if died == "2026-02-03" else None)


def test_answers_of_the_patient_are_about_the_patient():
    """A questionnaire may name only who answered it."""
    answers = {
        "resourceType": "QuestionnaireResponse",
        "id": "q",
        "status": "completed",
    }
    parent = {"reference": "RelatedPerson/r"}

    assert stated(answers | {"source": reference_to("p")})[0].person["local_id"]
    assert stated(answers | {"source": parent}) == []


def test_a_type_of_an_earlier_release_is_told_its_name_in_this_one():
    """Whoever sends STU3 learns what to send in its place."""
    with pytest.raises(FhirRefused) as found:
        taken({"resourceType": "ReferralRequest", "status": "active"})

    assert "ServiceRequest" in found.value.rule


@pytest.mark.parametrize("kind", ["Encounter", "Appointment", "Communication"])
def test_a_priority_need_not_be_a_code_of_a_request(kind):
    """An Encounter's is a concept and an appointment's a number; neither is in the way."""
    urgent = {
        "Encounter": visit(priority={"coding": [{"code": "UR"}]}),
        "Appointment": appointment("p", "a", "fulfilled", priority=1),
        "Communication": {
            "resourceType": "Communication",
            "id": "c",
            "status": "completed",
            "priority": "banana",
            "subject": reference_to("p"),
        },
    }
    [found] = stated(urgent[kind])

    assert "priority" not in found.data


def test_a_status_that_is_no_code_is_left_out():
    """Where R4's status is not looked at, words in it do not stop the rest."""
    words = {"resourceType": "CommunicationRequest", "id": "c", "status": "not yet"}
    [found] = stated(words | {"subject": reference_to("p")})

    assert found.type == "health.unclassified.v1"
    assert "status" not in found.data
    assert "field-left-out" in found.flags
