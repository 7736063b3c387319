"""Which answer ends which clock, and who owes it."""

from datetime import date

import pytest

from tests.support.clocks import (
    ACUTE,
    OTHER_COUNCIL,
    asked,
    assessed,
    clocks,
    decided,
    final,
    referred,
    requested,
    the,
)
from tests.support.entries import COUNCIL, SCHOOL, TRUST, entry


class TestRefusal:
    """A council that refuses to assess owes no plan."""

    def test_refusal_stops_the_plan(self):
        """The decision is met, the plan's clock stops, and both say by what."""
        refusal = decided("2026-04-01", data={"decision": "refuse"})
        found = clocks(requested(), refusal, today=date(2027, 1, 1))

        assert found["ehcna.decision"][0].state == "met"
        assert found["ehcp.final"][0].state == "stopped"
        assert found["ehcp.final"][0].events[-1] == refusal.id

    @pytest.mark.parametrize("data", [{"decision": "assess"}, {}])
    def test_other_decisions_do_not(self, data):
        """A decision to assess, or one of which nobody says which, stops nothing."""
        found = the("ehcp.final", requested(), decided("2026-04-01", data=data))

        assert found.stopped_on is None

    def test_plan_after_a_refusal_does_not_meet(self):
        """A plan that followed an appeal is owed under the tribunal's order."""
        found = the(
            "ehcp.final",
            requested(),
            decided("2026-04-01", data={"decision": "refuse"}),
            final("2026-06-01"),
        )

        assert found.state == "stopped"

    def test_refusal_of_one_request_leaves_the_other(self):
        """A second request's refusal, and its plan, do not touch the first's."""
        entries = [
            requested("2026-03-02"),
            decided("2026-03-20", data={"decision": "assess"}),
            requested("2026-04-01"),
            decided("2026-04-20", data={"decision": "refuse"}),
            final("2026-06-01"),
        ]

        first, second = clocks(*entries)["ehcp.final"]

        assert (first.state, second.state) == ("met", "stopped")


class TestOwner:
    """A clock names one organisation that owes what it waits for."""

    def test_council_that_received(self):
        """The council that says that it received a request owes the decision."""
        assert the("ehcna.decision", requested()).owed_by == COUNCIL

    def test_council_that_decided(self):
        """Of a request that a school reports, the council that answers owes it."""
        by_school = requested(source=SCHOOL)

        assert (
            the("ehcna.decision", by_school, decided("2026-04-01")).owed_by == COUNCIL
        )

    def test_council_around(self):
        """Before it has answered, it is the one council that has said anything."""
        by_school = requested(source=SCHOOL)

        assert the("ehcna.decision", by_school, asked()).owed_by == COUNCIL

    def test_nobody_is_guessed(self):
        """With no council or several in sight, nobody is named yet."""
        by_school = requested(source=SCHOOL)
        both = [asked(), asked(source=OTHER_COUNCIL, sourcerecord="other")]

        assert the("ehcna.decision", by_school).owed_by is None
        assert the("ehcna.decision", by_school, *both).owed_by is None

    def test_body_that_was_asked(self):
        """Advice is owed by the body that the council asked."""
        assert the("ehcna.advice", asked(received_on="2026-03-02")).owed_by == TRUST

    @pytest.mark.parametrize(
        ("data", "owner"), [({"referred_to": ACUTE}, ACUTE), ({}, TRUST)]
    )
    def test_service_that_was_asked(self, data, owner):
        """A wait is owed by whom the referral is to, else by its sender."""
        assert the("referral.wait", referred(data=data)).owed_by == owner


class TestWait:
    """A referral waits until an assessment, or until it is cancelled."""

    def test_cancelled(self):
        """A cancelled referral waits for nothing."""
        stop = entry("referral.cancelled.v1", "2026-04-01", source=TRUST)

        clock = the("referral.wait", referred(), stop, today=date(2027, 1, 1))

        assert clock.state == "stopped"
        assert clock.stopped_on == date(2026, 4, 1)

    def test_same_service(self):
        """An assessment belongs to the referral to its service, though a later one."""
        entries = [
            referred("2026-03-02", data={"service": "camhs"}),
            referred("2026-03-09", data={"service": "slt"}),
            assessed("2026-04-01", data={"service": "slt"}),
        ]

        first, second = clocks(*entries)["referral.wait"]

        assert (first.met_on, second.met_on) == (None, date(2026, 4, 1))

    def test_service_that_says_its_name_comes_first(self):
        """A referral of the same service is preferred to one that names none."""
        entries = [
            referred("2026-03-02"),
            referred("2026-03-09", data={"service": "slt"}),
            assessed("2026-04-01", data={"service": "slt"}),
        ]

        first, second = clocks(*entries)["referral.wait"]

        assert (first.met_on, second.met_on) == (None, date(2026, 4, 1))

    def test_in_order_where_nothing_is_said(self):
        """Without a service or a correlation id the oldest referral is answered."""
        first, second = clocks(
            referred("2026-03-02"), referred("2026-03-09"), assessed("2026-04-01")
        )["referral.wait"]

        assert (first.met_on, second.met_on) == (date(2026, 4, 1), None)


class TestTwoRequests:
    """Two requests for one child are two clocks of each kind."""

    def test_correlation_id_decides(self):
        """A decision belongs to the request that carries its correlation id."""
        first, second = clocks(
            requested("2026-03-02", correlationid="a"),
            requested("2026-04-01", correlationid="b"),
            decided("2026-04-20", correlationid="b"),
        )["ehcna.decision"]

        assert (first.met_on, second.met_on) == (None, date(2026, 4, 20))

    def test_earliest_unmet_otherwise(self):
        """Others go to the earliest request that still waits and had begun."""
        first, second = clocks(
            requested("2026-03-02"),
            requested("2026-04-01"),
            decided("2026-03-20"),
            decided("2026-04-20"),
        )["ehcna.decision"]

        assert (first.met_on, second.met_on) == (date(2026, 3, 20), date(2026, 4, 20))

    def test_correlated_answers_are_given_out_first(self):
        """An answer without a correlation id does not take another's place."""
        first, second = clocks(
            requested("2026-03-02", correlationid="a"),
            requested("2026-03-09", correlationid="b"),
            decided("2026-03-20"),
            decided("2026-04-20", correlationid="a"),
        )["ehcna.decision"]

        assert (first.met_on, second.met_on) == (date(2026, 4, 20), date(2026, 3, 20))

    def test_answer_to_one_never_falls_to_the_other(self):
        """A second answer to one request does not meet the other request."""
        _, second = clocks(
            requested("2026-03-02", correlationid="a"),
            requested("2026-04-01", correlationid="b"),
            decided("2026-03-20", correlationid="a"),
            decided("2026-04-20", correlationid="a"),
        )["ehcna.decision"]

        assert second.met_on is None

    def test_no_council_answers_for_another(self):
        """The new council's plan does not meet the old council's request."""
        first, second = clocks(
            requested("2026-03-02"),
            requested("2026-04-01", source=OTHER_COUNCIL),
            final("2026-06-01", source=OTHER_COUNCIL),
        )["ehcp.final"]

        assert (first.met_on, second.met_on) == (None, date(2026, 6, 1))
