"""Dates, codes and names in the words of the pages."""

from datetime import date

import pytest

from services.runtime.pages import words


class TestDay:
    """A day as the NHS service manual writes it."""

    def test_has_no_leading_nought(self):
        """The third is 3, not 03."""
        assert words.day("2026-11-03") == "3 November 2026"

    def test_of_an_instant_is_the_london_day(self):
        """Half past eleven in the evening UTC is the next day in a London summer."""
        assert words.day("2026-06-30T23:30:00Z") == "1 July 2026"


class TestMoment:
    """An instant as people say it."""

    @pytest.mark.parametrize(
        ("value", "said"),
        [
            ("2026-11-23T09:04:59Z", "23 November 2026 at 9:04am"),
            ("2026-06-23T12:30:00Z", "23 June 2026 at 1:30pm"),
            ("2026-11-23T00:05:00Z", "23 November 2026 at 12:05am"),
            ("2026-11-23T12:00:00Z", "23 November 2026 at 12:00pm"),
        ],
    )
    def test_is_london_time_on_a_twelve_hour_clock(self, value, said):
        """Summer time, midnight and noon come out right."""
        assert words.moment(value) == said

    def test_of_a_date_invents_no_time(self):
        """A day is all that was said, so a day is all that is shown."""
        assert words.moment("2026-11-23") == "23 November 2026"


class TestPlain:
    """Codes as words."""

    @pytest.mark.parametrize(
        ("code", "said"),
        [
            ("community-paediatrics", "Community paediatrics"),
            ("slt", "Speech and language therapy"),
            ("ehcna.requested.v1", "EHC needs assessment requested"),
            ("was_not_brought", "Was not brought"),
        ],
    )
    def test_reads_as_words(self, code, said):
        """Hyphens, dots, versions and abbreviations disappear."""
        assert words.plain(code) == said


class TestOrganisation:
    """Who an organisation is."""

    def test_has_its_name_where_we_know_it(self):
        """A known urn is shown by name."""
        assert (
            words.organisation("urn:ods:RNU", {"urn:ods:RNU": "A trust"}) == "A trust"
        )

    @pytest.mark.parametrize(
        ("urn", "said"),
        [
            ("urn:ods:RNU", "ODS code RNU"),
            ("urn:dfe:la:931", "local authority 931"),
            ("urn:dfe:urn:123456", "school URN 123456"),
        ],
    )
    def test_has_its_code_where_we_do_not(self, urn, said):
        """An unknown urn is never left out and never guessed."""
        assert words.organisation(urn, {}) == said


class TestAgo:
    """How long ago a source was heard."""

    @pytest.mark.parametrize(
        ("past", "said"),
        [
            (date(2026, 4, 27), "today"),
            (date(2026, 4, 26), "1 day ago"),
            (date(2026, 4, 1), "26 days ago"),
            (date(2026, 4, 28), None),
        ],
    )
    def test_counts_days_and_says_nothing_of_the_future(self, past, said):
        """A fixed today may lie before the day on which a source was heard."""
        assert words.ago(past, date(2026, 4, 27)) == said
