"""What is asked of an organisation, in words."""

import pytest

from services.runtime import pages
from services.runtime.pages.owed import ask_row
from tests.unit.services.runtime.pages.owed_samples import (
    ask_item,
    ask_page,
    owed_page,
)
from tests.unit.services.runtime.pages.page_samples import (
    COUNCIL,
    NAMES,
    TODAY,
    TRUST,
)


def row(**members):
    """Return one item in words."""
    return ask_row(ask_item(**members), NAMES, TODAY)


def test_a_request_says_when_it_is_due_and_in_which_week_the_plan_is():
    """The body sees its own last day, and the twenty weeks that it is part of."""
    one = row()

    assert (one.when, one.week) == ("Due in 29 days", "Week 9 of 20")
    assert (one.title, one.waiting_on) == ("Medical advice", NAMES[TRUST])


@pytest.mark.parametrize(
    ("members", "tag"),
    [
        ({}, "Running"),
        ({"overdue": True}, "Overdue"),
        ({"received_on": None, "due": None}, "To acknowledge"),
        (
            {"received_on": None, "due": None, "unacknowledged": True},
            "Not acknowledged",
        ),
    ],
)
def test_a_state_is_said_in_a_word(members, tag):
    """Colour alone would be lost on a screen reader."""
    assert row(**members).tag == tag


def test_a_plan_that_is_late_is_in_no_week():
    """Week 23 of 20 would be nonsense."""
    plan = {"week": 23, "weeks": 20, "due": "2026-04-06"}

    assert row(plan=plan).week == "The 20 weeks of the plan are over"


def test_what_others_owe_is_apart_from_what_is_asked_of_us():
    """Only a request of our own leads to a form; one nobody acknowledged stands out."""
    html = pages.owed(owed_page())

    assert html.count('href="/owed/') == 1
    assert "27 April 2026" in html.partition("days are counted to")[2][:80]
    assert html.index("not acknowledged in two working days") < html.index("waited for")


def test_a_child_is_named_only_where_that_is_granted():
    """Without identifiers the page says who can name the child."""
    named = pages.ask(ask_page())
    nameless = pages.ask(ask_page(child=None))

    assert "Ann Vale" in named
    assert "Vale" not in nameless
    assert f"{NAMES[COUNCIL]} can, by the reference below" in nameless
