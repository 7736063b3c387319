"""The clocks of `contracts/clocks/`, by the tables of dates that the law leads to."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from schemas.clocks import ClockRule, clocks_of
from tests.support.entries import COUNCIL, SCHOOL, TRUST, entry, withdrawal

FOLDER = Path(__file__).parents[2] / "contracts" / "clocks"
RULES = [
    ClockRule.model_validate(yaml.safe_load(path.read_bytes()))
    for path in sorted(FOLDER.glob("*.yaml"))
]
OTHER_COUNCIL = "urn:dfe:la:825"
ACUTE = "urn:ods:RTH"
EARLY = date(2020, 1, 1)


def clocks(*entries, today=EARLY):
    """Return the clocks of *entries* by kind; a kind that runs twice has two."""
    found = {}
    for clock in clocks_of(entries, RULES, today):
        found.setdefault(clock.clock, []).append(clock)
    return found


def the(kind, *entries, today=EARLY):
    """Return the one clock of that kind."""
    [clock] = clocks(*entries, today=today)[kind]
    return clock


def requested(occurred="2026-03-02", **changes):
    """Return a request for an EHC needs assessment."""
    return entry("ehcna.requested.v1", occurred, **changes)


def decided(occurred, **changes):
    """Return a decision whether to assess."""
    return entry("ehcna.decided.v1", occurred, **changes)


def final(occurred, **changes):
    """Return a final plan."""
    return entry("ehcp.final_issued.v1", occurred, **changes)


def asked(occurred="2026-03-02", body=TRUST, received_on=None, **changes):
    """Return a request for advice of *body*."""
    data = {"body": body, "received_on": received_on} | changes.pop("data", {})
    changes = {"sourcerecord": f"asked {body} {occurred} {data}"} | changes
    return entry("ehcna.advice_requested.v1", occurred, data=data, **changes)


def receipt(occurred, body=TRUST, **changes):
    """Return that *body* received the request."""
    return entry("ehcna.advice_request_received.v1", occurred, source=body, **changes)


def advice(occurred, body=TRUST, **changes):
    """Return advice of *body*."""
    return entry("ehcna.advice_received.v1", occurred, source=body, **changes)


def referred(occurred="2026-03-02", **changes):
    """Return a referral to a health service."""
    return entry("referral.received.v1", occurred, source=TRUST, **changes)


def assessed(occurred, **changes):
    """Return a completed assessment."""
    return entry("assessment.completed.v1", occurred, source=TRUST, **changes)


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
        assert set(clocks(requested("2014-09-01"))) == {"ehcna.decision", "ehcp.final"}

    def test_later_rule_takes_over_for_later_starts(self):
        """Where the law changed, each clock follows the rule in force at its start."""
        [old] = [rule for rule in RULES if rule.clock == "ehcp.final"]
        until = old.model_copy(update={"in_force_until": date(2026, 3, 31)})
        new = old.model_validate(
            old.model_dump() | {"limit": {"weeks": 26}, "in_force_from": "2026-04-01"}
        )
        entries = [requested("2026-03-31"), requested("2026-04-01"), final("2026-05-01")]

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

        assert the("ehcna.decision", by_school, decided("2026-04-01")).owed_by == COUNCIL

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


class TestAdvice:
    """Each body has six weeks from the day on which the request reached it."""

    def test_counts_from_receipt(self):
        """Sent on 10 December, received on the 14th: due on 25 January."""
        clock = the(
            "ehcna.advice",
            asked("2026-12-10", data={"sent_on": "2026-12-10"}),
            receipt("2026-12-14"),
        )

        assert clock.started == date(2026, 12, 14)
        assert clock.due == date(2027, 1, 25)

    @pytest.mark.parametrize(
        ("given", "state"), [("2027-01-25", "met"), ("2027-01-26", "met_late")]
    )
    def test_last_day(self, given, state):
        """Advice of the last day is in time; a day later it is late."""
        request = asked("2026-12-10", received_on="2026-12-14")

        assert the("ehcna.advice", request, advice(given)).state == state

    def test_not_started_before_receipt_is_known(self):
        """Nobody is late with what nobody says that it received."""
        assert "ehcna.advice" not in clocks(asked(), today=date(2027, 1, 1))

    def test_receipt_alone_starts_nothing(self):
        """Where the council took its request back, the receipt runs no clock."""
        request = asked()

        found = clocks(request, receipt("2026-03-04"), withdrawal(request))

        assert "ehcna.advice" not in found

    @pytest.mark.parametrize(
        ("council_says", "body_says", "started"),
        [
            ("2026-03-04", "2026-03-09", "2026-03-04"),
            ("2026-03-09", "2026-03-04", "2026-03-04"),
        ],
    )
    def test_earlier_statement_of_receipt_holds(self, council_says, body_says, started):
        """No later statement takes time from the child, whoever makes it."""
        clock = the(
            "ehcna.advice", asked(received_on=council_says), receipt(body_says)
        )

        assert clock.started == date.fromisoformat(started)
        assert len(clock.events) == 1 + (body_says == started)

    def test_receipt_states_its_own_day(self):
        """A receipt reported later counts from the day that it states."""
        told = receipt("2026-03-20", data={"received_on": "2026-03-04"})

        assert the("ehcna.advice", asked(), told).started == date(2026, 3, 4)

    def test_receipt_of_another_body_is_not_its_own(self):
        """One body's receipt does not start another's weeks."""
        assert "ehcna.advice" not in clocks(asked(), receipt("2026-03-04", body=ACUTE))

    def test_each_body_has_its_own_clock(self):
        """What one body gives does not meet what another owes."""
        entries = [
            asked(received_on="2026-03-03"),
            asked(body=ACUTE, received_on="2026-03-03"),
            advice("2026-03-20", body=ACUTE),
        ]

        found = {c.owed_by: c.met_on for c in clocks(*entries)["ehcna.advice"]}

        assert found == {TRUST: None, ACUTE: date(2026, 3, 20)}

    def test_council_may_say_who_gave_it(self):
        """Advice that the council logs counts for the body it names."""
        logged = advice("2026-03-20", body=COUNCIL, data={"body": TRUST})

        assert the("ehcna.advice", asked(received_on="2026-03-03"), logged).met_on

    def test_limbs_of_one_body_are_apart(self):
        """Medical advice does not meet the request for educational advice."""
        entries = [
            asked(received_on="2026-03-03", data={"advice": "education"}),
            asked(received_on="2026-03-03", data={"advice": "medical"}),
            advice("2026-03-20", data={"advice": "medical"}),
        ]

        met = [c.met_on for c in clocks(*entries)["ehcna.advice"]]

        assert sorted(met, key=str) == [date(2026, 3, 20), None]

    def test_one_correlation_id_for_a_whole_case(self):
        """Bodies asked under one correlation id still answer for themselves."""
        entries = [
            asked(received_on="2026-03-03", correlationid="case"),
            asked(body=ACUTE, received_on="2026-03-03", correlationid="case"),
            advice("2026-03-20", body=ACUTE, correlationid="case"),
        ]

        found = {c.owed_by: c.met_on for c in clocks(*entries)["ehcna.advice"]}

        assert found == {TRUST: None, ACUTE: date(2026, 3, 20)}


class TestWait:
    """A referral waits until an assessment, or until it is cancelled."""

    def test_cancelled(self):
        """A cancelled referral waits for nothing."""
        stop = entry("referral.cancelled.v1", "2026-04-01", source=TRUST)

        clock = the("referral.wait", referred(), stop, today=date(2027, 1, 1))

        assert clock.state == "stopped"
        assert clock.stopped_on == date(2026, 4, 1)

    def test_same_service(self):
        """An assessment belongs to the referral to its service, though it is younger."""
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


class TestRule:
    """A rule that could mislead does not start."""

    def test_shipped_rules(self):
        """Four clocks ship, each with its source and the day it came into force."""
        assert [rule.clock for rule in RULES] == [
            "ehcna.advice",
            "ehcna.decision",
            "ehcp.final",
            "referral.wait",
        ]

    @pytest.mark.parametrize(
        "mistake",
        [
            {"reads": []},
            {"reads": ["ehc", "referral"]},
            {"met_by": {"types": ["ehcp.finalised.v1"]}},
            {"limit": {"weeks": 0}},
            {"limit": {"days": 15}},
            {"pauses": ["August"]},
        ],
    )
    def test_mistake_is_refused(self, mistake):
        """A misspelt type, an unknown member or a wrong category is an error."""
        with pytest.raises(ValidationError):
            ClockRule.model_validate(RULES[0].model_dump() | mistake)
