"""A county is the same for the same seed, made up, and full of faults."""

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
import typer

from deploy.local.simulator import director, totals, truth
from deploy.local.simulator.areas import area_of, areas, nearest
from deploy.local.simulator.county import ELSEWHERE, County, sizes
from deploy.local.simulator.faults import FAULTS
from deploy.local.simulator.life import RNU, RTH
from deploy.local.simulator.requests import requests
from services.education_gateway.translate import to_statement

COUNCIL = "urn:dfe:la:931"
CORPUS = os.environ.get("THROUGHLINE_CORPUS")
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


@pytest.fixture
def figures():
    """The corpus's table of councils; skips where there is none."""
    if not CORPUS:
        pytest.skip("no corpus")
    return Path(CORPUS) / "area-send" / "la_params.csv"


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("Kent", "kent"),
        ("886", "kent"),
        ("E06000023", "bristol-city-of"),
        ("bath and north east somerset", "bath-and-north-east-somerset"),
        ("St. Helens", "st-helens"),
        ("Kingston upon Hull, City of", "kingston-upon-hull-city-of"),
    ],
)
def test_every_council_may_be_named(figures, said, key):
    """As it writes itself, or by code."""
    assert area_of(said, figures).key == key
    assert len(areas(figures)) == 154


@pytest.mark.parametrize(
    ("said", "near"),
    [("oxfordshir", "oxfordshire"), ("bristol", "bristol-city-of"), ("Kant", "kent")],
)
def test_a_wrong_name_has_near_ones(figures, said, near):
    """A slip of the pen, or a part of a name."""
    with pytest.raises(KeyError):
        area_of(said, figures)
    assert near in [area.key for area in nearest(said, figures)]


def test_a_wrong_name_ends_the_command_and_says_the_nearest(capsys):
    """With 2, as whatever is used wrongly."""
    with pytest.raises(typer.Exit) as ended:
        director.area("oxfordshir", None)

    assert ended.value.exit_code == 2
    said = capsys.readouterr().err
    assert "oxfordshire (931)" in said
    assert "--figures" in said


def test_a_table_that_is_none_ends_the_command(capsys, tmp_path):
    """Whatever else the file holds."""
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")

    for wrong in (other, tmp_path / "nowhere.csv"):
        with pytest.raises(typer.Exit) as ended:
            director.area("kent", wrong)
        assert ended.value.exit_code == 2
        assert "no table of councils" in capsys.readouterr().err


def test_england_is_the_sum_of_its_councils(figures):
    """Requests and plans alike."""
    england, councils = area_of("england"), [a for a in areas(figures) if a.dfe]

    for name in ("requests", "decided_to_assess", "new_plans", "ceased"):
        summed = sum(getattr(a.published, name) for a in councils)
        assert abs(summed - getattr(england.published, name)) < 120


@pytest.mark.parametrize("area", ["england", "kent", "420"])
def test_a_part_of_an_area_has_a_part_of_its_size(figures, area):
    """However small the part, and however small the council."""
    whole = sizes(County(area_of(area, figures), 1, 2, UNTIL))
    part = sizes(County(area_of(area, figures), 1, 2, UNTIL, 0.25))

    assert part["events"] == pytest.approx(whole["events"] / 4, rel=0.25, abs=400)


def test_what_is_suppressed_is_as_in_england(figures):
    """The City of London's twenty weeks are told of too few children."""
    city, england = area_of("201", figures).published, area_of("england").published

    assert city.in_20_weeks_pc == england.in_20_weeks_pc
    assert city.requests < 100


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
