"""What explains a late clock, and that it changes neither a state nor a day."""

from datetime import date

import pytest

from tests.support.clocks import (
    ACUTE,
    asked,
    decided,
    final,
    requested,
    said,
    the,
)
from tests.support.entries import TRUST

LATE = date(2030, 1, 1)


class TestExplained:
    """An exception explains and never changes a state or a day."""

    @pytest.mark.parametrize("claimed", ["2026-12-01", "2027-02-01"])
    def test_a_missed_appointment_explains_late_advice(self, claimed):
        """The body's claim stands beside the breach, with the event that makes it."""
        request = asked("2026-12-10", received_on="2026-12-14")
        claim = said("ehcna.advice_exception", claimed, TRUST, limb="c")

        clock = the("ehcna.advice", request, claim, today=LATE)

        assert clock.state == "breached"
        if claimed > "2026-12-14":
            assert clock.explained == "reg. 8(2)(c)"
            assert clock.events == (request.id, claim.id)
        else:
            assert clock.explained is None

    def test_another_bodys_reason_explains_nothing(self):
        """Each body gives its own."""
        clock = the(
            "ehcna.advice",
            asked("2026-12-10", received_on="2026-12-14"),
            said("ehcna.advice_exception", "2027-01-10", ACUTE, limb="c"),
        )

        assert clock.explained is None

    def test_a_child_not_known_starts_and_explains(self):
        """Whoever answers that has received the request; the advice is still owed."""
        clock = the(
            "ehcna.advice",
            asked("2026-12-10"),
            said("ehcna.not_known", "2026-12-14", TRUST),
            today=LATE,
        )

        assert (clock.started, clock.state) == (date(2026, 12, 14), "breached")
        assert clock.explained == "child not known to the body"

    @pytest.mark.parametrize(
        ("data", "explained"),
        [
            ({"exception": "d"}, "reg. 10(4)(d)"),
            ({"week20_exception": True}, "reg. 10(4)"),
            ({"week20_exception": False}, None),
        ],
    )
    def test_an_exception_to_the_twenty_weeks(self, data, explained):
        """The plan itself says whether one applied; the measure has both."""
        clock = the(
            "ehcp.final", requested("2026-03-02"), final("2026-12-01", data=data)
        )

        assert (clock.state, clock.explained) == ("met_late", explained)

    def test_an_exception_to_the_six_weeks(self):
        """Reg. 5(4)(c): exceptional personal circumstances."""
        clock = the(
            "ehcna.decision",
            requested("2026-03-02"),
            decided("2026-06-01", data={"exception": "c"}),
        )

        assert clock.explained == "reg. 5(4)(c)"
