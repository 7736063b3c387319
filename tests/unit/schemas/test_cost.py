"""What a child costs grows with its events and not with their square."""

import sys
from datetime import date

import pytest

from schemas.clocks import clocks_of
from schemas.naming import namings
from services.runtime.decide import visible
from tests.support.agreements import sight
from tests.support.clocks import RULES, asked, decided, final, requested
from tests.support.entries import COUNCIL, withdrawal

FEW = 150
TIMES = 4


def many(make, count):
    """Return *count* events that *make* makes of a number, each of its own record."""
    return [
        make(n, id=f"e{n}", sourcerecord=f"r{n}", correlationid=f"k{n}")
        for n in range(count)
    ]


def day(number):
    """Return one of the days of a month."""
    return f"2026-03-{number % 28 + 1:02d}"


def requests(count):
    """Return requests that nobody has answered."""
    return many(lambda n, **own: requested(day(n), **own), count)


def stories(count):
    """Return requests, decisions and plans, none of which names another."""
    kinds = (requested, decided, final)
    return many(lambda n, **own: kinds[n % 3](day(n), **own), count)


def questions(count):
    """Return questions to one body."""
    return many(lambda n, **own: asked(day(n), received_on=day(n), **own), count)


def corrections(count):
    """Return one record, corrected again and again."""
    return [
        requested(day(n), id=f"e{n}", sourcerecord="one", sourceversion=n + 1)
        for n in range(count)
    ]


def withdrawals(count):
    """Return events and what takes each of them back."""
    events = requests(count // 2)
    return events + [withdrawal(one, id=f"w{one.id}") for one in events]


def calls(work, *given):
    """Return how many functions *work* calls: a measure that no busy machine changes."""
    count = 0

    def note(_frame, event, _what):
        """Count."""
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work(*given)
    finally:
        sys.setprofile(before)
    return count


def seen(entries):
    """Return what the council sees."""
    return visible(entries, sight(COUNCIL, entries))


def clocked(entries):
    """Return the clocks."""
    return clocks_of(entries, RULES, date(2026, 4, 1))


@pytest.mark.parametrize("work", [clocked, namings, seen])
@pytest.mark.parametrize(
    "made", [requests, stories, questions, corrections, withdrawals]
)
def test_four_times_the_events_cost_about_four_times(work, made):
    """Whatever a child's many events are; a sort is allowed."""
    few, lots = made(FEW), made(FEW * TIMES)
    work(few), work(lots)  # what is remembered of texts is remembered
    assert calls(work, lots) < 1.5 * TIMES * calls(work, few)
