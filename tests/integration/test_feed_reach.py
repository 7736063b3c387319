"""Whose events the pull feed gives: what one may see today, and nobody else's."""

from uuid import uuid4

from tests.support.agencies import (
    COUNCIL,
    OTHER_SCHOOL,
    SCHOOL,
    TRUST,
    event,
    somebody,
    without,
)
from tests.support.feeding import DRAFT, drafts, ids, school_events, told
from tests.support.local_stack import until


def test_nobody_is_given_what_is_not_theirs(agencies):
    """Of two children of two schools, each school is given its own; neither a referral."""
    ours, theirs = agencies.end_of_feed(SCHOOL), agencies.end_of_feed(OTHER_SCHOOL)
    mine, other = somebody(), somebody()
    first = agencies.publish(*school_events(mine, 1))
    second = agencies.publish(
        event(other, "ehcp.school_consulted.v1", data={"school": OTHER_SCHOOL})
    )
    referral = agencies.publish(
        event(mine, "referral.received.v1", source=TRUST, data={"referred_by": SCHOOL})
    )
    told(agencies, SCHOOL, ours, first)
    told(agencies, OTHER_SCHOOL, theirs, second)
    told(agencies, TRUST, None, referral)

    given = {one["id"] for one in agencies.feed_all(SCHOOL, ours)}
    assert not given & {*ids(second), *ids(referral)}
    assert not {one["id"] for one in agencies.feed_all(OTHER_SCHOOL, theirs)} & given


def test_earlier_events_come_once_when_a_child_comes_into_reach(agencies):
    """A body that is named is given what came before, in order, and never again."""
    start = agencies.end_of_feed(TRUST)
    person = somebody()
    before = agencies.publish(*drafts(person, 3))
    asked = event(person, "ehcna.advice_requested.v1", data={"body": TRUST})
    named = agencies.publish(asked)
    after = agencies.publish(*drafts(person, 2))

    found = told(agencies, TRUST, start, before, named, after)
    assert [one["id"] for one in found] == [*ids(before), *ids(named), *ids(after)]


def joined(agencies):
    """Return a person, its receipt, and the receipt of a referral of the same child."""
    person = somebody()
    first = agencies.publish(event(without(person, "nhs_number"), DRAFT))
    patient = without(person, "upn") | {"local_id": str(uuid4())}
    second = agencies.publish(event(patient, "referral.received.v1", source=TRUST))
    agencies.publish(event(person, "person.identified.v1"))
    return person, first, second


def links(agencies, org, after, person_ref):
    """Return the link decisions about a person in a feed."""
    found = [
        one
        for one in agencies.feed_all(org, after)
        if one["type"] == "person.linked.v1" and person_ref in one["data"]["persons"]
    ]
    assert all(one["data"].keys() == LINK for one in found)
    return found


LINK = {"persons", "child_ref", "epoch", "reason"}


def test_who_was_sent_something_hears_that_its_person_moves(agencies):
    """A join tells those who know a person that moves, and what else is now theirs."""
    start, ours = agencies.end_of_feed(TRUST), agencies.end_of_feed(COUNCIL)
    _, first, second = joined(agencies)
    [mine] = told(agencies, TRUST, start, second)
    until(lambda: links(agencies, TRUST, start, mine["personref"]))

    [link] = links(agencies, TRUST, start, mine["personref"])
    [theirs] = told(agencies, COUNCIL, ours, first)
    assert link["data"]["persons"] == [mine["personref"]]
    assert link["data"]["child_ref"] == theirs["subject"]
    told(agencies, TRUST, start, first)
    told(agencies, COUNCIL, ours, second)
    assert links(agencies, COUNCIL, ours, theirs["personref"]) == []


def test_what_is_unlinked_is_given_no_longer(agencies):
    """After a parting later reads, from any cursor, are without the other child's events."""
    start = agencies.end_of_feed(COUNCIL)
    _, first, second = joined(agencies)
    [theirs] = told(agencies, COUNCIL, start, second)
    url = agencies.url("identity_linking", f"/persons/{theirs['personref']}/unlink")
    headers = agencies.as_(COUNCIL, "steward", scope="operate read")
    agencies.http.post(url, json={"reason": "wrong child"}, headers=headers)
    until(lambda: links(agencies, COUNCIL, start, theirs["personref"]))

    given = {one["id"] for one in agencies.feed_all(COUNCIL, start)}
    assert not set(ids(second)) & given
    assert set(ids(first)) <= given


def test_a_role_that_was_given_no_feed_has_none(agencies):
    """The council's operators watch that messages move, and read no child's events."""
    url = agencies.url("delivery", "/feed")
    own = [agencies.as_(COUNCIL, role) for role in ("operator", "dco", "send_officer")]

    said = [agencies.http.get(url, headers=hat).status_code for hat in own]

    assert said == [404, 404, 200]
