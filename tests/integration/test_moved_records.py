"""A record that passes to another patient: every reader tells the same story of it."""

from uuid import uuid4

import pytest

from tests.support.agencies import COUNCIL, TRUST, event, somebody
from tests.support.local_stack import until

REQUESTED = "ehcna.requested.v1"


def stewards_list(agencies, *roles, org=COUNCIL):
    """Return the answer to who asks what waits for a steward."""
    url = agencies.url("identity_linking", "/reviews")
    return agencies.http.get(url, headers=agencies.as_(org, *roles))


def settle(agencies, ref, role="steward", scope="operate read"):
    """Settle a review."""
    url = agencies.url("identity_linking", f"/reviews/{ref}/settle")
    headers = agencies.as_(COUNCIL, role, scope=scope)
    return agencies.http.post(url, json={"reason": "seen by us"}, headers=headers)


@pytest.fixture(scope="module")
def moved(agencies):
    """Return a record sent of one child and then of another, with both children."""
    wrong, right, record = somebody(), somebody(), str(uuid4())
    for person in (wrong, right):
        agencies.publish(event(person, "concern.raised.v1"))
    end = agencies.end_of_feed(COUNCIL)
    sent = []
    for version, person in enumerate((wrong, right), start=1):
        one = event(person, REQUESTED, sourcerecord=record, sourceversion=version)
        sent.append(agencies.publish(one)["message_ref"])
    until(lambda: len(agencies.shown(wrong, 2)) == 3)
    return {"wrong": wrong, "right": right, "sent": sent, "end": end}


def test_the_timelines_tell_where_it_stands(agencies, moved):
    """The first child's entry is superseded by nothing that it shows; the other's stands."""
    wrong = {e["type"]: e for e in agencies.shown(moved["wrong"], 3)}
    right = {e["type"]: e for e in agencies.shown(moved["right"], 2)}

    assert wrong[REQUESTED]["state"] == "superseded"
    assert wrong[REQUESTED]["supersededby"] is None
    assert wrong["event.withdrawn.v1"]["data"]["reason"] == "moved"
    assert moved["sent"][1] not in str(wrong)
    assert right[REQUESTED]["state"] == "linked"


def test_the_clocks_follow(agencies, moved):
    """The first child owes nobody a decision any more."""

    def clocks(person):
        """Return which clocks a child has."""
        child = agencies.child_of(person)
        return {one["clock"] for one in agencies.timeline(child).json()["clocks"]}

    assert clocks(moved["wrong"]) == set()
    assert clocks(moved["right"]) >= {"ehcna.decision", "ehcp.final"}


def test_the_receipts_agree(agencies, moved):
    """The sender sees the same states as everybody else, and what was told besides."""
    first, second = (agencies.settled(ref) for ref in moved["sent"])

    assert {e["type"]: e["state"] for e in first["events"]} == {
        REQUESTED: "superseded",
        "event.withdrawn.v1": "linked",
    }
    assert [e["state"] for e in second["events"]] == ["linked"]


def test_subscribers_are_told(agencies, moved):
    """The feed takes back what it gave of the first child."""
    child = agencies.child_of(moved["wrong"])

    def types():
        """Return what the feed has of the first child since."""
        fed = agencies.feed_all(COUNCIL, moved["end"])
        return [e["type"] for e in fed if e["subject"] == child]

    until(lambda: "event.withdrawn.v1" in types())
    assert types().index(REQUESTED) < types().index("event.withdrawn.v1")


def test_a_steward_sees_it_and_settles_it(agencies, moved):
    """It is listed by references alone until a steward says what came of it."""
    child = agencies.child_of(moved["wrong"])

    def own():
        """Return the reviews of the first child."""
        listed = stewards_list(agencies, "steward").json()["reviews"]
        return [one for one in listed if one["child_ref"] == child]

    [review] = own()
    assert review["why"] == "record-moved"
    assert review.keys() == {"ref", "person_ref", "child_ref", "why", "raised_at"}
    assert settle(agencies, review["ref"], scope="read").status_code == 403
    assert settle(agencies, review["ref"]).json()["settled"] is True
    assert own() == []
    assert settle(agencies, uuid4()).status_code == 404


@pytest.mark.parametrize(
    ("org", "role"), [(COUNCIL, "send_officer"), (COUNCIL, "dco"), (TRUST, "steward")]
)
def test_nobody_else_is_shown_what_waits(agencies, org, role):
    """The list is for stewards and operators whom an agreement names."""
    assert stewards_list(agencies, role, org=org).status_code == 403


def test_a_correction_under_another_id_of_the_same_child_is_no_move(agencies):
    """A sender that calls the child otherwise the next time leaves no withdrawal."""
    person, record = somebody(), str(uuid4())
    again = {k: v for k, v in person.items() if k != "local_id"}
    for version, one in enumerate((person, again), start=1):
        sent = event(one, REQUESTED, sourcerecord=record, sourceversion=version)
        agencies.publish(sent)
    until(
        lambda: (
            {e["state"] for e in agencies.shown(person, 2)} == {"linked", "superseded"}
        )
    )

    shown = agencies.shown(person, 2)
    assert [e["type"] for e in shown] == [REQUESTED, REQUESTED]
    child = agencies.child_of(person)
    listed = stewards_list(agencies, "steward").json()["reviews"]
    assert child not in {one["child_ref"] for one in listed}


@pytest.mark.parametrize("first", ["identified", "withdrawn"])
def test_a_withdrawn_identification_is_for_a_steward(agencies, first):
    """Whoever was one child by it stays so, and a steward is told of each of them."""
    said = somebody()
    record = str(uuid4())
    council = event(said, "person.identified.v1", sourcerecord=record)
    named = {"sourcerecord": record}
    back = event(said, "event.withdrawn.v1", data={"withdraws": named})
    agencies.publish(event(said, "concern.raised.v1", source=TRUST))
    for one in (council, back) if first == "identified" else (back, council):
        assert agencies.post(one).status_code == 202

    def raised():
        """Return what is raised for a steward about the child."""
        child = agencies.child_of(said, TRUST)
        listed = stewards_list(agencies, "steward").json()["reviews"]
        return [one["why"] for one in listed if one["child_ref"] == child]

    until(lambda: len(raised()) == 2)
    assert set(raised()) == {"identification-withdrawn"}
