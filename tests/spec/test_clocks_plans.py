"""Clocks of plans, moves and mediation; a request that ends stops its own."""

from datetime import date

import pytest

from tests.support.clocks import (
    ACUTE,
    OTHER_COUNCIL,
    advice,
    asked,
    clocks,
    due,
    final,
    requested,
    said,
    the,
)
from tests.support.entries import COUNCIL, TRUST

SCHOOL = "urn:dfe:urn:990001"
LATE = date(2030, 1, 1)


class TestNoPlan:
    """A decision not to issue a plan has sixteen weeks; a plan owes none."""

    def test_counts_sixteen_weeks(self):
        """Requested on 2 November: by 22 February."""
        assert due(the("ehcna.no_plan", requested("2026-11-02"))) == "2027-02-22"

    @pytest.mark.parametrize(
        ("notified", "state"), [("2027-02-22", "met"), ("2027-02-23", "met_late")]
    )
    def test_is_late_where_the_decision_is(self, notified, state):
        """The decision itself says that sixteen weeks were owed."""
        clock = the(
            "ehcna.no_plan",
            requested("2026-11-02"),
            said("ehcp.not_issued", notified),
            today=LATE,
        )

        assert clock.state == state

    def test_is_never_breached_by_a_late_plan(self):
        """A council that issues a plan broke the twenty weeks, and not these."""
        started = [requested("2026-11-02"), final("2027-06-01")]

        assert the("ehcna.no_plan", *started, today=LATE).state == "stopped"
        assert the("ehcp.final", *started, today=LATE).state == "met_late"

    def test_ends_the_duty_to_issue_a_plan(self):
        """No plan is owed where the council decided that there will be none."""
        clock = the(
            "ehcp.final",
            requested("2026-11-02"),
            said("ehcp.not_issued", "2027-02-01"),
            today=LATE,
        )

        assert (clock.state, clock.stopped_on) == ("stopped", date(2027, 2, 1))


class TestStopped:
    """A request that is withdrawn, or passes to another council, owes nothing more."""

    @pytest.mark.parametrize("kind", ["ehcna.withdrawn", "ehcna.exported"])
    def test_every_clock_of_the_request_stops(self, kind):
        """Decision, plan and the advice of each body that was asked."""
        found = clocks(
            requested("2026-11-02"),
            asked("2026-11-09", received_on="2026-11-10"),
            asked("2026-11-09", body=ACUTE, received_on="2026-11-10"),
            said(kind, "2026-11-20"),
            today=LATE,
        )

        states = {c.state for every in found.values() for c in every}
        assert states == {"stopped"}
        assert len(found["ehcna.advice"]) == 2

    def test_another_councils_withdrawal_stops_nothing(self):
        """One council does not speak for another."""
        clock = the(
            "ehcna.decision",
            requested("2026-11-02"),
            said("ehcna.withdrawn", "2026-11-20", OTHER_COUNCIL),
        )

        assert clock.stopped_on is None

    def test_only_its_own_request_stops(self):
        """Of two requests at once, the correlation id says which was withdrawn."""
        asks = [
            asked("2026-11-09", body=b, received_on="2026-11-10", correlationid=c)
            for b, c in ((TRUST, "one"), (ACUTE, "two"))
        ]
        gone = said("ehcna.withdrawn", "2026-11-20", correlationid="two")

        found = clocks(*asks, gone)["ehcna.advice"]

        assert {c.owed_by: c.stopped_on for c in found} == {
            TRUST: None,
            ACUTE: date(2026, 11, 20),
        }

    def test_advice_from_before_still_counts(self):
        """What was given in time before the withdrawal was given in time."""
        clock = the(
            "ehcna.advice",
            asked("2026-11-09", received_on="2026-11-10"),
            advice("2026-11-16"),
            said("ehcna.withdrawn", "2026-11-20"),
        )

        assert clock.state == "met"


class TestDraft:
    """What happens between draft and final plan."""

    def test_fifteen_days_begin_with_service(self):
        """Served on 1 March: until the 15th, and nobody is late afterwards."""
        served = said("ehcp.draft_issued", "2027-03-01")
        clock = the("ehcp.draft_representations", served, today=LATE)

        assert (due(clock), clock.state) == ("2027-03-15", "stopped")

    def test_each_school_answers_for_itself(self):
        """Of two schools, the one that did not answer is overdue."""
        other = "urn:dfe:urn:990002"
        found = clocks(
            said("ehcp.school_consulted", "2027-03-01", school=SCHOOL),
            said("ehcp.school_consulted", "2027-03-01", school=other),
            said("ehcp.school_responded", "2027-03-09", SCHOOL, response="no"),
            today=LATE,
        )["ehcp.school_consult"]

        assert {c.owed_by: c.state for c in found} == {
            SCHOOL: "met",
            other: "breached",
        }
        assert {due(c) for c in found} == {"2027-03-16"}


class TestMoves:
    """A plan follows a child to the new council."""

    def test_dates(self):
        """Aware on 21 December: sent by 13 January, parent told six weeks later."""
        moved = said(
            "residence.moved_la",
            "2026-12-21",
            from_council=COUNCIL,
            to_council=OTHER_COUNCIL,
            aware_on="2026-12-21",
            transfer_on="2027-01-13",
        )
        found = clocks(moved)
        [sent], [told] = found["ehcp.transfer.send"], found["ehcp.transfer.inform"]

        assert (due(sent), sent.owed_by, sent.state) == ("2027-01-13", COUNCIL, "met")
        assert (due(told), told.owed_by) == ("2027-02-24", OTHER_COUNCIL)

    def test_the_parent_is_told_of_the_move_and_of_nothing_else(self):
        """A letter about something else does not meet it."""
        moved = said("residence.moved_la", "2027-01-13", transfer_on="2027-01-13")

        def told(about):
            """Return the clock after the parent was told of that."""
            letter = said("parent.informed", "2027-02-01", about=about)
            return the("ehcp.transfer.inform", moved, letter).met_on

        assert told("residence.moved_la.v1") == date(2027, 2, 1)
        assert told("professional.changed.v1") is None


def test_mediation_is_arranged_in_thirty_days():
    """By the body that was told; a certificate ends it."""
    wish = said("dispute.mediation_requested", "2026-12-07", body="urn:ods:QU9")
    clock = the("mediation.arrange", wish)

    assert (due(clock), clock.owed_by) == ("2027-01-06", "urn:ods:QU9")
    ended = said("dispute.mediation_certificate", "2026-12-20")
    assert the("mediation.arrange", wish, ended).state == "stopped"
