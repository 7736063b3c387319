"""
Counting days as the law words it: pure functions of civil dates in London.

The regulations do not say how weeks are counted; that the day of the event is left out
is the ordinary rule for "within", and no holiday moves a last day unless the text says
working days or school days.
"""

import calendar
from collections.abc import Callable, Collection, Iterator
from datetime import date, timedelta
from typing import Final

from schemas.clocks.holidays import is_working_day

_DAY: Final = timedelta(days=1)
_LONG_CLOSURE: Final = timedelta(weeks=4)
_AUGUST: Final = 8


def weeks(day: date, count: int) -> date:
    """Return the last day "within *count* weeks of" *day*, which is left out."""
    return day + timedelta(weeks=count)


def days(day: date, count: int) -> date:
    """Return the last day "within *count* days of" *day*, which is left out."""
    return day + timedelta(days=count)


def days_beginning_with(day: date, count: int) -> date:
    """Return the last of *count* days "beginning with" *day*, which is the first."""
    return day + timedelta(days=count - 1)


def working_days(day: date, count: int) -> date:
    """Return the last of *count* working days after *day*, which is left out."""
    return _nth(_after(day, is_working_day), count)


def working_days_beginning_with(day: date, count: int) -> date:
    """Return the last of *count* working days; *day* is the first if it is one."""
    return _nth(_after(day - _DAY, is_working_day), count)


def months(day: date, count: int) -> date:
    """Return the corresponding date *count* months on, or the end of a shorter month."""
    month = day.month - 1 + count
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def months_starting_with(day: date, count: int) -> date:
    """Return the last day of *count* months "starting with" *day*, which is the first."""
    end = months(day, count)
    return end if end.day < day.day else end - _DAY


def before(day: date) -> date:
    """Return the last day that is in time where something is done "before" *day*."""
    return day - _DAY


def tribunal(day: date) -> date:
    """
    Return the last day for an act at the tribunal whose time would end on *day*.

    A time that ends from 25 December to 1 January, or in August, ends on the first
    working day after 1 January or 31 August; on another day that is no working day, on
    the next one. Source: HESC Chamber Rules 2008 (SI 2008/2699), rule 12.
    """
    if day.month == _AUGUST:
        return _nth(_after(date(day.year, _AUGUST, 31), is_working_day), 1)
    if (day.month, day.day) >= (12, 25):
        return _nth(_after(date(day.year + 1, 1, 1), is_working_day), 1)
    if (day.month, day.day) == (1, 1):
        return _nth(_after(day, is_working_day), 1)
    return working_days_beginning_with(day, 1)


def appeal(notice: date, certificate: date | None = None) -> date:
    """
    Return the last day for an appeal: two months from the notice of the decision or,
    if later, one month from the mediation certificate, by the tribunal's calendar.

    Source: HESC Chamber Rules 2008 (SI 2008/2699), rule 20.
    """
    ends = [months(notice, 2)]
    ends += [months(certificate, 1)] if certificate else []
    return tribunal(max(ends))


def school_days_beginning_with(
    day: date, count: int, closed: Collection[date] = ()
) -> date:
    """
    Return the last of *count* school days; *day* is the first if school is open.

    *closed* holds the school's own holidays; weekends and bank holidays are known.
    """

    def is_school_day(one: date) -> bool:
        """Return whether the school is open."""
        return is_working_day(one) and one not in closed

    return _nth(_after(day - _DAY, is_school_day), count)


def closure_window(closed_from: date, reopens: date) -> tuple[date, date] | None:
    """
    Return first and last day on which seeking a closed school's advice is an exception.

    From a week before a closure of four continuous weeks or more until a week before
    it opens again; None for a shorter closure. Source: SEND Regulations 2014, reg.
    5(4)(a).
    """
    if reopens - closed_from < _LONG_CLOSURE:
        return None
    return closed_from - timedelta(weeks=1), reopens - timedelta(weeks=1)


def _after(day: date, counts: Callable[[date], bool]) -> Iterator[date]:
    """Yield the days after *day* that count."""
    while True:
        day += _DAY
        if counts(day):
            yield day


def _nth(found: Iterator[date], count: int) -> date:
    """Return the *count*th of *found*."""
    return [next(found) for _ in range(count)][-1]
