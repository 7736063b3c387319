"""What bodies were asked for and have not given, and who is to be told of silence."""

from datetime import date

import pytest

from schemas.clocks.asks import asks_of
from services.clocks import rules
from tests.support.clocks import ACUTE, RULES, advice, asked, receipt, requested
from tests.support.entries import COUNCIL, TRUST, entry, withdrawal

[ADVICE] = [rule for rule in RULES if rule.clock == "ehcna.advice"]


def asks(*entries):
    """Return every request of these entries."""
    return asks_of(entries, ADVICE)


def owed(org, *entries, today=date(2026, 3, 9)):
    """Return what is open and asked of *org*, or by it."""
    return rules.owed(list(entries), RULES, org, today)


class TestSilence:
    """A request is acknowledged in two working days."""

    @pytest.mark.parametrize(
        ("today", "silent"), [("2026-03-04", False), ("2026-03-05", True)]
    )
    def test_is_seen_after_two_working_days(self, today, silent):
        """Sent on a Monday: by Wednesday."""
        [ask] = asks(asked("2026-03-02"))

        assert ask.unacknowledged(date.fromisoformat(today)) is silent

    def test_leaves_out_weekends_and_bank_holidays(self):
        """Sent on the Thursday before Easter: by the Wednesday after it."""
        [ask] = asks(asked("2026-04-02"))

        assert ask.acknowledge_by == date(2026, 4, 8)

    def test_ends_with_a_receipt(self):
        """Whoever says that it arrived, however late, is silent no more."""
        [ask] = asks(asked("2026-03-02"), receipt("2026-03-20"))

        assert (ask.received_on, ask.due) == (date(2026, 3, 20), date(2026, 5, 1))
        assert not ask.unacknowledged(date(2027, 1, 1))

    def test_ends_with_advice_too(self):
        """Advice that came without a receipt was asked for all the same."""
        [ask] = asks(asked("2026-03-02"), advice("2026-03-20"))

        assert not ask.open

    def test_ends_with_the_request(self):
        """A withdrawn request, or one taken back, waits for nobody."""
        request = asked("2026-03-02")
        gone = entry("ehcna.withdrawn.v1", "2026-03-04")

        assert [ask.open for ask in asks(request, gone)] == [False]
        assert asks(request, withdrawal(request)) == []


class TestOwed:
    """What an organisation is shown."""

    def test_is_asked_of_it_or_asked_by_it(self):
        """A third body is shown neither."""
        request = asked("2026-03-02")

        assert [len(owed(org, request)) for org in (TRUST, COUNCIL, ACUTE)] == [1, 1, 0]

    def test_says_the_week_of_the_plan(self):
        """The request came on 5 January: on 9 March the plan is in its tenth week."""
        [item] = owed(TRUST, requested("2026-01-05"), asked("2026-03-02"))

        assert item["plan"] == {"week": 10, "weeks": 20, "due": "2026-05-25"}

    def test_waits_on_the_council_where_the_child_is_not_known(self):
        """The body has answered what it can."""
        unknown = entry("ehcna.not_known.v1", "2026-03-04", source=TRUST)
        [item] = owed(TRUST, asked("2026-03-02"), unknown)

        assert item["waiting_on"] == COUNCIL

    def test_is_gone_when_it_is_given(self):
        """Only what is open is shown."""
        given = (asked("2026-03-02"), receipt("2026-03-04"), advice("2026-03-05"))

        assert owed(TRUST, *given) == []


class TestAsked:
    """Where requests are looked for."""

    def test_both_sides_find_an_open_one(self):
        """By whom it asks and by who asked."""
        found = {(row.org, row.open) for row in rules.asked([asked()], RULES)}

        assert found == {(TRUST, True), (COUNCIL, True)}

    def test_a_closed_one_is_passed_over(self):
        """It need not be looked at again."""
        given = [asked(), receipt("2026-03-04"), advice("2026-03-05")]

        assert not any(row.open for row in rules.asked(given, RULES))

    @pytest.mark.parametrize("hidden", ["restricted", "safeguarding"])
    def test_what_some_may_not_see_closes_nothing(self, hidden):
        """Whoever may not see the answer still finds the request."""
        given = [
            asked(),
            receipt("2026-03-04"),
            advice("2026-03-05", sensitivity=hidden),
        ]

        assert all(row.open for row in rules.asked(given, RULES))
