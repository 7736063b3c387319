"""Clocks in words: what is owed, by whom, how far off."""

from datetime import date

import pytest

from services.runtime.pages import clocks
from tests.unit.services.runtime.pages import page_samples
from tests.unit.services.runtime.pages.page_samples import COUNCIL, NAMES, TITLES, TODAY


def row(today=TODAY, shown=frozenset(), **members):
    """Return the sample clock in words, with *members* in place of its own."""
    return clocks.clock_row(page_samples.clock(**members), TITLES, NAMES, today, shown)


class TestDueInWords:
    """How far off a due date is."""

    @pytest.mark.parametrize(
        ("due", "said"),
        [
            (date(2026, 4, 28), "Due in 1 day"),
            (date(2026, 4, 27), "Due today"),
            (date(2026, 4, 26), "1 day overdue"),
            (date(2026, 4, 15), "12 days overdue"),
        ],
    )
    def test_is_said_in_days(self, due, said):
        """The day itself is not yet overdue."""
        assert clocks.due_in_words(due, TODAY) == said


class TestWeekInWords:
    """Which week of its limit a clock is in."""

    @pytest.mark.parametrize(
        ("today", "said"),
        [
            (date(2026, 3, 2), "Week 1 of 20"),
            (date(2026, 3, 8), "Week 1 of 20"),
            (date(2026, 3, 9), "Week 2 of 20"),
            (date(2026, 7, 20), "Week 20 of 20"),
            (date(2026, 7, 21), "The limit was 20 weeks"),
            (date(2026, 3, 1), None),
        ],
    )
    def test_counts_from_the_day_it_started(self, today, said):
        """The first week is week 1, and the due day still belongs to the last."""
        due = date(2026, 7, 20)
        assert clocks.week_in_words(date(2026, 3, 2), due, today) == said

    def test_is_not_said_of_a_limit_in_days(self):
        """Fifteen days are not two weeks and a bit."""
        found = clocks.week_in_words(date(2026, 3, 2), date(2026, 3, 17), TODAY)
        assert found is None


class TestClockRow:
    """One clock."""

    @pytest.mark.parametrize(
        ("state", "owed"),
        [
            ("running", True),
            ("due_soon", True),
            ("breached", True),
            ("met", False),
            ("met_late", False),
            ("stopped", False),
        ],
    )
    def test_is_owed_until_it_is_met_or_stopped(self, state, owed):
        """What was breached is owed still."""
        assert row(state=state).owed is owed

    def test_names_owner_and_clock(self):
        """The reader sees who and what, not codes."""
        assert row().owner == NAMES[COUNCIL]
        assert row().title == TITLES["ehcp.final"]

    def test_links_only_to_an_entry_that_is_shown(self):
        """What the viewer may not see leaves no link behind."""
        event = page_samples.clock()["events"][0]
        assert row().origin is None
        assert row(shown=frozenset({event})).origin == event

    @pytest.mark.parametrize(
        ("explained", "said"),
        [
            (None, None),
            (False, None),
            (True, "Reason recorded"),
            ("was-not-brought", "Was not brought"),
            ({"reason": "was-not-brought"}, "Was not brought"),
        ],
    )
    def test_says_why_it_is_late_as_far_as_anyone_said(self, explained, said):
        """A reason is shown in words, and its absence is not filled in."""
        assert row(explained=explained).explained == said


class TestOrder:
    """The order in which clocks are shown."""

    def test_has_what_is_due_first_at_the_top(self):
        """The most overdue leads."""
        rows = [row(due="2026-07-20"), row(due="2026-04-15"), row(due="2026-05-01")]
        ordered = [one.due for one in clocks.in_order_of_due(rows)]
        assert ordered == sorted(ordered)
