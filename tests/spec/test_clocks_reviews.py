"""Clocks of annual reviews, from the meeting to the amended plan."""

from datetime import date

from tests.support.clocks import (
    clocks,
    due,
    final,
    said,
    the,
)

SCHOOL = "urn:dfe:urn:990001"
LATE = date(2030, 1, 1)


class TestReviews:
    """From the meeting: two weeks, four weeks; from the notice: eight."""

    HELD = said("annual_review.held", "2027-01-11", SCHOOL, school=SCHOOL)

    def test_dates(self):
        """A meeting on 11 January 2027, amendments sent on 1 February."""
        found = clocks(
            self.HELD,
            said(
                "annual_review.decided",
                "2027-02-01",
                decision="amend",
                notified_on="2027-02-01",
                amendments_notice_on="2027-02-01",
            ),
        )

        assert due(found["ar.report"][0]) == "2027-01-25"
        assert due(found["ar.decision"][0]) == "2027-02-08"
        assert due(found["ar.amended_final"][0]) == "2027-03-29"
        assert found["ar.decision"][0].state == "met"
        assert found["ar.report"][0].owed_by == SCHOOL

    def test_to_amend_without_the_notice_is_no_decision(self):
        """The proposed amendments go in the same four weeks (Devon)."""
        half = said("annual_review.decided", "2027-02-01", decision="amend")
        whole = said(
            "annual_review.decided",
            "2027-02-01",
            decision="amend",
            amendments_notice_on="2027-02-09",
        )

        assert the("ar.decision", self.HELD, half, today=LATE).state == "breached"
        assert the("ar.decision", self.HELD, whole, today=LATE).state == "met_late"

    def test_to_maintain_needs_no_notice(self):
        """Nothing is amended, so nothing is proposed."""
        kept = said("annual_review.decided", "2027-02-01", decision="maintain")

        assert the("ar.decision", self.HELD, kept).state == "met"
        assert "ar.amended_final" not in clocks(self.HELD, kept)

    def test_the_report_is_said_by_the_meetings_own_record(self):
        """A higher version of the meeting says when its report was sent."""
        told = said("annual_review.held", "2027-01-11", SCHOOL, report_on="2027-01-26")

        assert the("ar.report", told).state == "met_late"
        assert the("ar.report", self.HELD, today=LATE).state == "breached"

    def test_a_year_begins_with_the_plan_and_with_each_review(self):
        """A review meets the year that ran, and starts the next."""
        found = clocks(
            final("2026-03-15"), said("annual_review.held", "2027-03-14", SCHOOL)
        )["ar.cycle"]

        assert [(due(c), c.met_on is not None) for c in found] == [
            ("2027-03-14", True),
            ("2028-03-13", False),
        ]

    def test_no_review_is_owed_after_the_plan_ceased(self):
        """A plan that ended is not reviewed."""
        clock = the("ar.cycle", final("2026-03-15"), said("ehcp.ceased", "2026-07-17"))

        assert clock.state == "stopped"
