"""
The clocks on the running stack: what is owed is said, and warned of once.

Ticks move the shared stack's day for good: this file's name puts it behind those that
count by the day on which the stack began.
"""

import asyncio
from collections import Counter
from datetime import date, timedelta

import httpx
import orjson
import pytest

from schemas.topics import CLOCKS_CHANGED
from tests.support.agencies import COUNCIL, TRUST, event, somebody
from tests.support.local_stack import until
from tests.support.stepping import read_all

REQUESTED = "ehcna.requested.v1"
DECIDED = "ehcna.decided.v1"
LONG = 300
"""Seconds that many days of a tick may take, of all children of the shared stack."""
TICKED = ("clocks", "timeline", "delivery", "identity_linking")


@pytest.fixture
def today(agencies):
    """Return the day that the stack has come to, by asking for it again."""

    def ask(day=None):
        """Move the stack on to *day*; without one, say where it is."""
        said = {"date": str(day or date(2026, 3, 2))}
        headers = agencies.as_(COUNCIL, "operator", scope="operate")
        answers = [
            agencies.http.post(
                agencies.url(one, "/tick"), json=said, headers=headers, timeout=LONG
            )
            for one in TICKED
        ]
        assert {answer.status_code for answer in answers} <= {200, 422}
        return answers

    return ask


def told(agencies, entry_id):
    """Return kind, clock and day of all that was said of clocks begun by an event."""
    records = asyncio.run(read_all(agencies.stack, CLOCKS_CHANGED.name))
    bodies = [orjson.loads(record.value) for record in records]
    return [
        (said["change"], said["clock"], said["day"])
        for said in bodies
        if said["events"][0] == entry_id
    ]


def begun(agencies, *events):
    """Publish events of one child; return the id of the first."""
    return agencies.publish(*events)["events"][0]["id"]


def start_day(agencies):
    """Return a day on which a clock can begin that the stack has not yet ticked past."""
    url = agencies.url("clocks", "/tick")
    headers = agencies.as_(COUNCIL, "operator", scope="operate")
    day = date(2026, 3, 2)
    while (
        agencies.http.post(url, json={"date": str(day)}, headers=headers).status_code
        != httpx.codes.OK
    ):
        day += timedelta(days=7)
    return day


def test_a_tick_warns_once_of_each_day(agencies, today):
    """Due soon, then breached, each said on its day and never again."""
    start = start_day(agencies)
    asked = start - timedelta(weeks=4)
    due = asked + timedelta(weeks=6)
    own = begun(agencies, event(somebody(), REQUESTED, occurred=str(asked)))

    today(due + timedelta(days=1))
    today(due + timedelta(days=1))
    today(due + timedelta(days=3))

    said = [one for one in told(agencies, own) if one[1] == "ehcna.decision"]
    kinds = [kind for kind, _, _ in said]
    assert Counter(kinds) == {"started": 1, "due_soon": 1, "breached": 1}
    days = {kind: date.fromisoformat(day) for kind, _, day in said}
    assert start <= days["due_soon"] < due
    assert days["breached"] == due + timedelta(days=1)


def test_a_tick_waits_for_what_the_stream_holds(agencies, today):
    """What was linked before the tick was asked for is not warned of, if it is done."""
    start = start_day(agencies)
    asked = start - timedelta(weeks=4)
    due = asked + timedelta(weeks=6)
    person = somebody()
    crowd = [event(somebody(), REQUESTED, occurred=str(asked)) for _ in range(200)]
    own = begun(
        agencies,
        event(person, REQUESTED, occurred=str(asked)),
        *crowd,
        event(person, DECIDED, occurred=str(start), data={"decision": "assess"}),
    )

    today(due + timedelta(days=1))

    until(lambda: "met" in {kind for kind, clock, _ in told(agencies, own)})
    kinds = [k for k, clock, _ in told(agencies, own) if clock == "ehcna.decision"]
    assert "breached" not in kinds
    assert "due_soon" not in kinds


def test_a_tick_is_refused_while_the_stream_cannot_be_read(agencies, today):
    """Without Kafka nobody can say what has been read: 503, and the day stays."""
    start = start_day(agencies)
    agencies.stack.pause("kafka-1")
    try:
        headers = agencies.as_(COUNCIL, "operator", scope="operate")
        said = {"date": str(start + timedelta(days=1))}
        url = agencies.url("clocks", "/tick")
        answer = agencies.http.post(url, json=said, headers=headers)
    finally:
        agencies.stack.resume("kafka-1")
    assert answer.status_code == 503
    assert "Retry-After" in answer.headers
    assert start_day(agencies) == start


def test_a_clock_is_explained_to_who_may_see_all_it_rests_on(agencies):
    """The council reads by which rule it counts; others get the one 404."""
    start = start_day(agencies)
    person = somebody()
    begun(agencies, event(person, REQUESTED, occurred=str(start)))
    child = agencies.child_of(person)
    until(lambda: agencies.timeline(child).json()["clocks"])
    [clock, *_] = agencies.timeline(child).json()["clocks"]
    url = agencies.url("clocks", f"/children/{child}/clocks/{clock['id']}")

    def ask(org):
        """Return the answer to *org*, once the clocks know the child."""
        return agencies.http.get(url, headers=agencies.as_(org))

    until(lambda: ask(COUNCIL).status_code == 200)
    assert ask(COUNCIL).json()["rules"][0]["regulation"]
    assert ask(TRUST).status_code == 404
