"""Whose an event is: our reference as address, and identifiers on request."""

from uuid import uuid4

import pytest

from tests.support.agencies import (
    COUNCIL,
    HOSPITAL,
    ICB,
    OTHER_SCHOOL,
    REQUESTED,
    SCHOOL,
    TRUST,
    event,
    referral,
    somebody,
    sql,
    without,
)

UNKNOWN = "c-00000000000000000000000000000000"


def asked(person, **data):
    """Return a request for advice of the trust."""
    said = {"body": TRUST, "received_on": "2026-03-03"} | data
    return event(person, "ehcna.advice_requested.v1", data=said)


def identifiers(agencies, child, org, *roles):
    """Return the answer to a question for whom a child is."""
    url = agencies.url("identity_linking", f"/children/{child}/identifiers")
    return agencies.http.get(url, headers=agencies.as_(org, *roles))


def exact(answer):
    """Return all that somebody is told, but for when."""
    headers = {k: v for k, v in answer.headers.items() if k != "date"}
    return answer.status_code, headers, answer.content


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
        rows = sql(
            agencies,
            "SELECT org, shown::text FROM identity_linking.audit"
            f" WHERE action = 'identifiers' AND subject = '{child}'",
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


@pytest.mark.parametrize("first", ["named", "nameless"])
def test_a_number_stated_without_a_name_does_not_hide_the_child(agencies, first):
    """A census without names founds children; who has the number with a name is found."""
    person = somebody()
    bare = without(person, "family_name", "given_name", "nhs_number")
    said = {"named": event(person, REQUESTED), "nameless": event(bare, REQUESTED)}
    became = {
        one: agencies.publish(said[one])
        for one in sorted(said, key=lambda one: one != first)
    }
    [named] = became["named"]["events"]

    found = agencies.child_of(person)

    assert named["id"] in [one["id"] for one in agencies.entries(found)]
