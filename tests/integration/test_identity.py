"""Whose an event is: our reference as address, identifiers on request, un-linking."""

import asyncio
from uuid import uuid4

import pytest

from tests.support.agencies import (
    COUNCIL,
    HOSPITAL,
    ICB,
    OTHER_SCHOOL,
    SCHOOL,
    TRUST,
    event,
    somebody,
)
from tests.support.local_stack import fetch, until

REQUESTED = "ehcna.requested.v1"
UNKNOWN = "c-00000000000000000000000000000000"


def asked(person, **data):
    """Return a request for advice of the trust."""
    said = {"body": TRUST, "received_on": "2026-03-03"} | data
    return event(person, "ehcna.advice_requested.v1", data=said)


def referral(person, **data):
    """Return a referral that the trust has."""
    return event(person, "referral.received.v1", source=TRUST, data=data)


def without(person, *names):
    """Return *person* without some members."""
    return {name: said for name, said in person.items() if name not in names}


def identifiers(agencies, child, org, *roles):
    """Return the answer to a question for whom a child is."""
    url = agencies.url("identity_linking", f"/children/{child}/identifiers")
    return agencies.http.get(url, headers=agencies.as_(org, *roles))


def exact(answer):
    """Return all that somebody is told, but for when."""
    headers = {k: v for k, v in answer.headers.items() if k != "date"}
    return answer.status_code, headers, answer.content


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
    rows = asyncio.run(
        fetch(
            agencies.stack.dsn,
            f"SELECT person_ref FROM timeline.entries WHERE id = '{own}'",
        )
    )
    return rows[0]["person_ref"]


class TestChildRef:
    """An event about a child may name it by our reference."""

    def test_a_body_that_was_asked_answers_by_our_reference(self, agencies):
        """It was never told who the child is, and its advice finds the child."""
        person = somebody()
        agencies.publish(asked(person))
        child = agencies.child_of(person)
        advice = event({"child_ref": child}, "ehcna.advice_received.v1", source=TRUST)

        [became] = agencies.publish(advice)["events"]

        assert became["state"] == "linked"
        shown = agencies.shown(person, 2)
        assert became["id"] in {entry["id"] for entry in shown}

    @pytest.mark.parametrize("child", ["its", UNKNOWN, "P88"])
    def test_nobody_else_can(self, agencies, child):
        """Not named, not there and no reference are refused in the same words."""
        person = somebody()
        agencies.publish(event(person, REQUESTED))
        named = agencies.child_of(person) if child == "its" else child
        own = event({"child_ref": named}, "concern.raised.v1", source=OTHER_SCHOOL)

        [became] = agencies.publish(own)["events"]

        assert (became["state"], became["reason"], became["where"]) == (
            "refused",
            "not-found",
            "/data/person/child_ref",
        )
        assert became["rule"] == "names no child that an event of names you for"

    def test_who_took_it_back_cannot(self, agencies):
        """A sender that withdrew what it said of a child is named by nothing any more."""
        person = somebody(nhs_number=None)
        wrong = event(person, "concern.raised.v1", source=SCHOOL)
        agencies.publish(event(person, REQUESTED))
        agencies.publish(wrong)
        child = agencies.child_of(person)
        named = event({"child_ref": child}, "concern.raised.v1", source=SCHOOL)
        back = {"sourcerecord": wrong["id"], "sourceversion": 1}
        data = {"withdraws": back, "reason": "entered-in-error"}
        taken_back = event(person, "event.withdrawn.v1", source=SCHOOL, data=data)

        assert agencies.publish(named)["events"][0]["state"] == "linked"
        agencies.publish(taken_back)
        again = [event({"child_ref": child}, "concern.raised.v1", source=SCHOOL)]
        gone = {"sourcerecord": named["id"], "sourceversion": 1}
        data = {"withdraws": gone, "reason": "entered-in-error"}
        agencies.publish(
            event({"child_ref": child}, "event.withdrawn.v1", source=SCHOOL, data=data)
        )
        [refused] = agencies.publish(*again)["events"]
        assert (refused["state"], refused["reason"]) == ("refused", "not-found")

    def test_it_is_refused_however_often_it_comes(self, agencies):
        """A person that the sender has told of before does not carry it through."""
        person = somebody()
        agencies.publish(event(person, REQUESTED))
        child = agencies.child_of(person)
        own = {"local_id": str(uuid4())}
        concern = "concern.raised.v1"
        agencies.publish(event(own, concern, source=OTHER_SCHOOL))
        told = [
            agencies.publish(
                event(own | {"child_ref": child}, concern, source=OTHER_SCHOOL)
            )
            for _ in range(2)
        ]

        assert [one["events"][0]["state"] for one in told] == ["refused", "refused"]

    def test_a_reference_does_not_overrule_a_contradiction(self, agencies):
        """Who gives another NHS number than the child's is not put there by its name."""
        person = somebody()
        agencies.publish(asked(person))
        child = agencies.child_of(person)
        other = without(somebody(), "upn") | {"child_ref": child}

        agencies.publish(event(other, "ehcna.advice_received.v1", source=TRUST))
        agencies.publish(event(person, "ehcp.draft_issued.v1"))

        kinds = [entry["type"] for entry in agencies.shown(person, 2)]
        assert sorted(kinds) == ["ehcna.advice_requested.v1", "ehcp.draft_issued.v1"]


