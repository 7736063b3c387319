"""A small county through every service, as its truth file has it, and its returns."""

import asyncio
import json
from datetime import date

import pytest
from openpyxl import load_workbook
from rich.console import Console
from typer.testing import CliRunner

from deploy.commands import app
from deploy.local.simulator import playing, truth
from deploy.local.simulator.areas import area_of
from deploy.local.simulator.checking import Patience
from deploy.local.simulator.county import County
from deploy.local.simulator.sending import Listed, Pace

UNTIL = date(2026, 3, 2)
"""The shared stack's today."""
NAMES = (
    *("issuer", "health_gateway", "education_gateway", "identity_linking"),
    *("clocks", "timeline", "delivery"),
)
QUIET = Console(quiet=True)


@pytest.fixture(scope="module")
def county():
    """A county of some ninety children."""
    return County(area_of("oxfordshire"), 20, 2, UNTIL, 0.002)


@pytest.fixture(scope="module")
def addresses(stack):
    """Where the shared stack answers."""
    return Listed(listed={name: stack.address(name) for name in NAMES})


@pytest.fixture(scope="module")
def played(county, addresses, tmp_path_factory):
    """The truth file of a county that was sent, and what the doors answered."""
    file = tmp_path_factory.mktemp("county") / "truth.jsonl"
    ready = playing.made(county, file, file.with_name("persons.csv"))
    return file, asyncio.run(playing.play(ready, addresses, Pace(), QUIET))


@pytest.fixture(scope="module")
def persons(played):
    """The council's own file of persons."""
    return played[0].with_name("persons.csv")


@pytest.fixture
def throughline(stack, monkeypatch):
    """The command, with where the shared stack is."""
    places = {name: stack.address(name) for name in NAMES}
    card = stack.data / "demo.json"
    card.write_text(json.dumps({"addresses": places, "today": UNTIL.isoformat()}))
    monkeypatch.delenv("THROUGHLINE_PORT_BASE", raising=False)
    monkeypatch.setenv("THROUGHLINE_DATA", str(stack.data))
    yield lambda *said: CliRunner().invoke(app, list(said))
    card.unlink()


def checked(expected, addresses):
    """Return how the shared stack differs from what is expected."""
    work = playing.check(expected, addresses, UNTIL, Patience(quiet=60), QUIET)
    return asyncio.run(work)


def test_every_timeline_and_clock_is_right(played, addresses):
    """Nothing is missing, nothing extra, and the doors refuse what they must."""
    file, sent = played
    _, expected = truth.read(file)

    assert not sent["unexpected"]
    assert sent["refused"] > 0
    assert len(expected) > 60
    assert checked(expected, addresses) == []


def test_a_truth_that_is_not_so_is_found(played, throughline):
    """A clock that would be a day longer is a difference, and the command ends with 6."""
    file, _ = played
    first, second, *_ = file.read_text("utf-8").splitlines(keepends=True)
    line = json.loads(second)
    line["clocks"] = [
        {
            "clock": "ehcna.decision",
            "owed_by": "urn:dfe:la:931",
            "started": "2026-01-05",
            "met_on": None,
            "stopped_on": None,
        }
    ]
    other = file.with_name("other.jsonl")
    other.write_text(first + json.dumps(line) + "\n", encoding="utf-8")
    said = throughline("simulate", "--check", str(other), "--wait", "0", "--json")

    assert said.exit_code == 6
    assert {one["kind"] for one in json.loads(said.stdout)} >= {"clock-missing"}


def test_the_return_of_the_year_reconciles(played, persons, throughline, tmp_path):
    """Requests, decisions, plans and the 20-week measure are what was made."""
    header, _ = truth.read(played[0])
    made = header.totals["2025"]
    asked = ("--la", "931", "--persons", str(persons), "--out", str(tmp_path), "--json")
    said = throughline("sen2", "--year", "2026", *asked)

    assert said.exit_code == 0, said.stderr
    measures = json.loads(said.stdout)["measures"]
    assert made.items() <= measures.items()
    assert len(list(tmp_path.glob("*.csv"))) == 9


def test_the_inspections_lists(played, persons, throughline, tmp_path):
    """List 1 has a row for each plan in force."""
    book = tmp_path / "lists.xlsx"
    asked = ("--la", "931", "--persons", str(persons), "--out", str(book), "--json")
    said = throughline("area-send", "--on", "2026-03-02", *asked)

    assert said.exit_code == 0, said.stderr
    rows = json.loads(said.stdout)["rows"]
    assert rows["List_1"] > 10
    assert load_workbook(book)["List_1"].max_row == rows["List_1"] + 1
    assert played


def test_another_council_is_told_nothing(played, persons, throughline, tmp_path):
    """Without an agreement there is no timeline, so there is no return."""
    asked = ("--la", "998", "--persons", str(persons), "--out", str(tmp_path / "x"))
    said = throughline("sen2", "--year", "2026", *asked)

    assert said.exit_code == 3
    assert played
