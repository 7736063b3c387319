"""The further children: the same for the same seed, made up, and well formed."""

import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.local.scenarios import TODAY
from deploy.local.scenarios.cohort import CHILDREN, SEED, cohort
from deploy.local.scenarios.message import Message
from deploy.local.scenarios.people import SCHOOLS, child_of
from deploy.local.scenarios.story import read_story
from deploy.local.trust import read_practice
from schemas.events import CATALOGUE
from schemas.identifiers import nhs_number_agrees, upn_agrees

PRINT_DIGEST = """
from hashlib import sha256
from deploy.local.scenarios.cohort import cohort
print(sha256(repr(cohort()).encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def messages() -> list[Message]:
    """The demonstration's further requests."""
    return cohort()


@pytest.fixture(scope="module")
def events(messages) -> list[tuple[Message, dict[str, Any]]]:
    """Every event of the arrays, with the request that carries it."""
    arrays = (message for message in messages if message.door == "education")
    return [(array, event) for array in arrays for event in json.loads(array.body)]


def test_same_seed_gives_the_same_bytes_in_another_process(messages):
    """Neither the hash seed nor the process makes a difference."""
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    command = [sys.executable, "-c", PRINT_DIGEST]
    there = subprocess.run(  # noqa: S603
        command, env=environment, capture_output=True, text=True, check=True
    )

    assert there.stdout.strip() == sha256(repr(messages).encode()).hexdigest()


def test_another_seed_gives_other_children():
    """The seed is what varies them."""
    assert cohort(seed=SEED, children=5) != cohort(seed=SEED + 1, children=5)


def test_children_do_not_depend_on_how_many_there_are(events):
    """The first ten of two hundred are the ten of a smaller demonstration."""
    few = {
        event["sourcerecord"]: event
        for message in cohort(children=10)
        if message.door == "education"
        for event in json.loads(message.body)
    }

    assert few.items() <= {e["sourcerecord"]: e for _, e in events}.items()


def test_numbers_pass_their_checks_and_belong_to_one_child_each():
    """NHS numbers begin with 999, UPNs are Oxfordshire's, and none is shared."""
    children = [child_of(SEED, number) for number in range(1, CHILDREN + 1)]
    numbers = {child.nhs_number for child in children}
    upns = {child.upn for child in children}
    told = {p.get("nhs_number") for p in read_story().people.values()}
    listed = {patient.nhs_number for patient in read_practice().patients}

    assert all(n.startswith("999") and nhs_number_agrees(n) for n in numbers)
    assert all(upn[1:4] == "931" and upn_agrees(upn) for upn in upns)
    assert len(numbers) == len(upns) == CHILDREN
    assert not numbers & (told | listed)
    assert {child.school for child in children} == set(SCHOOLS)


def test_everyone_who_takes_part_is_known(messages):
    """Whoever sends or is named has a name and an agreement of this partnership."""
    path = Path(__file__).parents[4] / "contracts" / "agreements" / "oxfordshire.yaml"
    held = yaml.safe_load(path.read_text(encoding="utf-8"))
    named = {organisation["urn"] for organisation in held["organisations"]}
    agreed = {agreement["recipient"] for agreement in held["agreements"]}

    senders = {m.sender for m in messages} | {m.sender for m in read_story().messages}

    assert senders <= named
    assert senders <= agreed


def test_request_ids_are_not_used_twice(messages):
    """Two requests never share an id by accident."""
    assert len({message.request_id for message in messages}) == len(messages)


def test_one_record_always_says_the_same(events):
    """A record that is sent again is sent unchanged."""
    said = defaultdict(set)
    for _, event in events:
        said[event["source"], event["id"]].add(json.dumps(event, sort_keys=True))

    assert all(len(contents) == 1 for contents in said.values())


def test_arrays_are_of_one_sender_and_of_at_most_a_hundred(messages, events):
    """A request carries what its own sender says, no more than it may."""
    assert all(event["source"] == message.sender for message, event in events)
    assert max(Counter(id(message) for message, _ in events).values()) <= 100
    assert {m.door for m in messages} == {"health", "education"}


def test_every_event_is_in_the_catalogues_words(events):
    """The catalogue takes each event's data and knows all its members."""
    for _, event in events:
        model = CATALOGUE[event["type"]].data

        model.model_validate(event["data"])
        assert event["data"].keys() <= model.model_fields.keys()


def test_requests_are_in_order_and_end_before_today(messages):
    """What is sent is sent in the order of its dates, none of them to come."""
    received = [message.received_at for message in messages]

    assert received == sorted(received)
    assert received[-1].date() < TODAY


def test_some_come_late_some_twice_some_out_of_order(messages, events):
    """The further children have the story's three faults."""
    lag: dict[tuple[str, str], int] = {}
    for message, event in events:
        happened = date.fromisoformat(event["occurred"])
        days = (message.received_at.date() - happened).days
        lag.setdefault((event["source"], event["id"]), days)
    records = Counter((event["source"], event["id"]) for _, event in events)
    heard = defaultdict(list)
    for _, event in events:
        heard[event["data"]["person"]["local_id"]].append(event["occurred"])

    assert min(lag.values()) == 0
    assert max(lag.values()) > 2
    assert max(records.values()) == 2
    assert any(message.times == 2 for message in messages)
    assert any(days != sorted(days) for days in heard.values())


def test_some_children_are_joined_and_some_stay_apart(events):
    """The council joins many children's numbers and not all."""
    joined = {
        event["data"]["person"]["local_id"]
        for _, event in events
        if event["type"] == "person.identified.v1"
    }
    known = {
        event["data"]["person"]["local_id"]
        for message, event in events
        if message.sender == "urn:dfe:la:931"
    }

    assert joined
    assert known - joined


def test_a_withdrawn_referral_keeps_the_conversation_of_the_referral(messages):
    """A cancellation carries the record and the correlation id of what it cancels."""
    talks = defaultdict(set)
    for message in messages:
        if message.door == "health":
            talks[json.loads(message.body)["id"]].add(message.correlation_id)
    sent = Counter(
        json.loads(message.body)["id"]
        for message in messages
        if message.door == "health"
    )

    assert max(sent.values()) == 2
    assert all(len(ids) == 1 for ids in talks.values())
