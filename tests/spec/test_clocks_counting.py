"""How clocks count: the tables of dates that the law leads to."""

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from schemas.clocks import ClockRule, clocks_of
from tests.support.clocks import (
    EARLY,
    RULES,
    clocks,
    decided,
    final,
    referred,
    requested,
    the,
)


class TestCounting:
    """The day of the event is excluded; no holiday moves the last day."""

    @pytest.mark.parametrize(
        ("occurred", "decision", "plan"),
        [
            ("2026-11-02", "2026-12-14", "2027-03-22"),
            ("2023-12-01", "2024-01-12", "2024-04-19"),
            ("2026-07-06", "2026-08-17", "2026-11-23"),
            ("2026-06-30T23:30:00Z", "2026-08-12", "2026-11-18"),
            ("2026-11-13", "2026-12-25", "2027-04-02"),
            ("2026-02-14", "2026-03-28", "2026-07-04"),
        ],
        ids=[
            "a Monday",
            "a leap year",
            "a summer",
            "a night that is the next day in London",
            "Christmas Day and Good Friday, not rolled",
            "a Saturday, not rolled",
        ],
    )
    def test_request(self, occurred, decision, plan):
        """A request is decided in 6 weeks and has its plan in 20."""
        found = clocks(requested(occurred))

        assert found["ehcna.decision"][0].due == date.fromisoformat(decision)
        assert found["ehcp.final"][0].due == date.fromisoformat(plan)

    def test_receipt_by_the_council_starts_it(self):
        """Where the council says when it received the request, that day counts."""
        late = requested("2026-03-09", data={"received_on": "2026-03-02"})

        assert the("ehcna.decision", late).started == date(2026, 3, 2)

    def test_wait_is_126_days(self):
        """The 18 weeks of a referral are 126 days, and no statute."""
        clock = the("referral.wait", referred())

        assert clock.due - clock.started == timedelta(days=126)
        assert clock.statutory is False
        assert "a standard, not a statute" in clock.regulation

    def test_only_rules_in_force_count(self):
        """A request from before the regulations starts none of their clocks."""
        assert clocks(requested("2014-08-31")) == {}
        assert set(clocks(requested("2014-09-01"))) == {
            "ehcna.decision",
            "ehcna.no_plan",
            "ehcp.final",
        }

    def test_later_rule_takes_over_for_later_starts(self):
        """Where the law changed, each clock follows the rule in force at its start."""
        [old] = [rule for rule in RULES if rule.clock == "ehcp.final"]
        until = old.model_copy(update={"in_force_until": date(2026, 3, 31)})
        new = old.model_validate(
            old.model_dump() | {"limit": {"weeks": 26}, "in_force_from": "2026-04-01"}
        )
        entries = [
            requested("2026-03-31"),
            requested("2026-04-01"),
            final("2026-05-01"),
        ]

        first, second = clocks_of(entries, [until, new], EARLY)

        assert first.due == date(2026, 3, 31) + timedelta(weeks=20)
        assert second.due == date(2026, 4, 1) + timedelta(weeks=26)
        assert (first.met_on, second.met_on) == (date(2026, 5, 1), None)


class TestState:
    """A clock's state on a day follows from what ended it, else from the day."""

    @pytest.mark.parametrize(
        ("today", "state"),
        [
            ("2026-07-06", "running"),
            ("2026-11-08", "running"),
            ("2026-11-09", "due_soon"),
            ("2026-11-23", "due_soon"),
            ("2026-11-24", "breached"),
        ],
    )
    def test_open(self, today, state):
        """The last day itself is in time; the day after it is a breach."""
        clock = the(
            "ehcp.final", requested("2026-07-06"), today=date.fromisoformat(today)
        )

        assert clock.state == state

    @pytest.mark.parametrize(
        ("issued", "state"), [("2026-11-23", "met"), ("2026-11-24", "met_late")]
    )
    def test_met(self, issued, state):
        """A plan of the last day meets it; one day later it is met late."""
        clock = the(
            "ehcp.final",
            requested("2026-07-06"),
            final(issued),
            today=date(2027, 1, 1),
        )

        assert clock.state == state
        assert clock.met_on == date.fromisoformat(issued)

    def test_what_came_before_the_start_never_meets(self):
        """Last year's plan does not answer this year's request."""
        clock = the("ehcp.final", requested(), final("2026-03-01"))

        assert clock.met_on is None

    def test_same_day_meets(self):
        """A decision on the day of the request is in time."""
        assert the("ehcna.decision", requested(), decided("2026-03-02")).state == "met"

    @pytest.mark.parametrize(
        ("member", "kind", "ender"),
        [
            ("notified_on", "ehcna.decision", decided),
            ("issued_on", "ehcp.final", final),
        ],
    )
    def test_stated_day_counts(self, member, kind, ender):
        """The day that the sender states is the day on which it was done."""
        end = ender("2026-12-01", data={member: "2026-03-30"})

        assert the(kind, requested(), end).met_on == date(2026, 3, 30)


class TestRule:
    """A rule that could mislead does not start."""

    def test_shipped_rules(self):
        """These clocks ship, each with its source and the day it came into force."""
        assert [rule.clock for rule in RULES] == [
            "ar.amended_final",
            "ar.cycle",
            "ar.decision",
            "ar.report",
            "ehcna.advice",
            "ehcna.decision",
            "ehcna.no_plan",
            "ehcp.draft_representations",
            "ehcp.final",
            "ehcp.school_consult",
            "ehcp.transfer.inform",
            "ehcp.transfer.send",
            "mediation.arrange",
            "referral.wait",
            "tribunal.amend_plan",
            "tribunal.assess.final",
            "tribunal.assess.no_plan",
            "tribunal.assess.notify",
            "tribunal.make_plan.draft",
            "tribunal.make_plan.final",
            "tribunal.name_school",
        ]

    @pytest.mark.parametrize(
        "mistake",
        [
            {"reads": []},
            {"reads": ["ehc", "referral"]},
            {"met_by": {"types": ["ehcp.finalised.v1"]}},
            {"limit": {"weeks": 0}},
            {"limit": {"days": 15, "weeks": 2}},
            {"limit": {}},
            {"pauses": ["August"]},
        ],
    )
    def test_mistake_is_refused(self, mistake):
        """A misspelt type, an unknown member or a wrong category is an error."""
        with pytest.raises(ValidationError):
            ClockRule.model_validate(RULES[0].model_dump() | mistake)
