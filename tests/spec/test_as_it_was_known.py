"""As it was known on a day: from what was known then, by the day that it was."""

from datetime import date

import pytest

from services.timeline.rules import counted_on, known_by, timeline
from services.timeline.store.reading import known_moment
from tests.support.clocks import RULES, decided, requested

TODAY = date(2026, 6, 1)
REQUEST = requested("2026-03-02", knownat="2026-03-02T09:00:01.000000Z")
DECISION = decided("2026-04-10", knownat="2026-05-04T09:00:01.000000Z")
"""In time, and heard three weeks after the last day."""


def shown(asked):
    """Return the state of the decision's clock, and what it rests on."""
    moment = known_moment(asked)
    entries = [REQUEST, DECISION]
    known = entries if moment is None else known_by(entries, moment)
    said = timeline(known, RULES, counted_on(TODAY, moment))
    [clock] = [one for one in said["clocks"] if one["clock"] == "ehcna.decision"]
    return clock["state"], clock["met_on"], clock["events"]


@pytest.mark.parametrize(
    ("asked", "state"),
    [
        ("2026-03-10", "running"),
        ("2026-04-10", "due_soon"),
        ("2026-04-13", "due_soon"),
        ("2026-04-14", "breached"),
        ("2026-05-03", "breached"),
    ],
)
def test_clocks_stand_as_they_stood_then(asked, state):
    """What came later is not known, and the day decides what is due."""
    assert shown(asked) == (state, None, [REQUEST.id])


@pytest.mark.parametrize("asked", ["2026-05-04", "2026-06-01", "2099-01-01", None])
def test_what_was_known_since_is_counted(asked):
    """From the day on which it was heard, the clock was met in time."""
    assert shown(asked) == ("met", "2026-04-10", [REQUEST.id, DECISION.id])


@pytest.mark.parametrize(
    ("asked", "day"),
    [
        (None, TODAY),
        ("2026-05-31", date(2026, 5, 31)),
        ("2026-04-30T23:30:00Z", date(2026, 5, 1)),
        ("2099-01-01", TODAY),
    ],
)
def test_the_day_is_londons_and_never_after_today(asked, day):
    """An instant counts by its London date; nobody looks at tomorrow."""
    assert counted_on(TODAY, known_moment(asked)) == day
