"""What the tribunal orders has a time limit of its own, by what it orders."""

from datetime import date

import pytest

from tests.support.clocks import clocks, decided, final, requested, the
from tests.support.entries import COUNCIL, entry

LATE = date(2030, 1, 1)
ORDERED = "2027-03-01"


def ordered(order, occurred=ORDERED):
    """Return an order of the tribunal, as the council tells it."""
    data = {"ordered_on": occurred, "order": order}
    return entry(
        "dispute.tribunal_order.v1", occurred, sourcerecord=f"order {order}", data=data
    )


def informed(occurred, about="dispute.tribunal_order.v1"):
    """Return that the parent was told of something."""
    return entry("parent.informed.v1", occurred, data={"about": about})


@pytest.mark.parametrize(
    ("order", "clock", "due"),
    [
        ("name-school", "tribunal.name_school", "2027-03-15"),
        ("amend-plan", "tribunal.amend_plan", "2027-04-05"),
        ("assess", "tribunal.assess.notify", "2027-03-15"),
        ("assess", "tribunal.assess.no_plan", "2027-05-10"),
        ("assess", "tribunal.assess.final", "2027-06-07"),
        ("reassess", "tribunal.assess.final", "2027-06-07"),
        ("make-plan", "tribunal.make_plan.draft", "2027-04-05"),
        ("make-plan", "tribunal.make_plan.final", "2027-05-17"),
    ],
)
def test_the_order_says_how_long(order, clock, due):
    """Weeks from the day of the order, which is left out; the council owes it."""
    found = the(clock, ordered(order))
    assert (found.due.isoformat(), found.owed_by) == (due, COUNCIL)


@pytest.mark.parametrize("order", ["dismissed", "continue-plan", "reconsider"])
def test_other_orders_start_nothing_that_is_counted(order):
    """Dismissed, or to be done at once: no number of weeks is in the text."""
    assert not [name for name in clocks(ordered(order)) if "tribunal" in name]


@pytest.mark.parametrize(
    ("order", "clock", "said", "state"),
    [
        ("assess", "notify", informed("2027-03-15"), "met"),
        ("assess", "notify", informed("2027-03-16"), "met_late"),
        ("assess", "notify", informed("2027-03-10", "ehcna.decided.v1"), "breached"),
        ("assess", "no_plan", entry("ehcp.not_issued.v1", "2027-05-11"), "met_late"),
        ("assess", "no_plan", final("2027-06-01"), "stopped"),
        ("assess", "no_plan", informed("2027-03-10"), "stopped"),
        ("assess", "final", entry("ehcp.not_issued.v1", "2027-05-01"), "stopped"),
        ("reassess", "final", entry("ehcp.amended_final.v1", "2027-06-07"), "met"),
        ("make-plan", "draft", entry("ehcp.draft_issued.v1", "2027-04-06"), "met_late"),
        ("make-plan", "final", final("2027-05-17"), "met"),
    ],
)
def test_what_meets_or_stops_it(order, clock, said, state):
    """Each by the event that the text names, and nothing else."""
    kind = f"tribunal.{order.replace('-', '_').replace('re', '')}.{clock}"
    assert the(kind, ordered(order), said, today=LATE).state == state


@pytest.mark.parametrize("order", ["name-school", "amend-plan"])
def test_an_amended_plan_meets_an_order_and_its_end_stops_one(order):
    """The order is about the plan: where that ends, nothing more is owed."""
    kind = f"tribunal.{order.replace('-', '_')}"
    amended = entry("ehcp.amended_final.v1", "2027-03-14")
    ceased = entry("ehcp.ceased.v1", "2027-03-10")

    assert the(kind, ordered(order), amended, today=LATE).state == "met"
    assert the(kind, ordered(order), ceased, today=LATE).state == "stopped"


def test_an_overturned_refusal_runs_by_the_order_alone():
    """The clock of the first request stays as the refusal left it."""
    request = requested("2026-11-02")
    refused = decided("2026-12-01", data={"decision": "refuse"})
    found = clocks(request, refused, ordered("assess"), final("2027-06-01"), today=LATE)

    assert found["ehcp.final"][0].state == "stopped"
    assert found["tribunal.assess.final"][0].state == "met"
