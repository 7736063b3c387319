"""Each wording of the law counts its own days: published and worked dates."""

from datetime import date, timedelta

import pytest

from schemas.clocks import counting
from schemas.clocks.holidays import bank_holidays


def day(text):
    """Return the date that *text* says."""
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("year", "holidays"),
    [
        (2022, "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27"),
        (2023, "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26"),
        (2026, "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28"),
        (2027, "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28"),
    ],
)
def test_bank_holidays_of_england(year, holidays):
    """The days that the government published, substitutes and proclaimed ones too."""
    assert bank_holidays(year) == {day(f"{year}-{one}") for one in holidays.split()}


def test_fifteen_days_begin_with_the_day_of_service():
    """A draft served on 1 March: the window closes on the 15th, not on the 16th."""
    assert counting.days_beginning_with(day("2027-03-01"), 15) == day("2027-03-15")


@pytest.mark.parametrize(
    ("aware", "last"),
    [("2026-12-21", "2027-01-13"), ("2026-12-19", "2027-01-13")],
    ids=["a Monday counts as the first", "a Saturday does not count"],
)
def test_fifteen_working_days_begin_with_the_day_of_knowing(aware, last):
    """Christmas, its substitute, New Year and weekends are left out."""
    assert counting.working_days_beginning_with(day(aware), 15) == day(last)


@pytest.mark.parametrize(
    ("sent", "last"),
    [("2026-12-23", "2026-12-29"), ("2026-11-27", "2026-12-01")],
    ids=["over Christmas", "over a weekend"],
)
def test_two_working_days_after(sent, last):
    """The day itself is left out."""
    assert counting.working_days(day(sent), 2) == day(last)


@pytest.mark.parametrize(
    ("start", "last"),
    [
        ("2024-02-29", "2025-02-28"),
        ("2026-03-15", "2027-03-14"),
        ("2023-03-01", "2024-02-29"),
        ("2026-01-01", "2026-12-31"),
    ],
)
def test_twelve_months_start_with_the_date(start, last):
    """The last day is that before the anniversary; of a leap day, 28 February."""
    assert counting.months_starting_with(day(start), 12) == day(last)


@pytest.mark.parametrize(
    ("start", "count", "last"),
    [
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-11-29", 1, "2026-12-29"),
    ],
)
def test_months_end_on_the_corresponding_date(start, count, last):
    """Where a month has no such date, on its last day."""
    assert counting.months(day(start), count) == day(last)


def test_autism_pathway_has_two_measures():
    """Three months and thirteen weeks of one referral end on different days."""
    referred = day("2026-11-30")

    assert counting.months(referred, 3) == day("2027-02-28")
    assert counting.weeks(referred, 13) == day("2027-03-01")
    assert counting.weeks(referred, 18) == day("2027-04-05")
    assert counting.weeks(referred, 52) == day("2027-11-29")


@pytest.mark.parametrize(
    ("limit", "named", "in_time"),
    [
        ("2027-02-15", "2027-02-15", False),
        ("2027-02-15", "2027-02-14", True),
        ("2027-03-31", "2027-03-31", False),
        ("2027-03-31", "2027-03-30", True),
    ],
)
def test_before_a_day_is_not_by_it(limit, named, in_time):
    """A phase transfer is named before 15 February or 31 March (reg. 18(1))."""
    assert (day(named) <= counting.before(day(limit))) is in_time


@pytest.mark.parametrize(
    ("letter", "certificate", "last"),
    [
        ("2026-10-01", "2026-11-29", "2027-01-04"),
        ("2026-06-12", None, "2026-09-01"),
        ("2026-12-31", None, "2027-03-01"),
        ("2026-03-02", None, "2026-05-05"),
        ("2026-11-01", None, "2027-01-04"),
    ],
    ids=[
        "ends between Christmas and New Year",
        "ends in August",
        "ends on a Sunday",
        "ends on a Saturday before a bank holiday",
        "ends on New Year's Day",
    ],
)
def test_an_appeal_ends_by_the_tribunals_calendar(letter, certificate, last):
    """Two months from the letter or one from the certificate, then rule 12."""
    told = day(certificate) if certificate else None

    assert counting.appeal(day(letter), told) == day(last)


@pytest.mark.parametrize(
    ("weeks", "last"),
    [
        (2, "2027-03-15"),
        (5, "2027-04-05"),
        (10, "2027-05-10"),
        (11, "2027-05-17"),
        (14, "2027-06-07"),
    ],
)
def test_compliance_with_an_order(weeks, last):
    """What a tribunal orders on 1 March has the weeks of reg. 44(2)."""
    assert counting.weeks(day("2027-03-01"), weeks) == day(last)


def test_school_days_leave_out_the_schools_holidays():
    """Excluded before half-term: the sixth school day and the governors' fifteenth."""
    half_term = {day("2027-02-15") + timedelta(days=n) for n in range(5)}

    def last(count):
        """Return the last of so many school days."""
        first = day("2027-02-11")
        return counting.school_days_beginning_with(first, count, half_term)

    assert (last(6), last(15)) == (day("2027-02-25"), day("2027-03-10"))


def test_a_long_closure_has_a_window():
    """Advice sought from a week before the closure to a week before it ends."""
    first, last = counting.closure_window(day("2026-07-23"), day("2026-09-03"))

    assert (first, last) == (day("2026-07-16"), day("2026-08-27"))
    assert first <= day("2026-07-20") <= last
    assert not first <= day("2026-07-15") <= last
    assert not first <= day("2026-08-28") <= last


def test_a_christmas_closure_has_none():
    """Fifteen days are not four weeks."""
    assert counting.closure_window(day("2026-12-21"), day("2027-01-05")) is None


def test_mediation_has_thirty_days():
    """Told on 7 December: by 6 January."""
    assert counting.days(day("2026-12-07"), 30) == day("2027-01-06")
