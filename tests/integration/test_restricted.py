"""A restricted child: where it is leaves no gateway, and what was shown is called back."""

import asyncio
from uuid import uuid4

import pytest

from tests.support.agencies import COUNCIL, SCHOOL, TRUST, event, somebody
from tests.support.bars import body_of, referral_bundle
from tests.support.fhir_door import put, settled
from tests.support.local_stack import until
from tests.support.resources import patient
from tests.support.stepping import read_all

REQUESTED = "ehcna.requested.v1"
RESTRICTED = "person.restricted.v1"
RECALLED = "person.recalled.v1"


def requested(person):
    """Return a request for an assessment that names the child's school."""
    return event(person, REQUESTED, data={"school": SCHOOL})


def flag(person, *, restricted, version=1):
    """Return the council's word that the record is restricted, or no longer."""
    return event(
        person,
        RESTRICTED,
        data={"restricted": restricted},
        sensitivity="restricted",
        sourcerecord=f"flag {person['local_id']}",
        sourceversion=version,
    )


@pytest.fixture(scope="module")
def flagged(agencies):
    """Return a child of whom a flag came later, and where the council's feed was."""
    person = somebody()
    end = agencies.end_of_feed(COUNCIL)
    agencies.publish(requested(person))
    until(lambda: REQUESTED in fed(agencies, person, end))
    agencies.publish(flag(person, restricted=True))
    agencies.publish(requested(person))
    until(lambda: len(agencies.shown(person, 3)) == 3)
    return person, end


def fed(agencies, person, end):
    """Return the types that the council's feed has of a child, in order."""
    child = agencies.child_of(person)
    return [e["type"] for e in agencies.feed_all(COUNCIL, end) if e["subject"] == child]


def test_a_later_flag_applies_to_what_is_shown(agencies, flagged):
    """Entries from before and after are restricted, and none names the school."""
    shown = agencies.shown(flagged[0], 3)

    assert {e["sensitivity"] for e in shown} == {"restricted"}
    assert SCHOOL not in {v for e in shown for v in e["data"].values()}


def test_a_school_that_is_named_no_more_sees_nothing(agencies, flagged):
    """It was named as the place where the child is; the child is gone for it."""
    child = agencies.child_of(flagged[0])

    assert agencies.timeline(child, SCHOOL).status_code == 404


def test_subscribers_are_told_and_given_what_they_may_have(agencies, flagged):
    """What they had is recalled, then comes again without the place."""
    person, end = flagged
    until(lambda: fed(agencies, person, end).count(REQUESTED) == 2)
    types = fed(agencies, person, end)

    assert types.count(RECALLED) == 1
    assert types.index(RECALLED) < types.index(REQUESTED)
    given = [e for e in agencies.feed_all(COUNCIL, end) if e["type"] == REQUESTED]
    own = [e for e in given if e["subject"] == agencies.child_of(person)]
    assert all("school" not in e["data"] for e in own)


def test_a_flag_that_is_lifted_lets_everything_be_shown_again(agencies):
    """The sender's next word counts, and subscribers get the whole of it."""
    person, end = somebody(), agencies.end_of_feed(COUNCIL)
    agencies.publish(requested(person))
    agencies.publish(flag(person, restricted=True))
    agencies.publish(flag(person, restricted=False, version=2))

    def schools():
        """Return what the timeline says of schools."""
        return [e["data"].get("school") for e in agencies.shown(person, 3)]

    until(lambda: SCHOOL in schools())
    until(lambda: schools_since_recalled(agencies, person, end) == [SCHOOL])


def schools_since_recalled(agencies, person, end):
    """
    Return the schools in the requests that the council still holds of a child.

    How many recalls come before depends on how the changes fell into steps.
    """
    child = agencies.child_of(person)
    own = [e for e in agencies.feed_all(COUNCIL, end) if e["subject"] == child]
    last = max((n for n, e in enumerate(own) if e["type"] == RECALLED), default=-1)
    given = [e for e in own[last + 1 :] if e["type"] == REQUESTED]
    return [e["data"].get("school") for e in given]


def test_the_label_of_a_patient_becomes_a_flag_once(agencies):
    """A referral that says R restricts the child, and the next one says nothing new."""
    person = somebody(upn=None)
    headers = agencies.as_(TRUST) | {"Content-Type": "application/fhir+json"}
    url = agencies.url("health_gateway", "/$process-message")
    for label in (None, "R", "R"):
        bundle = referral_bundle(
            bundle_id=str(uuid4()),
            record=f"REF-{uuid4()}",
            nhs_number=person["nhs_number"],
            local_id=person["local_id"],
            confidentiality=label,
        )
        own = headers | {"X-Request-ID": str(uuid4())}
        answer = agencies.http.post(url, content=body_of(bundle), headers=own)
        assert answer.status_code == 200
    shown = agencies.shown(person, 4, TRUST)

    assert [e["type"] for e in shown].count(RESTRICTED) == 1
    until(
        lambda: (
            {e["sensitivity"] for e in agencies.shown(person, 3, TRUST)}
            == {"restricted"}
        )
    )


def test_where_a_restricted_child_is_does_not_travel_with_what_is_refused(agencies):
    """Neither what the door refuses nor what is refused behind it says it, nor a log."""
    own, told = f"pat-{uuid4()}", uuid4().hex
    place = {"text": told, "line": [told]}
    birth = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace"
    lives = patient(
        somebody(upn=None),
        own,
        meta={"versionId": "1", "security": [{"code": "R"}]},
        address=[place],
        telecom=[{"system": "phone", "value": told}],
        extension=[{"url": birth, "valueAddress": place}],
        text={"status": "generated", "div": f"<div>{told}</div>"},
    )
    settled(agencies, put(agencies, lives))
    other = put(agencies, lives | {"deceasedBoolean": False, "birthDate": "2016-01-01"})
    wrong = put(agencies, lives | {"birthDate": "yesterday"})
    [refused] = settled(agencies, other)["events"]
    logs = sorted((agencies.stack.data / "log").glob("*"))

    def records():
        """Return what lies on `refused` now: it is published after its commit."""
        return asyncio.run(read_all(agencies.stack, "refused"))

    assert (other.status_code, wrong.status_code) == (201, 400)
    assert (refused["state"], refused["reason"]) == ("refused", "conflict")
    until(lambda: sum(own.encode() in one.value for one in records()) == 2)
    assert not [r for r in records() if told.encode() in r.value + str(r).encode()]
    assert not [one for one in logs if told in one.read_text("utf-8", "replace")]
