"""What ends a duty: refusals, withdrawals, moves, and the next review."""

from datetime import date

import pytest

from schemas.clocks import clocks_of
from tests.support.clocks import RULES
from tests.support.entries import COUNCIL, entry

TODAY = date(2026, 11, 23)
REQUEST = entry(
    "ehcna.requested.v1", "2026-03-02", sourcerecord="EHC-1", source=COUNCIL
)


def said(kind, on, **data):
    """Return what the council says next."""
    return entry(kind, on, sourcerecord=kind, source=COUNCIL, data=data)


def states(*entries):
    """Return the state of the clocks of decision and plan."""
    found = clocks_of([REQUEST, *entries], RULES, TODAY)
    wanted = ("ehcna.decision", "ehcp.final")
    return {clock.clock: clock.state for clock in found if clock.clock in wanted}


DECIDED = said("ehcna.decided.v1", "2026-04-01", decision="assess")


@pytest.mark.parametrize(
    ("entries", "decision", "plan"),
    [
        ([], "breached", "breached"),
        ([said("ehcna.withdrawn.v1", "2026-03-20")], "stopped", "stopped"),
        ([said("ehcna.exported.v1", "2026-03-20")], "stopped", "stopped"),
        ([DECIDED], "met", "breached"),
        ([DECIDED, said("ehcna.exported.v1", "2026-05-20")], "met", "stopped"),
        ([DECIDED, said("ehcp.not_issued.v1", "2026-06-20")], "met", "stopped"),
        (
            [said("ehcna.decided.v1", "2026-04-01", decision="refuse")],
            "met",
            "stopped",
        ),
    ],
)
def test_nothing_more_is_owed(entries, decision, plan):
    """
    A request that was withdrawn or exported, a refusal, and a decision for no plan.

    SEND Regulations 2014 regs. 5, 10 and 13; a decision that was notified stays met.
    """
    assert states(*entries) == {"ehcna.decision": decision, "ehcp.final": plan}


def test_the_first_thing_that_stops_a_clock_is_the_one_it_rests_on():
    """Of a decision for no plan and a later move, the clock names the decision."""
    none, moved = (
        said("ehcp.not_issued.v1", "2026-06-20"),
        said("ehcna.exported.v1", "2026-06-25"),
    )
    [plan] = [
        clock
        for clock in clocks_of([REQUEST, DECIDED, moved, none], RULES, TODAY)
        if clock.clock == "ehcp.final"
    ]

    assert plan.stopped_on == date(2026, 6, 20)
    assert plan.events == (REQUEST.id, none.id)


def test_a_review_with_a_conversation_of_its_own_ends_the_year_before():
    """It is no answer to itself, though it shares its correlation id with itself."""
    plan = entry(
        "ehcp.final_issued.v1",
        "2024-03-01",
        sourcerecord="EHC-1",
        source=COUNCIL,
        correlationid="a",
    )
    reviews = [
        entry(
            "annual_review.held.v1",
            day,
            sourcerecord=day,
            source=COUNCIL,
            correlationid=day,
        )
        for day in ("2025-02-20", "2026-02-10")
    ]
    found = clocks_of([plan, *reviews], RULES, TODAY)
    cycles = [
        (c.started.isoformat(), c.state, c.met_on and c.met_on.isoformat())
        for c in found
        if c.clock == "ar.cycle"
    ]

    assert sorted(cycles) == [
        ("2024-03-01", "met", "2025-02-20"),
        ("2025-02-20", "met", "2026-02-10"),
        ("2026-02-10", "running", None),
    ]
