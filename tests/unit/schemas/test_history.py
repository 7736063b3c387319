"""What a set of entries amounts to, whatever the order in which they came."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.history import (
    history,
    occurred_on,
    organisations_named,
)
from tests.support.entries import SCHOOL, TRUST, entry, version, withdrawal

REQUESTED = "ehcna.requested.v1"


class TestOrder:
    """Entries are in the order of (occurred, time, id)."""

    def test_day_comes_before_its_instants(self):
        """A day without a time comes before midnight of that day in London."""
        midnight = entry(REQUESTED, "2026-07-01T00:00:00+01:00")
        day = entry("referral.received.v1", "2026-07-01", time="2026-09-01T00:00:00Z")

        assert [p.entry for p in history([midnight, day])] == [day, midnight]

    def test_instant_counts_in_london(self):
        """23:30 UTC in summer belongs to the next day, after that day's own entry."""
        night = entry(REQUESTED, "2026-06-30T23:30:00Z")
        day = entry("referral.received.v1", "2026-07-01")

        assert [p.entry for p in history([night, day])] == [day, night]

    def test_offsets_are_compared_as_instants(self):
        """Two offsets are compared by the instant, not by their text."""
        later = entry(REQUESTED, "2026-03-02T09:00:00-05:00")
        earlier = entry("referral.received.v1", "2026-03-02T10:00:00+00:00")

        assert [p.entry for p in history([later, earlier])] == [earlier, later]

    def test_repeated_hour_in_october_is_in_order(self):
        """The hour that clocks repeat does not turn two events round."""
        summer = entry(REQUESTED, "2026-10-25T01:30:00+01:00")
        winter = entry("referral.received.v1", "2026-10-25T01:10:00+00:00")

        assert [p.entry for p in history([winter, summer])] == [summer, winter]

    def test_time_then_id_decide_among_equals(self):
        """What happened on one day is in the order heard, then in that of the ids."""
        told_first = entry(REQUESTED, "2026-03-02", sourcerecord="z")
        twin_a, twin_b = (
            entry(REQUESTED, "2026-03-02", sourcerecord=r, time="2026-03-03T09:00:00Z")
            for r in "ab"
        )

        found = [p.entry for p in history([twin_b, twin_a, told_first])]

        assert found == [told_first, twin_a, twin_b]


class TestLate:
    """Late: heard more than one day after the London date on which it happened."""

    @pytest.mark.parametrize(
        ("occurred", "time", "late"),
        [
            ("2026-03-02", "2026-03-03T23:59:59.999999Z", False),
            ("2026-03-02", "2026-03-04T00:00:00.000000Z", True),
            ("2026-07-01", "2026-07-02T22:59:59.000000Z", False),
            ("2026-07-01", "2026-07-02T23:00:00.000000Z", True),
            ("2026-06-30T23:30:00Z", "2026-07-02T12:00:00.000000Z", False),
            ("2026-03-02", "2026-03-01T09:00:00.000000Z", False),
        ],
    )
    def test_counts_london_days(self, occurred, time, late):
        """Both dates are London's, whatever the offset in the text."""
        [placed] = history([entry(REQUESTED, occurred, time=time)])

        assert placed.late is late

    def test_occurred_on_is_the_london_date(self):
        """The night of 30 June in UTC is 1 July in London."""
        night = entry(REQUESTED, "2026-06-30T23:30:00Z")

        assert occurred_on(night).isoformat() == "2026-07-01"


SOME = [
    *(version(n) for n in (1, 2, 3)),
    version(2, id="again", time="2026-05-01T09:00:00.000000Z"),
    entry("referral.received.v1", "2026-03-02T09:00:00Z", source=TRUST),
    withdrawal(version(2), version=2),
    withdrawal(version(1), source=TRUST),
    entry(REQUESTED, "2026-03-02", sourcerecord="S"),
]


@given(st.permutations(SOME))
def test_order_of_arrival_changes_nothing(arrived):
    """A history is a function of the set of its entries."""
    assert history(arrived) == history(SOME)


@given(st.permutations(SOME), st.sampled_from(SOME))
def test_twice_is_once(arrived, repeated):
    """An entry given twice is there once."""
    assert history([repeated, *arrived]) == history(SOME)


def test_organisations_are_found_in_lists_too():
    """Whom an event names is every organisation in its data, and nothing else."""
    named = entry(
        "ehcp.final_issued.v1",
        "2026-03-02",
        data={"school": SCHOOL, "sent_to": [TRUST], "issued_on": "2026-03-02"},
    )

    assert organisations_named(named) == {SCHOOL, TRUST}
