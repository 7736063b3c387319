"""The check finds whatever differs, and nothing where nothing does."""

import itertools
from copy import deepcopy
from datetime import date

import httpx
import pytest

from deploy.local.simulator.checking import Checker, Patience, compare
from deploy.local.simulator.law import Reckoned
from deploy.local.simulator.sending import Listed
from deploy.local.simulator.truth import Expected, Seen

TODAY = date(2026, 3, 2)
COUNCIL = "urn:dfe:la:931"


def seen(kind, occurred, **changes):
    """Return an entry that is expected."""
    said = {
        "type": kind,
        "source": COUNCIL,
        "occurred": occurred,
        "time": f"{occurred}T17:30:00.000000Z",
        "correlationid": "3d9f5a0e-0000-4000-8000-000000000001",
        "state": "linked",
        "late": False,
        "data": {"received_on": occurred},
    }
    return Seen(**said | changes)


EXPECTED = Expected(
    number=7,
    reader=COUNCIL,
    hidden_from=(),
    find={},
    entries=(
        seen("ehcna.requested.v1", "2026-02-02"),
        seen("ehcna.decided.v1", "2026-02-20"),
    ),
    clocks=(
        Reckoned("ehcna.decision", COUNCIL, date(2026, 2, 2), date(2026, 2, 20), None),
    ),
)


@pytest.fixture
def shown():
    """A timeline as it should be."""
    entries = [
        {"id": str(n), **{name: getattr(e, name) for name in Seen.__slots__}}
        for n, e in enumerate(EXPECTED.entries)
    ]
    clock = {
        "id": "c",
        "clock": "ehcna.decision",
        "owed_by": COUNCIL,
        "started": "2026-02-02",
        "due": "2026-03-16",
        "state": "met",
        "met_on": "2026-02-20",
        "explained": None,
    }
    return deepcopy({"entries": entries, "clocks": [clock]})


def kinds(shown):
    """Return which kinds of difference are found."""
    return sorted(one.kind for one in compare(EXPECTED, shown, TODAY))


def test_nothing_differs(shown):
    """A right timeline has no difference."""
    assert kinds(shown) == []


def test_an_entry_that_is_not_there(shown):
    """It is missing."""
    shown["entries"].pop()
    assert kinds(shown) == ["missing"]


def test_an_entry_that_is_there_twice(shown):
    """The second is extra."""
    shown["entries"].append(shown["entries"][-1] | {"id": "9"})
    assert kinds(shown) == ["extra"]


@pytest.mark.parametrize(
    ("member", "other"),
    [
        ("state", "superseded"),
        ("late", True),
        ("source", "urn:ods:RNU"),
        ("time", "2026-02-21T17:30:00.000000Z"),
        ("correlationid", "other"),
        ("data", {}),
    ],
)
def test_an_entry_that_says_something_else(shown, member, other):
    """What was expected is missing, and what is there is extra."""
    shown["entries"][0][member] = other
    assert kinds(shown) == ["extra", "missing"]


def test_entries_in_the_wrong_order(shown):
    """A later one must not stand first."""
    shown["entries"].reverse()
    assert kinds(shown) == ["out-of-order"]


@pytest.mark.parametrize(
    ("member", "other"),
    [
        ("due", "2026-03-15"),
        ("state", "met_late"),
        ("owed_by", "urn:ods:RNU"),
        ("started", "2026-02-03"),
        ("met_on", None),
        ("explained", "reg. 5(4)"),
    ],
)
def test_a_clock_that_says_something_else(shown, member, other):
    """A day too few is found."""
    shown["clocks"][0][member] = other
    assert kinds(shown) == ["clock-extra", "clock-missing"]


def test_a_clock_of_another_kind(shown):
    """One that nobody expected is a difference as well."""
    shown["clocks"].append(shown["clocks"][0] | {"clock": "ehcp.final"})
    assert kinds(shown) == ["clock-extra"]


class Timeline:
    """A timeline that answers a little more each time, up to what it is told."""

    def __init__(self, *answers):
        """Answer these one after another, the last one for ever."""
        self._answers = list(answers)

    def answer(self, asked):
        """Answer the issuer, a search, and a timeline."""
        if asked.url.path == "/token":
            return httpx.Response(200, json={"access_token": "t"})
        if asked.url.path == "/children/search":
            return httpx.Response(200, json={"child_ref": "c-1"})
        first = self._answers[0]
        if len(self._answers) > 1:
            self._answers.pop(0)
        return httpx.Response(200, json=first)


async def settled(timeline, quiet=1.0):
    """Return what a check finds, on a clock that moves by a second a look."""
    seconds = itertools.count()

    async def sleep(_seconds):
        """Wait no time at all."""

    patience = Patience(quiet, sleep=sleep, clock=lambda: next(seconds))
    transport = httpx.MockTransport(timeline.answer)
    async with httpx.AsyncClient(transport=transport) as http:
        listed = dict.fromkeys(("issuer", "timeline"), "http://here")
        checker = Checker(http, Listed(listed=listed), TODAY)
        return await checker.settled([EXPECTED], patience)


async def test_what_is_still_on_its_way_is_waited_for(shown):
    """An entry that arrives later is no difference."""
    early = shown | {"entries": shown["entries"][:1]}

    assert await settled(Timeline(early, shown), quiet=9) == []


async def test_what_stays_wrong_is_reported(shown):
    """When nothing gets better any more, what is left is what is wrong."""
    early = shown | {"entries": shown["entries"][:1]}

    assert [one.kind for one in await settled(Timeline(early))] == ["missing"]


async def test_what_became_wrong_after_it_was_right_is_found(shown):
    """A second entry that arrives last is found, because all are looked at again."""
    early = shown | {"entries": shown["entries"][:1]}
    doubled = shown | {"entries": [*shown["entries"], shown["entries"][-1]]}
    found = await settled(Timeline(early, shown, doubled), quiet=9)

    assert [one.kind for one in found] == ["extra"]


def test_a_clock_that_the_truth_knows_nothing_of(shown):
    """A kind that nobody reckoned is a difference, so that somebody does."""
    shown["clocks"].append(shown["clocks"][0] | {"clock": "some.other"})
    assert kinds(shown) == ["clock-extra"]
