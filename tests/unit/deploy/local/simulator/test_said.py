"""What is owed follows from what was heard, in its highest version, until a day."""

from datetime import date
from uuid import UUID

import pytest

from deploy.local.simulator.said import Known, Owed, Said, evening

WHO = Known("urn:dfe:la:931", "P1", date(2018, 5, 4), "Vale", "Ann")


def said(on, *, heard=None, version=1, earlier=None, **data):
    """Return something that was said of a day."""
    day = date.fromisoformat(on)
    return Said(
        who=WHO,
        record="R",
        type="x.y.v1",
        on=day,
        talk=UUID(int=1),
        data=data,
        received=evening(date.fromisoformat(heard or on)),
        version=version,
        earlier=earlier,
    )


def owed(start, receipt=None, **ends):
    """Return a decision that is owed because of *start*."""
    return Owed("ehcna.decision", WHO.sender, start, receipt or start, **ends)


def on(day):
    """Return the last moment of hearing of a day."""
    return evening(date.fromisoformat(day))


START = said("2026-02-02")


def test_what_was_not_heard_yet_counts_for_nothing():
    """Neither a start, nor a receipt, nor an end."""
    late = said("2026-02-10", heard="2026-03-20")

    assert owed(START).reckoned(on("2026-02-01")) is None
    assert owed(START, late).reckoned(on("2026-03-01")) is None
    assert owed(START, met=late).reckoned(on("2026-03-01")).met_on is None
    assert owed(START, met=late).reckoned(on("2026-03-20")).met_on == date(2026, 2, 10)


def test_until_a_correction_is_heard_the_first_version_stands():
    """In whichever order they come."""
    first = said("2026-02-09")
    second = said("2026-02-10", heard="2026-02-20", version=2, earlier=first)

    assert owed(START, met=second).reckoned(on("2026-02-10")).met_on == date(2026, 2, 9)
    assert owed(START, met=second).reckoned(on("2026-02-20")).met_on == date(
        2026, 2, 10
    )


@pytest.mark.parametrize(
    ("met", "stopped", "expected"),
    [
        ("2026-02-10", "2026-02-20", ("2026-02-10", None)),
        ("2026-02-20", "2026-02-10", (None, "2026-02-10")),
        ("2026-02-20", "2026-02-20", ("2026-02-20", None)),
        (None, "2026-01-20", (None, None)),
    ],
)
def test_who_stopped_owing_cannot_meet_it(met, stopped, expected):
    """What came first decides; what stopped before the start stopped something else."""
    clock = owed(START, met=met and said(met), stopped=[said(stopped)]).reckoned(
        on("2026-12-31")
    )
    found = (clock.met_on, clock.stopped_on)

    assert tuple(day and day.isoformat() for day in found) == expected


def test_a_report_is_met_on_the_day_that_the_meeting_states():
    """Some duties are met by a member of the record that started them."""
    held = said("2026-02-02", report_on="2026-02-12")
    clock = owed(held, met=held, met_day="report_on").reckoned(on("2026-12-31"))

    assert clock.met_on == date(2026, 2, 12)
