"""Two persons that were one child, or become one: un-linking, and joining."""

from uuid import uuid4

import pytest

from tests.support.agencies import (
    COUNCIL,
    REQUESTED,
    TRUST,
    event,
    referral,
    somebody,
    sql,
    without,
)
from tests.support.local_stack import until


def unlink(
    agencies,
    person_ref,
    *,
    hat=(COUNCIL, "operator"),
    reason="wrong child",
    command=None,
):
    """Part a person from its child."""
    url = agencies.url("identity_linking", f"/persons/{person_ref}/unlink")
    headers = agencies.as_(*hat, scope="operate read")
    headers |= {"X-Request-ID": command} if command else {}
    return agencies.http.post(url, json={"reason": reason}, headers=headers)


def person_of(agencies, receipt):
    """Return the person of the first event of a message."""
    own = receipt["events"][0]["id"]
    rows = sql(
        agencies,
        f"SELECT person_ref FROM timeline.entries WHERE id = '{own}'",
    )
    return rows[0]["person_ref"]


class TestUnlink:
    """A steward parts a person from its child."""

    def joined(self, agencies):
        """Return a child of council and trust, and the receipts of both."""
        person = somebody()
        first = agencies.publish(
            event(person, REQUESTED),
            event(person, "ehcna.decided.v1", occurred="2026-03-03"),
        )
        patient = without(person, "upn") | {"local_id": str(uuid4())}
        second = agencies.publish(referral(patient, service="slt"))
        agencies.shown(person, 3)
        return person, patient, first, second

    def test_both_read_as_if_they_had_never_been_one(self, agencies):
        """Entries, clocks and searches are those of two children that never met."""
        person, patient, _, second = self.joined(agencies)
        apart, other = somebody(), without(somebody(), "upn")
        agencies.publish(
            event(apart, REQUESTED),
            event(apart, "ehcna.decided.v1", occurred="2026-03-03"),
        )
        agencies.publish(referral(other, service="slt"))
        before = agencies.child_of(person)

        answer = unlink(agencies, person_of(agencies, second))
        assert answer.status_code == 200, answer.text
        until(lambda: len(agencies.entries(before)) == 2)

        assert reads(agencies, person, COUNCIL) == reads(agencies, apart, COUNCIL)
        assert reads(agencies, patient, TRUST) == reads(agencies, other, TRUST)
        assert agencies.child_of(person) == before
        assert agencies.child_of(patient, TRUST) == answer.json()["child_ref"] != before

    def test_the_next_message_does_not_link_them_again(self, agencies):
        """Whatever either of them sends, they stay two."""
        person, patient, _, second = self.joined(agencies)
        unlink(agencies, person_of(agencies, second))
        agencies.publish(referral(patient, service="ot"))
        agencies.publish(event(person, "ehcp.draft_issued.v1"))

        assert len(agencies.shown(person, 3)) == 3
        assert len(agencies.shown(patient, 2, TRUST)) == 2

    def test_the_founder_may_leave(self, agencies):
        """Who founded the child founds anew; the reference stays with the others."""
        person, patient, first, _ = self.joined(agencies)
        before = agencies.child_of(person)

        told = unlink(agencies, person_of(agencies, first)).json()
        until(lambda: agencies.find(person).json().get("child_ref") != before)

        assert told["child_ref"] == agencies.child_of(person) != before
        assert agencies.child_of(patient, TRUST) == before
        assert len(agencies.entries(told["child_ref"])) == 2

    def test_who_asks_twice_is_told_the_same(self, agencies):
        """A person who is alone by now is parted from nobody: no other child is founded."""
        person, _, _, second = self.joined(agencies)
        ref = person_of(agencies, second)

        first, again = unlink(agencies, ref), unlink(agencies, ref)

        assert (first.status_code, again.json()) == (200, first.json())
        assert agencies.child_of(person) != first.json()["child_ref"]

    def test_one_command_has_one_effect(self, agencies):
        """It is known by its id, also when somebody has joined the person since."""
        _, patient, founder, second = self.joined(agencies)
        ref, command = person_of(agencies, second), str(uuid4())
        first = unlink(agencies, ref, command=command).json()
        agencies.publish(event(patient | {"local_id": str(uuid4())}, REQUESTED))

        again = unlink(agencies, ref, command=command).json()

        assert again == first
        other = unlink(agencies, person_of(agencies, founder), command=command)
        assert other.status_code == 409

    @pytest.mark.parametrize("command", ["P88", "9991234519"])
    def test_its_id_is_a_uuid(self, agencies, command):
        """Anything else could hold a name or a number."""
        assert unlink(agencies, "p-1", command=command).status_code == 400

    @pytest.mark.parametrize(
        "hat",
        [(COUNCIL, "send_officer"), (COUNCIL, "clinician"), (TRUST, "operator")],
    )
    def test_it_is_for_stewards_and_operators_that_are_agreed(self, agencies, hat):
        """Anybody else is told that it is not theirs, whoever they ask for."""
        assert unlink(agencies, "p-1", hat=hat).status_code == 403

    def test_it_needs_a_reason(self, agencies):
        """An un-linking without words is refused."""
        assert unlink(agencies, "p-1", reason=" ").status_code == 422

    def test_an_unknown_person_is_a_404(self, agencies):
        """There is nothing to part."""
        assert unlink(agencies, "p-1").status_code == 404


def reads(agencies, person, org):
    """Return a timeline without what differs between any two children."""
    said = agencies.timeline(agencies.child_of(person, org), org).json()
    named = {entry["id"]: n for n, entry in enumerate(said["entries"])}
    entries = [
        {
            k: e[k]
            for k in ("type", "occurred", "state", "data", "source", "supersededby")
        }
        for e in said["entries"]
    ]
    clocks = [
        {k: v for k, v in clock.items() if k not in {"id", "events"}}
        | {"events": [named[own] for own in clock["events"]]}
        for clock in said["clocks"]
    ]
    sources = [{k: s[k] for k in ("source", "connected")} for s in said["sources"]]
    return entries, clocks, sources


def test_after_a_join_either_reference_leads_to_the_child(agencies):
    """Both names stay good, and each answer gives back the one it was asked by."""
    person = somebody()
    agencies.publish(event(without(person, "nhs_number"), REQUESTED))
    patient = without(person, "upn") | {"local_id": str(uuid4())}
    agencies.publish(referral(patient, service="slt", referred_by=COUNCIL))
    old = agencies.child_of(patient, TRUST)
    assert old != agencies.child_of(person)

    agencies.publish(event(person, "person.identified.v1"))
    child = agencies.child_of(person)
    until(lambda: agencies.child_of(patient, TRUST) == child)

    answers = [agencies.timeline(ref).json() for ref in (child, old)]
    assert [answer["child_ref"] for answer in answers] == [child, old]
    assert answers[0]["entries"] == answers[1]["entries"]
    assert len(answers[0]["entries"]) == 3
