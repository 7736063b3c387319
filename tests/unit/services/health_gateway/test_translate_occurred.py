"""When a referral happened, in its sender's words."""

import pytest

from tests.support.bars import SENT_AT, referral_bundle
from tests.support.referred import refused, stated


class TestOccurred:
    """
    When it happened is kept as the sender wrote it.
    """

    @pytest.mark.parametrize(
        ("authored_on", "precision"),
        [
            ("2026-07-01T00:30:00+01:00", "instant"),
            ("2026-03-01T16:40:00.123Z", "instant"),
            ("2026-03-01", "day"),
        ],
    )
    def test_keeps_the_senders_text(self, authored_on, precision):
        """An instant keeps its offset; a date stays a day."""
        found = stated(referral_bundle(authored_on=authored_on))

        assert (found.occurred, found.occurredprecision) == (authored_on, precision)

    def test_falls_back_to_the_time_of_sending(self):
        """BaRS's own samples carry no authoredOn; the Bundle says when."""
        assert stated(referral_bundle(authored_on=None)).occurred == SENT_AT

    @pytest.mark.parametrize(
        ("said", "day", "precision"),
        [
            ("2025", "2025-12-31", "by"),
            ("2026-02", "2026-02-28", "by"),
            ("2026", "2026-03-10", "by"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z", "instant"),
        ],
    )
    def test_a_partial_date_is_its_last_day(self, said, day, precision):
        """By the end of that month or year, and not later than it was heard."""
        found = stated(referral_bundle(authored_on=said))

        assert (found.occurred, found.occurredprecision) == (day, precision)

    def test_refuses_a_time_without_offset(self):
        """Nobody can say which moment that was."""
        found = refused(referral_bundle(authored_on="2026-03-01T16:40:00"))

        assert found.where == "Bundle.entry[1].resource.authoredOn"

    def test_refuses_a_number_where_a_date_belongs(self):
        """The models read a number as seconds since 1970; FHIR does not."""
        found = refused(referral_bundle(authored_on=1772442900))

        assert (found.issue, found.where) == (
            "invalid",
            "Bundle.entry[1].resource.authoredOn",
        )
