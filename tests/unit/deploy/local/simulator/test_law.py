"""The simulator's own reckoning of days, against dates worked out by hand."""

from datetime import date

import pytest

from deploy.local.simulator.law import Reckoned


def clock(kind, started, **ends):
    """Return a clock that began on a day."""
    said = {"met_on": None, "stopped_on": None} | ends
    days = {name: day and date.fromisoformat(day) for name, day in said.items()}
    return Reckoned(kind, "urn:dfe:la:931", date.fromisoformat(started), **days)


@pytest.mark.parametrize(
    ("kind", "started", "due"),
    [
        ("ehcna.decision", "2026-11-02", "2026-12-14"),
        ("ehcp.final", "2026-11-02", "2027-03-22"),
        ("ehcna.decision", "2023-12-01", "2024-01-12"),  # over a new year, leap
        ("ehcp.final", "2023-12-01", "2024-04-19"),
        ("ehcp.final", "2026-07-06", "2026-11-23"),
        ("ehcna.advice", "2026-12-14", "2027-01-25"),
        ("ehcna.no_plan", "2026-11-02", "2027-02-22"),
        ("ehcp.draft_representations", "2027-03-01", "2027-03-15"),
        ("ehcp.school_consult", "2027-03-01", "2027-03-16"),
        ("mediation.arrange", "2026-12-07", "2027-01-06"),
        ("ar.report", "2027-01-11", "2027-01-25"),
        ("ar.decision", "2027-01-11", "2027-02-08"),
        ("ar.amended_final", "2027-02-01", "2027-03-29"),
        ("ar.cycle", "2024-02-29", "2025-02-28"),
        ("ar.cycle", "2026-03-15", "2027-03-14"),
        ("referral.wait", "2026-11-30", "2027-04-05"),
    ],
)
def test_the_last_day(kind, started, due):
    """The day of the event is not counted, and no holiday moves the last day."""
    assert clock(kind, started).due.isoformat() == due


@pytest.mark.parametrize(
    ("ends", "today", "state"),
    [
        ({"met_on": "2026-12-14"}, "2027-01-01", "met"),
        ({"met_on": "2026-12-15"}, "2027-01-01", "met_late"),
        ({"stopped_on": "2026-12-01"}, "2027-01-01", "stopped"),
        ({}, "2026-12-06", "running"),
        ({}, "2026-12-07", "due_soon"),
        ({}, "2026-12-14", "due_soon"),
        ({}, "2026-12-15", "breached"),
    ],
)
def test_the_state_on_a_day(ends, today, state):
    """What ended a clock decides, else the day; the last day itself is in time."""
    made = clock("ehcna.decision", "2026-11-02", **ends)

    assert made.state(date.fromisoformat(today)) == state


def test_what_lapses_is_nobodys_breach():
    """Time that is given, and a decision that was not owed after all, just end."""
    lapsed = clock("ehcp.draft_representations", "2027-03-01")

    assert lapsed.state(date(2027, 3, 15)) == "due_soon"
    assert lapsed.state(date(2027, 3, 16)) == "stopped"
