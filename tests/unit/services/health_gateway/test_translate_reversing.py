"""What a version of a record says that was not so, or is so no longer."""

import pytest

from schemas.statement import IN_PASSING
from tests.support.fhir import stated
from tests.support.resources import appointment, patient, service_request, task

SEEN, ABSENT, OFF = (
    f"{word}@2026-04-01T09:00:00+01:00" for word in ("seen", "absent", "off")
)


def said_by(resource):
    """Return what the version that *resource* is says of others, the same each time."""
    (reversal,) = {one.reversal for one in stated(resource)}

    return reversal


def undone(resource):
    """Return the facets of which it takes something back."""
    return {facet for _, facet in said_by(resource).undoes}


def referral(status, **more):
    """Return a referral of that status."""
    return service_request("p", "r", status=status, **more)


def of_patient(kind, status, **more):
    """Return a resource that names its patient."""
    who = "patient" if kind == "EpisodeOfCare" else "subject"
    named = {"resourceType": kind, "id": "x", "status": status}
    return named | {who: {"reference": "Patient/p"}} | more


PLAN = {"intent": "plan"}
VISIT = {"class": {"code": "AMB"}}
CODE = {"code": {"text": "x"}}
WORKS = [
    (referral("active"), {"#cancelled", "#discharged"}),
    (referral("revoked"), {"#discharged"}),
    (referral("on-hold"), set()),
    (referral("draft"), {"", "#provision", "#cancelled", "#discharged"}),
    (task("r", "t", "requested"), {"#decision", "#cancelled", "#given"}),
    (task("r", "t", "accepted"), {"#cancelled"}),
    (task("r", "t", "rejected"), {"#cancelled"}),
    (of_patient("EpisodeOfCare", "active"), {"#discharged"}),
    (of_patient("EpisodeOfCare", "finished"), set()),
    (of_patient("CarePlan", "active", **PLAN), {"#ended"}),
    (of_patient("Encounter", "cancelled", **VISIT), {"#outcome", "#discharged", "#started"}),
    (of_patient("Encounter", "unknown", **VISIT), set()),
    (of_patient("DiagnosticReport", "cancelled", **CODE), {""}),
    (of_patient("Procedure", "not-done"), {"", "#started"}),
    (of_patient("Procedure", "completed"), set()),
    (patient({"family_name": "V", "given_name": "A", "date_of_birth": "2018-05-04"}, "p",
             deceasedBoolean=False, identifier=[]), {"#died"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("resource", "facets"),
    WORKS,
    ids=[f"{one['resourceType']} {one.get('status')}" for one, _ in WORKS],
)
def test_what_a_version_takes_back(resource, facets):
    """A record that is again what it was takes back that it had ended, and no more."""
    assert undone(resource) == facets


@pytest.mark.parametrize("more", [{"doNotPerform": True}, {"implicitRules": "urn:x"}])
def test_a_version_that_is_not_to_be_done_takes_everything_back(more):
    """Whatever the referral's other versions said, none of it stands beside this."""
    found = said_by(referral("active", **more))

    assert {said for said, _ in found.undoes} == {"*"}
    assert {"", "#cancelled", "#decision"} <= undone(referral("active", **more))


def test_an_appointment_takes_back_what_became_of_it_at_that_time():
    """A booking of another time leaves what happened; a cancellation, who did not come."""
    found = {
        status: said_by(appointment("p", "a", status))
        for status in ("booked", "cancelled", "fulfilled", "noshow")
    }

    assert {said for said, _ in found["booked"].undoes} == {SEEN, ABSENT, OFF}
    assert {said for said, _ in found["cancelled"].undoes} == {SEEN}
    assert found["fulfilled"].said == SEEN
    assert found["noshow"].said == ABSENT


def test_a_wait_is_outdated_by_whatever_comes_after_it():
    """Whoever is booked, seen or active waits no longer; whoever waits still does."""
    booked = said_by(appointment("p", "a", "booked"))
    waits = said_by(appointment("p", "a", "waitlist"))

    assert booked.outdates == (waits.said,)
    assert waits.outdates == ()
    assert said_by(of_patient("EpisodeOfCare", "finished")).outdates == ("#waiting",)


def test_a_task_speaks_for_itself_where_it_speaks_of_a_referral():
    """What it says in passing is of the lowest version; its own version decides what holds."""
    (one,) = stated(task("r", "t", "requested", meta={"versionId": "7"}))

    assert (one.sourcerecord, one.sourceversion) == ("ServiceRequest/r", IN_PASSING)
    assert (one.reversal.record, one.reversal.version) == ("Task/t", 7)
