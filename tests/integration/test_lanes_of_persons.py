"""Persons who move from one child to another, and the lanes of what is said of them."""

import asyncio
from uuid import uuid4

import pytest

from schemas.topics import CLOCKS_CHANGED, EVENTS_LINKED
from services.runtime.envelope import attributes_of
from tests.support.agencies import TRUST, event, somebody
from tests.support.local_stack import fetch, until
from tests.support.stepping import read_all

REQUESTED = "ehcna.requested.v1"
REFERRED = "referral.received.v1"
SEEN = "assessment.completed.v1"
DAY = "2026-03-20"


def apart(person, hidden):
    """Return *person* as one knows it who does not know a number."""
    return {name: said for name, said in person.items() if name != hidden}


def health(patient, type_name, **data):
    """Return what the trust says of a patient's wait."""
    return event(patient, type_name, source=TRUST, data={"service": "slt"} | data)


def persons_of(agencies, receipt):
    """Return the persons of the events of a message."""
    ids = ", ".join(f"'{one['id']}'" for one in receipt["events"])
    asked = f"SELECT person_ref FROM timeline.entries WHERE id IN ({ids})"
    return {row["person_ref"] for row in asyncio.run(fetch(agencies.stack.dsn, asked))}


@pytest.mark.parametrize("topic", [EVENTS_LINKED, CLOCKS_CHANGED])
def test_a_person_who_moves_keeps_one_lane(agencies, movers, topic):
    """Its later events, and its clocks', lie behind the earlier ones, whichever child's."""
    until(lambda: all(len(told) == 2 for told in lanes(agencies, topic, movers)))

    theirs = lanes(agencies, topic, movers)
    assert all(len({lane for lane, _ in one}) == 1 for one in theirs)
    assert any(len({child for _, child in one}) == 2 for one in theirs)


@pytest.fixture(scope="module")
def movers(agencies):
    """Return patients who joined a council's child while they waited to be seen."""
    pupils = [somebody() for _ in range(8)]
    patients = [apart(one, "upn") | {"local_id": str(uuid4())} for one in pupils]
    agencies.publish(*(event(apart(one, "nhs_number"), REQUESTED) for one in pupils))
    waiting = agencies.publish(*(health(one, REFERRED) for one in patients))
    refs = persons_of(agencies, waiting)
    until(lambda: all(lanes(agencies, CLOCKS_CHANGED, refs)))
    agencies.publish(*(event(one, "person.identified.v1") for one in pupils))
    agencies.publish(*(health(one, SEEN, completed_on=DAY) for one in patients))
    return refs


def lanes(agencies, topic, refs):
    """Return of each person the partitions and children of its records, in order."""
    lying = asyncio.run(read_all(agencies.stack, topic.name))
    told = [(one.partition, attributes_of(one.headers)) for one in lying]
    return [
        [(lane, said["subject"]) for lane, said in told if said.get("personref") == ref]
        for ref in refs
    ]
