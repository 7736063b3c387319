"""A process dies at each failpoint of the step, once, and starts again."""

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import pytest

from services.runtime.failpoints import NAMES
from tests.support.agencies import COUNCIL, SCHOOL, event, somebody
from tests.support.faults import Drill, array_of, drilled, load_of
from tests.support.local_stack import fetch

OF_THE_DOOR = ("before-answer",)
OF_READING = ("after-positions", "after-seen")
OF_THE_RELAY = ("before-publish", "after-publish", "before-delete", "after-delete")
OF_A_REQUEST = tuple(name for name in NAMES if name not in OF_READING)
OF_A_TURN = tuple(n for n in NAMES if n not in {"after-seen", "before-answer"})
OF_THE_TICK = tuple(name for name in OF_A_TURN if name not in OF_THE_RELAY)
SEEDS = {name: 300 + place for place, name in enumerate(NAMES)}


@pytest.fixture(scope="module")
def drill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drill]:
    """One whole stack for all failpoints, one after another."""
    with drilled(tmp_path_factory.mktemp("failpoints")) as running:
        yield running


def within(name: str, source: str) -> str:
    """Return the failpoint *name* in steps of *source*; relay and door have no step."""
    return name if name in OF_THE_RELAY + OF_THE_DOOR else f"{name}@{source}"


def one(drill: Drill, asked: str) -> int:
    """Return the one number that Postgres answers."""
    return int(asyncio.run(fetch(drill.stack.dsn, asked))[0][0])


def sent_and_checked(drill: Drill, seed: int, service: str, failpoint: str) -> None:
    """Send a small load to a service that dies under it; the checker finds nothing."""
    mark = drill.arm(service, failpoint)
    sending = drill.send(load_of(seed, 60, 5))
    drill.until(mark.exists)
    drill.until(lambda: sending.done)
    assert drill.findings(sending) == []


@pytest.mark.parametrize("name", [name for name in NAMES if name not in OF_THE_DOOR])
def test_of_a_record(drill: Drill, name: str) -> None:
    """Identity dies while it takes records in; nothing is lost, doubled or moved."""
    failpoint = within(name, "identity-linking")
    sent_and_checked(drill, SEEDS[name], "identity_linking", failpoint)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in OF_THE_DOOR else pytest.mark.long)
        for name in OF_A_REQUEST
    ],
)
def test_of_a_request(drill: Drill, name: str) -> None:
    """A door dies under a request; its sender asks again and there is one effect."""
    failpoint = within(name, "request")
    sent_and_checked(drill, 100 + SEEDS[name], "education_gateway", failpoint)


@pytest.mark.long
@pytest.mark.parametrize("name", OF_A_REQUEST)
def test_of_the_command_unlink(drill: Drill, name: str) -> None:
    """Identity dies while a person is parted; the command again parts them once."""
    shared = somebody()
    trust = event(
        shared | {"local_id": "T"}, "referral.received.v1", source="urn:ods:RNU"
    )
    drill.agencies.publish(trust)
    drill.agencies.publish(event(shared, "ehcna.requested.v1"))
    child = drill.agencies.child_of(shared)
    drill.until(lambda: len(drill.agencies.entries(child)) == 2)
    mine = [e for e in drill.agencies.feed_all(COUNCIL) if e["subject"] == child]
    person = next(e["personref"] for e in mine if e["source"] == COUNCIL)

    mark = drill.arm("identity_linking", within(name, "request"))
    drill.until_ready("identity_linking")
    asked = {"reason": "two children with one number"}
    answer = drill.operate("identity_linking", f"/persons/{person}/unlink", asked)
    drill.until(mark.exists)

    assert answer.status_code == 200
    alone = answer.json()["child_ref"]
    drill.until(lambda: len(drill.agencies.entries(alone)) == 1)
    parted = f"SELECT count(*) FROM identity_linking.decisions WHERE reason = 'unlinked' AND '{person}' = ANY(persons)"  # noqa: E501
    assert one(drill, parted) == 1


@pytest.mark.long
@pytest.mark.parametrize("name", OF_A_REQUEST)
def test_of_the_command_replay(drill: Drill, name: str) -> None:
    """The console dies while a refused message is sent again; it arrives once."""
    person = somebody()
    named = event(person, "ehcna.requested.v1", data={"school": SCHOOL})
    drill.agencies.publish(
        event(person, "ehcna.decided.v1", data={"decision": "assess"})
    )
    child = drill.agencies.child_of(person)
    early = event({"child_ref": child}, "concern.raised.v1", source=SCHOOL)
    refused = drill.agencies.publish(early)
    assert [e["state"] for e in refused["events"]] == ["refused"]
    drill.agencies.publish(named)
    asked = f"SELECT ref::text FROM console.refused WHERE message_ref = '{refused['message_ref']}'"  # noqa: E501
    drill.until(lambda: asyncio.run(fetch(drill.stack.dsn, asked)))
    ref = asyncio.run(fetch(drill.stack.dsn, asked))[0][0]

    mark = drill.arm("console", within(name, "request"))
    drill.until_ready("console")
    body = {"refs": [ref], "reason": "the school is named by now"}
    answer = drill.operate("console", "/refused/replay", body)
    drill.until(mark.exists)

    assert answer.status_code in {200, 409}
    message = refused["message_ref"]

    def arrived() -> int:
        """Return how often the message stands on the timeline."""
        entries = drill.agencies.entries(child)
        return [e["causationid"] for e in entries].count(message)

    drill.until(arrived)
    assert arrived() == 1


@pytest.mark.long
@pytest.mark.parametrize("name", OF_A_TURN)
def test_of_the_timer_unpacking(drill: Drill, name: str) -> None:
    """The door dies with a long array taken, and again while its items follow."""
    taken = drill.arm("education_gateway", "after-commit@request")
    sending = drill.send(array_of(200 + SEEDS[name], 620, 4, str(uuid4())))
    drill.until(taken.exists)

    mark = drill.arm("education_gateway", within(name, "unpacking"))
    drill.until(mark.exists)
    drill.until(lambda: sending.done)

    assert drill.findings(sending) == []


@pytest.mark.long
@pytest.mark.parametrize("name", OF_THE_TICK)
def test_of_the_timer_tick(drill: Drill, name: str) -> None:
    """The clocks die while they warn of what is overdue; each warning is given once."""
    drill.take_down("clocks")
    sending = drill.send(load_of(400 + SEEDS[name], 240, 12))
    drill.until(lambda: sending.done)
    assert drill.findings(sending) == []
    given = "SELECT count(*) FROM clocks.warnings"
    before = one(drill, given)

    mark = drill.arm("clocks", within(name, "tick"))
    drill.until(mark.exists)
    drill.bring_back("clocks")

    drill.until(lambda: one(drill, given) > before)
    told = "SELECT count(*) FROM delivery.notices WHERE convert_from(said, 'UTF8')::json ->> 'type' IN ('clock.due_soon.v1', 'clock.breached.v1')"  # noqa: E501
    drill.until(lambda: one(drill, told) == one(drill, given))


def test_every_failpoint_has_a_test() -> None:
    """A failpoint that is added dies under a request or a turn, or in reading alone."""
    assert {*OF_A_REQUEST, *OF_A_TURN, *OF_READING} == set(NAMES)
    assert {*OF_THE_DOOR, *OF_READING, *OF_THE_RELAY} < set(NAMES)
