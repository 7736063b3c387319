"""Arrays at the education door: each item judged, in order, however long the array."""

import asyncio
from collections import defaultdict
from uuid import uuid4

import pytest

from schemas.topics import EDUCATION_INBOUND, EVENTS_LINKED, EVENTS_TRANSLATED
from tests.support.agencies import COUNCIL, SCHOOL, TRUST, event, requested, somebody
from tests.support.local_stack import until
from tests.support.stepping import read_all

LONG = 1100


def lying(agencies, topic, *refs):
    """Return message and place of the records of some messages, by person, as they lie."""
    found = defaultdict(list)
    for record in asyncio.run(read_all(agencies.stack, topic.name)):
        said = {k: v.decode() for k, v in record.headers if v}
        if said.get("ce_causationid") in refs:
            own = refs.index(said["ce_causationid"]), int(said["ce_place"])
            found[said["ce_personref"]].append(own)
    return sorted(found.values())


def test_one_bad_event_of_an_array_is_refused_alone(agencies):
    """The others are taken in; answer and receipt say which, why and where."""
    good = [requested(), requested()]
    answer = agencies.post([good[0], requested(occurred="soon"), good[1]])

    assert answer.status_code == 202
    items = answer.json()["items"]
    assert [item["status"] for item in items] == ["accepted", "refused", "accepted"]
    assert items[1]["problem"]["errors"][0]["where"] == "/occurred"
    receipt = agencies.settled(answer.json()["message_ref"])
    assert receipt["state"] == "translated"
    assert [(e["place"], e["state"]) for e in receipt["events"]] == [
        (0, "linked"),
        (1, "refused"),
        (2, "linked"),
    ]
    assert receipt["events"][1]["where"] == "/occurred"


def test_another_senders_event_in_an_array_is_refused(agencies):
    """Nobody sends in another's name, in an array neither."""
    answer = agencies.post([requested(), requested(source=TRUST)])

    problem = answer.json()["items"][1]["problem"]
    assert (problem["status"], problem["errors"][0]["where"]) == (403, "/source")


@pytest.mark.parametrize("query", ["", "?atomic=true", "?atomic=false"])
def test_an_array_wholly_bad_is_refused(agencies, query):
    """422, each event's faults at its place, nothing taken in, and a receipt."""
    answer = agencies.post([requested(occurred="soon"), {}, 3], query=query)

    assert answer.status_code == 422
    assert [error["place"] for error in answer.json()["errors"]] == [0, 1, 2]
    ref = answer.headers["Location"].removeprefix("/messages/")
    assert agencies.receipt(ref).json()["state"] == "refused"


def test_atomic_refuses_all_for_one(agencies):
    """With `atomic=true` one bad event keeps out the good ones as well."""
    person = somebody()
    answer = agencies.post([requested(person), {}], query="?atomic=true")

    assert answer.status_code == 422
    assert [error["place"] for error in answer.json()["errors"]] == [1]
    agencies.publish(event(person, "ehcp.draft_issued.v1"))
    [entry] = agencies.shown(person, 1)
    assert entry["type"] == "ehcp.draft_issued.v1"


def test_an_array_again_gets_the_first_answer(agencies):
    """A repeat of an array is known by its bytes, refused items and all."""
    body, own = [requested(), {}], str(uuid4())
    first = agencies.post(body, request_id=own)
    again = agencies.post(body, request_id=own)
    fewer = agencies.post(body[:1], request_id=own)

    assert (first.status_code, fewer.status_code) == (202, 409)
    assert (again.status_code, again.content) == (202, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("count", [0, 5001])
def test_an_array_holds_up_to_five_thousand(agencies, count):
    """None at all and one too many are refused whole, before any is judged."""
    answer = agencies.post([{}] * count)

    assert answer.status_code == 422
    assert "5000" in answer.json()["errors"][0]["rule"]


def test_a_long_array_is_unpacked_in_order_and_what_comes_after_waits(agencies):
    """What one sender says keeps its order, though a long array takes several steps."""
    people = [somebody() for _ in range(11)]
    events = [requested(people[n % 11]) for n in range(LONG)]
    events[700]["occurred"] = "soon"
    first = agencies.post(events)
    second = agencies.post([event(one, "ehcp.draft_issued.v1") for one in people])
    refs = [answer.json()["message_ref"] for answer in (first, second)]
    until(lambda: len(agencies.settled(refs[0])["events"]) == LONG)
    told = [agencies.settled(ref)["events"] for ref in refs]

    states = [one["state"] for one in told[0]]
    assert states == ["linked"] * 700 + ["refused"] + ["linked"] * (LONG - 701)
    wanted = [
        [(0, n) for n in range(nth, LONG, 11) if n != 700] + [(1, nth)]
        for nth in range(11)
    ]
    for topic in (EDUCATION_INBOUND, EVENTS_TRANSLATED, EVENTS_LINKED):
        assert lying(agencies, topic, *refs) == wanted


def test_another_senders_messages_do_not_wait(agencies):
    """A long array of one sender holds up nobody else."""
    agencies.post([requested() for _ in range(600)], COUNCIL)
    own = requested(source=SCHOOL)

    assert agencies.publish(own)["events"][0]["state"] == "linked"
