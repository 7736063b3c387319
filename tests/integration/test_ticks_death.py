"""
A death that comes by the mailbox ends every reminder.

Ticks move the shared stack's day for good: like `test_ticks.py` this comes last.
"""

import asyncio
from datetime import date, timedelta

import orjson
import pytest

from schemas.topics import CLOCKS_CHANGED
from tests.support import nems
from tests.support.agencies import COUNCIL, event, somebody
from tests.support.local_stack import until
from tests.support.sandbox import emptied
from tests.support.stepping import read_all

REQUESTED = "ehcna.requested.v1"
WARNINGS = {"due_soon", "breached"}


@pytest.fixture(scope="module")
def sandbox(stack, tmp_path_factory):
    """A sandbox whose mailbox is emptied."""
    with emptied(stack, tmp_path_factory.mktemp("mailbox")) as both:
        yield both[0]


def tick(agencies, day):
    """Ask the clocks to come to *day*; return whether they have."""
    headers = agencies.as_(COUNCIL, "operator", scope="operate")
    url = agencies.url("clocks", "/tick")
    answer = agencies.http.post(url, json={"date": str(day)}, headers=headers)
    return answer.status_code == 200


def warned(agencies, entry_id):
    """Return the kinds of warnings about clocks that an event began."""
    records = asyncio.run(read_all(agencies.stack, CLOCKS_CHANGED.name))
    bodies = [orjson.loads(record.value) for record in records]
    own = [said["change"] for said in bodies if said["events"][0] == entry_id]
    return WARNINGS & set(own)


def types(agencies, person):
    """Return the types on a child's timeline."""
    return {entry["type"] for entry in agencies.entries(agencies.child_of(person))}


def test_nobody_is_reminded_of_a_child_who_has_died(agencies, sandbox):
    """Of two children whose assessment falls due, the one who lives is spoken of."""
    start = date(2026, 3, 2)
    while not tick(agencies, start):
        start += timedelta(days=7)
    dead, alive = somebody(upn=None), somebody(upn=None)
    begun = [
        agencies.publish(event(one, REQUESTED, occurred=str(start)))["events"][0]["id"]
        for one in (dead, alive)
    ]
    sandbox.send(nems.death(dead), "DEATHNOTIFICATION_1")
    until(lambda: "person.died.v1" in types(agencies, dead))

    assert tick(agencies, start + timedelta(weeks=6, days=1))
    until(lambda: warned(agencies, begun[1]) == WARNINGS)
    assert warned(agencies, begun[0]) == set()
