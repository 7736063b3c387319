"""Which events go into whose feed: the new ones, and once, the earlier ones."""

from dataclasses import replace

import pytest

from services.delivery import rules, translate
from services.delivery.rules import Notice
from tests.support.agreements import CHILD, REFERRAL, REQUEST, sight
from tests.support.clocks import RULES
from tests.support.entries import COUNCIL, SCHOOL, TRUST, withdrawal

NAMED_LATER = replace(REFERRAL, id="later", data={"referred_by": SCHOOL})


def ids(reach, entries, fresh, given=()):
    """Return the ids of the lines that these events add."""
    return [line.event_id for line in rules.lines_for(reach, entries, fresh, given)]


def test_a_new_event_is_one_line():
    """Of a person that is known to the subscriber, only what is new is added."""
    assert ids(sight(COUNCIL, CHILD), CHILD, [REQUEST], {"person"}) == [REQUEST.id]


def test_earlier_events_come_once_with_the_first():
    """A child that comes into reach brings its earlier events, in the stream's order."""
    reach = sight(COUNCIL, CHILD)

    assert ids(reach, CHILD, [REQUEST]) == [e.id for e in CHILD]
    assert ids(reach, CHILD, [], {"person"}) == []


def test_what_may_not_be_seen_makes_no_line():
    """A school's feed holds no referral."""
    reach = sight(SCHOOL, CHILD)

    assert ids(reach, CHILD, [REFERRAL], {"person"}) == []
    assert REFERRAL.id not in ids(reach, CHILD, CHILD)


def test_a_withdrawal_goes_to_those_who_have_what_it_takes_back():
    """It is a line for whoever may see the withdrawn event, and for nobody else."""
    taken_back = withdrawal(REFERRAL)
    child = [*CHILD, taken_back]

    assert taken_back.id in ids(sight(TRUST, child), child, [taken_back], {"person"})
    assert taken_back.id not in ids(
        sight(SCHOOL, child), child, [taken_back], {"person"}
    )


def test_a_withdrawal_that_came_first_follows_what_it_names():
    """When the event arrives that it takes back, both are lines."""
    taken_back = withdrawal(REFERRAL)
    child = [REQUEST, taken_back, REFERRAL]

    added = ids(sight(TRUST, child), child, [REFERRAL], {"person"})
    assert set(added) == {REFERRAL.id, taken_back.id}


@pytest.mark.parametrize(
    ("org", "clock", "heard"),
    [
        (COUNCIL, "ehcna.decision", True),
        (COUNCIL, "referral.wait", True),
        (SCHOOL, "ehcna.decision", True),
        (SCHOOL, "referral.wait", False),
        (COUNCIL, "no.such.clock", False),
        (COUNCIL, None, False),
    ],
)
def test_clock_events_go_to_those_who_see_all_they_rest_on(org, clock, heard):
    """A school, which sees no referral, hears nothing of the wait after one."""
    assert rules.hears(sight(org, CHILD), clock, RULES) is heard


LINK = Notice(
    id="l-1",
    kind="link",
    person="p-1",
    clock=None,
    said={"specversion": "1.0", "id": "l-1", "type": "person.linked.v1"},
    body={
        "persons": ["p-1", "p-2"],
        "child_ref": "c-1",
        "epoch": 4,
        "reason": "joined",
        "evidence": ["upn+birth+name"],
        "lookups": {"p-1": [["h", "ehc", "normal"]]},
    },
)


def test_a_link_tells_no_more_than_the_reader_has_heard_of():
    """Other persons, evidence and lookups stay with us."""
    told = translate.notice(LINK, "c-1", ["p-1"])

    assert told["data"] == {
        "persons": ["p-1"],
        "child_ref": "c-1",
        "epoch": 4,
        "reason": "joined",
    }
    assert (told["type"], told["personref"], told["subject"]) == (
        "person.linked.v1",
        "p-1",
        "c-1",
    )


def test_an_event_is_a_cloud_event_under_todays_child():
    """All that CloudEvents asks is there, and the person by our reference."""
    told = translate.event(REQUEST, "c-9")

    assert told["specversion"] == "1.0"
    assert (told["id"], told["subject"], told["personref"]) == (
        REQUEST.id,
        "c-9",
        "person",
    )
    assert told["data"] == dict(REQUEST.data)
    assert told["dataschema"] == f"contracts/events/{REQUEST.type}/schema.json"
