"""
Bank holidays of England and Wales.

Worked out from the rule, with the days that were moved or proclaimed. Source: Banking
and Financial Dealings Act 1971, Schedule 1, and the proclamations under it.
"""

from datetime import date, timedelta
from functools import cache
from typing import Final

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5

_MOVED: Final = {
    date(2020, 5, 4): date(2020, 5, 8),
    date(2022, 5, 30): date(2022, 6, 2),
}
"""Early May 2020 for Victory in Europe Day; spring 2022 for the Platinum Jubilee."""

_ADDED: Final = frozenset({date(2022, 6, 3), date(2022, 9, 19), date(2023, 5, 8)})
"""The Platinum Jubilee, the funeral of Queen Elizabeth II, the King's Coronation."""


def is_working_day(day: date) -> bool:
    """Return whether *day* is neither of a weekend nor a bank holiday."""
    return day.weekday() < _SATURDAY and day not in bank_holidays(day.year)


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """Return the bank holidays of *year*, with those that stand in for weekends."""
    easter = _easter(year)
    usual = {
        _weekday_after(date(year, 1, 1)),
        easter - 2 * _DAY,
        easter + _DAY,
        _monday(date(year, 5, 1)),
        _monday(date(year, 5, 25)),
        _monday(date(year, 8, 25)),
        *_christmas(year),
    }
    added = {day for day in _ADDED if day.year == year}
    return frozenset({_MOVED.get(day, day) for day in usual} | added)


def _monday(day: date) -> date:
    """Return the first Monday from *day* on."""
    return day + -day.weekday() % 7 * _DAY


def _weekday_after(day: date) -> date:
    """Return *day*, or the Monday that stands in for a day of the weekend."""
    return _monday(day) if day.weekday() >= _SATURDAY else day


def _christmas(year: int) -> tuple[date, date]:
    """Return the holidays of Christmas and of Boxing Day, or what stands in."""
    first, second = date(year, 12, 25), date(year, 12, 26)
    if first.weekday() >= _SATURDAY - 1:  # from Friday on one falls on the weekend
        working = [date(year, 12, d) for d in range(25, 32)]
        free = [day for day in working if day.weekday() < _SATURDAY]
        return (first, free[1]) if first.weekday() < _SATURDAY else (free[0], free[1])
    return first, second


def _easter(year: int) -> date:
    """Return Easter Sunday by the Gregorian computus (Meeus, Jones and Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    month, day = divmod(d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114, 31)
    return date(year, month, day + 1)
