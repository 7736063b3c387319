"""Kafka or Postgres is away for a while: what was accepted arrives, and arrives once."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from tests.support.agencies import event, somebody
from tests.support.faults import Drill, drilled

pytestmark = pytest.mark.long
REQUESTED = "ehcna.requested.v1"


@pytest.fixture(scope="module")
def drill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drill]:
    """What brings an event to the timeline."""
    names = ("education_gateway", "identity_linking", "timeline")
    with drilled(tmp_path_factory.mktemp("away"), names=names) as running:
        yield running


def state_of(drill: Drill, answer: httpx.Response) -> str:
    """Return the state of the message that *answer* acknowledged."""
    receipt = drill.agencies.receipt(answer.json()["message_ref"])
    return str(receipt.json()["state"])


def arrived(drill: Drill, person: dict[str, str], answer: httpx.Response) -> int:
    """Return how many entries of the child come from an acknowledged message."""
    drill.until(lambda: drill.agencies.find(person).status_code == 200)
    child = drill.agencies.find(person).json()["child_ref"]
    ref = answer.json()["message_ref"]
    return [e["causationid"] for e in drill.agencies.entries(child)].count(ref)


def test_kafka_down(drill: Drill) -> None:
    """A message is accepted, waits while Kafka is down, and then arrives once."""
    person, request = somebody(), str(uuid4())
    said = event(person, REQUESTED)
    drill.take_down("kafka-1")

    taken = drill.agencies.post(said, request_id=request)
    again = drill.agencies.post(said, request_id=request)

    assert (taken.status_code, state_of(drill, taken)) == (202, "waiting")
    assert again.json() == taken.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    drill.bring_back("kafka-1")
    drill.until(lambda: state_of(drill, taken) == "translated")
    assert arrived(drill, person, taken) == 1


def test_postgres_down(drill: Drill) -> None:
    """A message is not taken, with a time to come back; its repeat gives one entry."""
    person, request = somebody(), str(uuid4())
    said = event(person, REQUESTED)
    drill.take_down("postgres")

    refused = drill.agencies.post(said, request_id=request)

    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0
    drill.bring_back("postgres")
    heard: list[httpx.Response] = []

    def taken() -> bool:
        """Send the same request again, as a sender would."""
        heard.append(drill.agencies.post(said, request_id=request))
        return heard[-1].status_code == 202

    drill.until(taken)
    drill.until(lambda: state_of(drill, heard[-1]) == "translated")
    assert {answer.status_code for answer in heard[:-1]} <= {503}
    assert arrived(drill, person, heard[-1]) == 1


def test_nothing_is_shown_without_an_audit_store(drill: Drill) -> None:
    """With Postgres down every reading door asks to come back later, and shows nothing."""
    person = somebody()
    taken = drill.agencies.publish(event(person, REQUESTED))
    child = drill.agencies.child_of(person)
    drill.take_down("postgres")

    answers = [
        drill.agencies.timeline(child),
        drill.agencies.find(person),
        drill.agencies.receipt(taken["message_ref"]),
    ]

    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert all("Retry-After" in answer.headers for answer in answers)
    drill.bring_back("postgres")
    drill.until(lambda: drill.agencies.timeline(child).status_code == 200)
