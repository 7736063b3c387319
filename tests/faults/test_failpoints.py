"""A process dies at each failpoint of the step, once, and starts again."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import pytest

from services.runtime.failpoints import NAMES
from tests.load.drive import Pace
from tests.support.agencies import COUNCIL, SCHOOL, event, somebody
from tests.support.faults import Drill, Sending, array_of, load_of
from tests.support.local_stack import fetch

OF_THE_DOOR = ("before-answer",)
OF_READING = ("after-positions", "after-seen")
OF_THE_RELAY = ("before-publish", "after-publish", "before-confirm", "after-confirm")
OF_A_REQUEST = tuple(name for name in NAMES if name not in OF_READING)
OF_A_TURN = tuple(n for n in NAMES if n not in {"after-seen", "before-answer"})
OF_THE_TICK = tuple(name for name in OF_A_TURN if name not in OF_THE_RELAY)
OF_RECORDS = tuple(name for name in NAMES if name not in OF_THE_DOOR)
SILENT = tuple(name for name in OF_RECORDS if name not in OF_THE_RELAY)
"""Places in the step of a reader of which nothing is published."""
READERS = {
    "health-gateway": ("health_gateway", OF_RECORDS),
    "health-gateway-receipts": ("health_gateway", SILENT),
    "education-gateway": ("education_gateway", OF_RECORDS),
    "education-gateway-receipts": ("education_gateway", SILENT),
    "identity-linking": ("identity_linking", OF_RECORDS),
    "clocks": ("clocks", OF_RECORDS),
    "timeline": ("timeline", SILENT),
    "delivery": ("delivery", SILENT),
    "console": ("console", SILENT),
}
"""Every reader, in whose process it is, and where it can die."""
PACE = Pace(per_second=40)


def within(name: str, source: str) -> str:
    """Return the failpoint *name* in steps of *source*; relay and door have no step."""
    return name if name in OF_THE_RELAY + OF_THE_DOOR else f"{name}@{source}"


def one(whole: Drill, asked: str) -> int:
    """Return the one number that Postgres answers."""
    return int(asyncio.run(fetch(whole.stack.dsn, asked))[0][0])


def fired(mark: Path, sending: Sending) -> bool:
    """Return whether a process has died; until then, one more request may follow."""
    if not mark.exists() and sending.taken >= sending.allowed:
        sending.allowed += 1
    return mark.exists()


def dies_at_each(
    whole: Drill, service: str, places: Sequence[str], sending: Sending
) -> None:
    """Have a service die once at each of *places* under a load; nothing is found."""
    for turn, place in enumerate(places, 1):
        mark = whole.arm(service, place)
        share = turn * sending.total // len(places)
        sending.allowed = max(sending.allowed, share)
        whole.until(lambda: fired(mark, sending))  # noqa: B023 - called at once
    whole.until(lambda: sending.done)
    assert whole.findings(sending) == []


@pytest.mark.parametrize(
    "reader",
    [
        pytest.param(name, marks=() if name == "identity-linking" else pytest.mark.long)
        for name in READERS
    ],
)
def test_of_records(whole: Drill, reader: str) -> None:
    """A reader dies once at each place while records pass; nothing is lost or moved."""
    service, names = READERS[reader]
    seed = 900 + [*READERS].index(reader)
    events = 900 if service == "health_gateway" else 300  # one in fifteen is for health
    sending = whole.send(load_of(seed, events, 20), PACE, allowed=0)
    dies_at_each(whole, service, [within(name, reader) for name in names], sending)


@pytest.mark.long
@pytest.mark.parametrize(
    "names",
    [pytest.param(OF_THE_DOOR, id="door"), pytest.param(OF_A_REQUEST, id="all")],
)
def test_of_requests(whole: Drill, names: Sequence[str]) -> None:
    """A door dies under requests; their senders ask again and there is one effect."""
    sending = whole.send(load_of(100 + len(names), 30 * len(names), 5), PACE, allowed=0)
    places = [within(name, "request") for name in names]
    dies_at_each(whole, "education_gateway", places, sending)


@pytest.mark.long
@pytest.mark.parametrize("name", OF_A_REQUEST)
def test_of_the_command_unlink(whole: Drill, name: str) -> None:
    """Identity dies while a person is parted; the command again parts them once."""
    shared = somebody()
    theirs = shared | {"local_id": f"T-{shared['local_id']}"}
    trust = event(theirs, "referral.received.v1", source="urn:ods:RNU")
    whole.agencies.publish(trust)
    whole.agencies.publish(event(shared, "ehcna.requested.v1"))
    child = whole.agencies.child_of(shared)
    whole.until(lambda: len(whole.agencies.entries(child)) == 2)
    mine = [e for e in whole.agencies.feed_all(COUNCIL) if e["subject"] == child]
    person = next(e["personref"] for e in mine if e["source"] == COUNCIL)

    mark = whole.arm("identity_linking", within(name, "request"))
    whole.until_ready("identity_linking")
    asked = {"reason": "two children with one number"}
    answer = whole.operate("identity_linking", f"/persons/{person}/unlink", asked)
    whole.until(mark.exists)

    assert answer.status_code == 200
    alone = answer.json()["child_ref"]
    whole.until(lambda: len(whole.agencies.entries(alone)) == 1)
    parted = f"SELECT count(*) FROM identity_linking.decisions WHERE reason = 'unlinked' AND '{person}' = ANY(persons)"  # noqa: E501
    assert one(whole, parted) == 1


@pytest.mark.long
@pytest.mark.parametrize("name", OF_A_REQUEST)
def test_of_the_command_replay(whole: Drill, name: str) -> None:
    """The console dies while a refused message is sent again; it arrives once."""
    person = somebody()
    named = event(person, "ehcna.requested.v1", data={"school": SCHOOL})
    whole.agencies.publish(
        event(person, "ehcna.decided.v1", data={"decision": "assess"})
    )
    child = whole.agencies.child_of(person)
    early = event({"child_ref": child}, "concern.raised.v1", source=SCHOOL)
    refused = whole.agencies.publish(early)
    assert [e["state"] for e in refused["events"]] == ["refused"]
    whole.agencies.publish(named)
    asked = f"SELECT ref::text FROM console.refused WHERE message_ref = '{refused['message_ref']}'"  # noqa: E501
    whole.until(lambda: asyncio.run(fetch(whole.stack.dsn, asked)))
    ref = asyncio.run(fetch(whole.stack.dsn, asked))[0][0]

    mark = whole.arm("console", within(name, "request"))
    whole.until_ready("console")
    body = {"refs": [ref], "reason": "the school is named by now"}
    answer = whole.operate("console", "/refused/replay", body)
    whole.until(mark.exists)

    assert answer.status_code in {200, 409}
    message = refused["message_ref"]

    def arrived() -> int:
        """Return how often the message stands on the timeline."""
        entries = whole.agencies.entries(child)
        return [e["causationid"] for e in entries].count(message)

    whole.until(arrived)
    assert arrived() == 1


@pytest.mark.long
def test_of_the_timer_unpacking(whole: Drill) -> None:
    """The door dies with a long array taken, and at each place while its items follow."""
    taken = whole.arm("education_gateway", "after-commit@request")
    sending = whole.send(array_of(200, 2600, 20, str(uuid4())))
    whole.until(taken.exists)

    places = [within(name, "unpacking") for name in OF_A_TURN]
    dies_at_each(whole, "education_gateway", places, sending)


@pytest.mark.long
def test_of_the_timer_tick(whole: Drill) -> None:
    """The clocks die while they warn of what is overdue; each warning is given once."""
    whole.take_down("clocks")
    sending = whole.send(load_of(400, 240, 12))
    whole.until(lambda: sending.done)
    assert whole.findings(sending) == []
    given = (
        "SELECT count(*) FROM clocks.warnings WHERE state IN ('due_soon', 'breached')"
    )
    before = one(whole, given)

    for name in OF_THE_TICK:  # the commit comes last: until then, all is still to do
        mark = whole.arm("clocks", within(name, "tick"))
        whole.until(mark.exists)
    whole.bring_back("clocks")

    whole.until(lambda: one(whole, given) > before)
    told = "SELECT count(*) FROM delivery.notices WHERE convert_from(said, 'UTF8')::json ->> 'type' IN ('clock.due_soon.v1', 'clock.breached.v1')"  # noqa: E501
    whole.until(lambda: one(whole, told) == one(whole, given))


def test_every_failpoint_has_a_test() -> None:
    """A failpoint that is added dies under a request or a turn, or in reading alone."""
    assert {*OF_A_REQUEST, *OF_A_TURN, *OF_READING} == set(NAMES)
    assert {*OF_THE_DOOR, *OF_READING, *OF_THE_RELAY} < set(NAMES)