class TestIdentifiers:
    """A body that an event asks for something learns whom it is about."""

    def test_the_body_that_is_asked_is_told(self, agencies):
        """An NHS body gets the NHS number and no UPN; what left is written down."""
        person = somebody()
        agencies.publish(asked(person))
        child = agencies.child_of(person)
        answer = identifiers(agencies, child, TRUST)

        assert answer.status_code == 200
        told = without(person, "local_id", "upn")
        assert answer.json() == {"child_ref": child} | told
        rows = asyncio.run(
            fetch(
                agencies.stack.dsn,
                "SELECT org, shown::text FROM identity_linking.audit"
                f" WHERE action = 'identifiers' AND subject = '{child}'",
            )
        )
        assert [row["org"] for row in rows] == [TRUST]
        assert not any(value in rows[0]["shown"] for value in told.values())

    def test_nobody_else_is(self, agencies):
        """Not asked, not agreed and not there are the same bytes."""
        person = somebody()
        agencies.publish(
            asked(person), event(person, REQUESTED, data={"school": SCHOOL})
        )
        agencies.publish(referral(without(person, "upn")))
        child = agencies.child_of(person)
        nothing = exact(identifiers(agencies, UNKNOWN, TRUST))

        assert nothing[0] == 404
        for org, role in (
            (COUNCIL, "send_officer"),
            (SCHOOL, "senco"),
            (HOSPITAL, "clinician"),
            (ICB, "dco"),
            (TRUST, "send_officer"),
            ("urn:ods:ZZ9", "clinician"),
        ):
            assert exact(identifiers(agencies, child, org, role)) == nothing

    def test_who_is_named_and_not_asked_is_not(self, agencies):
        """A school consulted, or a trust referred to, is named; nobody asked it."""
        person = somebody(upn=None)
        agencies.publish(referral(person, referred_to=HOSPITAL))
        child = agencies.child_of(person, TRUST)

        assert identifiers(agencies, child, HOSPITAL, "clinician").status_code == 404

    def test_who_is_asked_no_longer_is_not(self, agencies):
        """After the request was withdrawn nobody is told whom it was about."""
        person = somebody()
        request = asked(person)
        agencies.publish(request, event(person, REQUESTED))
        child = agencies.child_of(person)
        assert identifiers(agencies, child, TRUST).status_code == 200
        named = {"withdraws": {"sourcerecord": request["id"]}}
        agencies.publish(event(person, "event.withdrawn.v1", data=named))

        assert identifiers(agencies, child, TRUST).status_code == 404


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
