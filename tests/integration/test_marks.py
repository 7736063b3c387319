"""What a record says in the light of its earlier versions, on a real stack."""

from functools import partial
from uuid import uuid4

import pytest

from tests.support.agencies import TRUST, somebody
from tests.support.fhir_door import put, settled
from tests.support.resources import appointment, patient, reference_to, task


def types_of(agencies, answer):
    """Return the types of the events of an accepted request."""
    return [event["type"] for event in settled(agencies, answer)["events"]]


def test_an_appointment_at_another_time_is_moved(agencies):
    """The same record, booked again for another start, was rescheduled."""
    person, own = somebody(upn=None), f"pat-{uuid4()}"
    settled(agencies, put(agencies, patient(person, own)))
    first = appointment(own, f"a-{own}", "booked")
    later = {"start": "2026-05-01T09:00:00+01:00", "end": "2026-05-01T09:30:00+01:00"}
    said = [
        first,
        first | {"meta": {"versionId": "2"}},
        first | {"meta": {"versionId": "3"}} | later,
    ]

    found = [types_of(agencies, put(agencies, one)) for one in said]

    assert found == [
        ["appointment.booked.v1"],
        ["appointment.booked.v1"],
        ["appointment.rescheduled.v1"],
    ]
    states = {
        e["type"]: e["state"]
        for e in agencies.shown(person, 4, TRUST)
        if e["category"] == "appointment"
    }
    assert states["appointment.rescheduled.v1"] == "linked"


def test_an_episode_that_becomes_active_ends_a_wait_that_was_heard_of(agencies):
    """Whoever was on the waiting list is no longer; whoever was not never was."""
    person, own = somebody(upn=None), f"pat-{uuid4()}"
    settled(agencies, put(agencies, patient(person, own)))

    def episode(nth, version, status):
        """Return an EpisodeOfCare."""
        return {
            "resourceType": "EpisodeOfCare",
            "id": f"e{nth}-{own}",
            "meta": {"versionId": version, "lastUpdated": "2026-03-05T09:00:00Z"},
            "status": status,
            "patient": reference_to(own),
            "period": {"start": "2026-02-01"},
        }

    said = [episode(1, "1", "waitlist"), episode(1, "2", "active")]
    found = [types_of(agencies, put(agencies, one)) for one in said]
    other = types_of(agencies, put(agencies, episode(2, "1", "active")))

    assert found[0] == ["waiting_list.added.v1"]
    assert sorted(found[1]) == ["provision.started.v1", "waiting_list.removed.v1"]
    assert other == ["provision.started.v1"]


def first_of(own, version):
    """Return an appointment to which nobody came, as it was last updated long ago."""
    meta = {"lastUpdated": "2026-03-04T09:00:00Z"} | numbered(version)
    return appointment(own, f"a-{own}", "noshow", meta=meta)


def numbered(version):
    """Return what a record says of its version."""
    return {"versionId": version} if version else {}


@pytest.mark.parametrize("versions", [(None, "2"), ("2", None), (None, None)])
@pytest.mark.parametrize(
    ("ends", "state"), [("fulfilled", "superseded"), ("entered-in-error", "withdrawn")]
)
def test_what_is_said_later_holds_with_or_without_a_number(
    agencies, versions, ends, state
):
    """A record may be numbered from its second version on, or at first only."""
    person, own = somebody(upn=None), f"pat-{uuid4()}"
    settled(agencies, put(agencies, patient(person, own)))
    first, meta = first_of(own, versions[0]), numbered(versions[1])

    answer = put(agencies, first)
    settled(agencies, answer)
    later = put(agencies, appointment(own, f"a-{own}", ends, meta=meta))
    settled(agencies, later)
    repeated = put(agencies, first)

    for one in (answer, repeated):
        assert {e["state"] for e in settled(agencies, one)["events"]} == {state}
    assert {e["state"] for e in settled(agencies, later)["events"]} <= {"linked"}


def test_what_a_task_decides_later_without_a_number_holds(agencies):
    """Though it only spoke of the referral in passing while it had numbers."""
    person, own = somebody(upn=None), f"pat-{uuid4()}"
    settled(agencies, put(agencies, patient(person, own)))
    said = partial(task, own, f"t-{own}", whose=own)
    settled(agencies, put(agencies, said("requested", meta={"versionId": "2"})))

    later = put(agencies, said("accepted", meta={}))

    [decided] = settled(agencies, later)["events"]
    assert (decided["type"], decided["state"]) == ("referral.accepted.v1", "linked")


def test_what_a_task_takes_back_later_without_a_number_is_taken_back(agencies):
    """Though it says in passing only what it had said so before."""
    person, own = somebody(upn=None), f"pat-{uuid4()}"
    settled(agencies, put(agencies, patient(person, own)))
    said = partial(task, own, f"t-{own}", whose=own)
    settled(agencies, put(agencies, said("requested", meta={"versionId": "1"})))
    accepted = put(agencies, said("accepted", meta={"versionId": "2"}))
    settled(agencies, accepted)

    settled(agencies, put(agencies, said("requested", meta={})))

    [decided] = settled(agencies, accepted)["events"]
    assert (decided["type"], decided["state"]) == ("referral.accepted.v1", "withdrawn")


def test_what_was_changed_before_all_was_sent_is_in_order(agencies):
    """A record's own days decide, where a night's changes are sent one after the other."""
    person, own = somebody(upn=None), f"pat-{uuid4()}"
    settled(agencies, put(agencies, patient(person, own)))
    days = [{"lastUpdated": f"2026-03-04T{hour}:00:00Z"} for hour in (10, 15)]
    booked = appointment(own, f"a-{own}", "booked", meta=days[0] | {"versionId": "1"})
    settled(agencies, put(agencies, booked))

    off = put(agencies, appointment(own, f"a-{own}", "cancelled", meta=days[1]))

    states = {e["type"]: e["state"] for e in settled(agencies, off)["events"]}
    assert states == {"appointment.cancelled.v1": "linked"}
