"""A county is the same for the same seed, made up, and full of faults."""

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import date
from hashlib import sha256

import pytest

from deploy.local.simulator import totals, truth
from deploy.local.simulator.areas import area_of, areas
from deploy.local.simulator.county import ELSEWHERE, County, sizes
from deploy.local.simulator.faults import FAULTS
from deploy.local.simulator.life import RNU, RTH
from deploy.local.simulator.requests import requests
from services.education_gateway.translate import to_statement

COUNCIL = "urn:dfe:la:931"
UNTIL = date(2026, 9, 30)
PRINT_DIGEST = """
import sys
sys.path.insert(0, "tests")
from tests.unit.deploy.local.simulator.test_county import digest, small
print(digest(small()))
"""


def small(seed=4, scale=0.004):
    """Return a county of some hundred children."""
    return County(area_of("931"), seed, 2, UNTIL, scale)


def sent(county):
    """Return the requests of a county."""
    said = (said for life in county.lives() for said in life.said)
    return list(requests(said, county.last))


def digest(county):
    """Return what tells whether two counties are the same, to the byte."""
    return sha256(repr(sent(county)).encode()).hexdigest()


@pytest.fixture(scope="module")
def county():
    """A county large enough for everything to happen in it."""
    return small(scale=0.03)


@pytest.fixture(scope="module")
def lives(county):
    """Its children's lives."""
    return list(county.lives())


@pytest.fixture(scope="module")
def said(lives):
    """All that is said of them."""
    return [said for life in lives for said in life.said]


def test_same_seed_gives_the_same_bytes_in_another_process():
    """Neither the hash seed nor the process makes a difference."""
    command = [sys.executable, "-c", PRINT_DIGEST]
    there = subprocess.run(  # noqa: S603
        command,
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert there.stdout.strip() == digest(small())


def test_another_seed_gives_another_county():
    """The seed is what varies it."""
    assert digest(small(seed=5)) != digest(small(seed=4))


def test_the_door_takes_every_event_unless_it_is_broken(county, said):
    """What is said has a known type and carries what its type must."""
    arrays = (r for r in requests(said, county.last) if r.message.door == "education")
    good = [
        event
        for request in arrays
        for place, event in enumerate(json.loads(request.message.body))
        if place not in request.refused
    ]
    for event in good:
        to_statement(event, sender=event["source"], place=0, on=UNTIL)

    assert len(good) > 1000


def test_every_fault_happens(lives, said, county):
    """Late, twice, wrong, corrected and withdrawn, each before and after its time."""
    versions = {(s.sender, s.record, s.version): s for s in said if not s.broken}
    corrected = [
        (versions[s.sender, s.record, 1].received, s.received)
        for s in said
        if s.version == 2 and not s.broken
    ]
    taken_back = [
        (
            versions[s.sender, s.data["withdraws"]["sourcerecord"], 1].received,
            s.received,
        )
        for s in said
        if s.type == "event.withdrawn.v1" and not s.broken
    ]

    assert {s.broken for s in said} == {"", *FAULTS}
    assert any(s.again for s in said)
    assert any(s.late for s in said)
    assert {a < b for a, b in corrected} == {True, False}
    assert {a < b for a, b in taken_back} == {True, False}
    assert any(r.message.times == 2 for r in requests(said, county.last))


def test_every_kind_of_move_happens(lives):
    """Between schools, from another council, and into another family."""
    schools = [
        {s.sender for s in life.said if s.sender.startswith("urn:dfe:urn:")}
        for life in lives
    ]
    births = Counter(life.child.date_of_birth for life in lives)

    assert any(len(senders) > 1 for senders in schools)
    assert any(s.sender == ELSEWHERE for life in lives for s in life.said)
    assert births.most_common(1)[0][1] > 1


def test_every_sender_is_invented_or_a_named_partner(said):
    """No real school is made to say anything."""
    named = {COUNCIL, ELSEWHERE, RTH, RNU}
    others = {s.sender for s in said} - named

    assert all(s.startswith(("urn:dfe:urn:991", "urn:dfe:urn:992")) for s in others)


def test_nothing_happens_after_it_is_heard(said, lives):
    """An agency tells of what has happened, mistakes aside."""
    mistakes = {life.talk("mistake") for life in lives}
    assert all(s.on <= s.received.date() for s in said if s.talk not in mistakes)


def test_an_area_is_found_by_every_code():
    """By name, by the ONS's code and by the DfE's."""
    found = {area_of(said).key for said in ("Oxfordshire", "931", "E10000025")}

    assert found == {"oxfordshire"}
    assert {area.key for area in areas()} == {"oxfordshire", "england"}


def test_two_years_of_oxfordshire_are_about_a_quarter_of_a_million_events():
    """The sizes come from published figures; England's are far larger."""
    size = sizes(County(area_of("931"), 1, 2, UNTIL))
    england = sizes(County(area_of("england"), 1, 2, UNTIL))

    assert 220_000 < size["events"] < 300_000
    assert england["events"] > 50 * size["events"]


def test_a_truth_file_reads_back_as_it_was_written(tmp_path, county, lives):
    """Header and timelines survive the file."""
    timelines = [one for life in lives[:200] for one in truth.expected(life, county)]
    header = truth.Header(
        "oxfordshire", 4, 2, 0.03, "2026-09-30", totals.by_year(lives, county)
    )
    truth.write(tmp_path / "truth.jsonl", header, timelines)

    assert truth.read(tmp_path / "truth.jsonl") == (header, timelines)


def test_who_shares_no_number_is_not_one_child(county, lives):
    """A timeline holds what persons of one child say, and a life may be two of them."""
    whole = [list(truth.expected(life, county)) for life in lives]

    assert {len(timelines) for timelines in whole} >= {1, 2}
    for life, timelines in zip(lives, whole, strict=True):
        heard = [s for s in life.said if not s.broken and s.received <= county.last]
        assert sum(len(one.entries) for one in timelines) <= len(heard)
