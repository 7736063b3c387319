"""What the council's yearly return must say of a county's children. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from deploy.local.simulator.county import County
from deploy.local.simulator.law import LIMITS
from deploy.local.simulator.life import Life
from deploy.local.simulator.said import Owed


def by_year(lives: Iterable[Life], county: County) -> Mapping[str, Mapping[str, int]]:
    """
    Return, by calendar year, what was heard: requests, decisions, plans.

    `plans` are those that follow a request that was heard of; `in_20_weeks` counts
    them all, `plans_without_exceptions` and `in_20_weeks_without_exceptions` leave
    out those of which the council claims an exception.
    """
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for life in lives:
        for owed in life.owed:
            if owed.by == county.area.council:
                _count(found, owed, county)
    return {
        year: dict(sorted(counted.items())) for year, counted in sorted(found.items())
    }


def _count(found: Mapping[str, Counter[str]], owed: Owed, county: County) -> None:
    """Count one of the council's clocks in the year in which each part happened."""
    clock = owed.reckoned(county.last)
    if clock is None:
        return
    if clock.clock == "ehcna.decision":
        found[_year(clock.started)]["requests"] += 1
        if clock.met_on:
            late = clock.met_on > clock.due
            found[_year(clock.met_on)]["decisions"] += 1
            found[_year(clock.met_on)]["decisions_in_6_weeks"] += not late
    if clock.clock == "ehcp.final" and clock.met_on and owed.met:
        in_time = (clock.met_on - clock.started).days <= LIMITS["ehcp.final"].days
        _plan(found[_year(clock.met_on)], owed, in_time=in_time)


def _plan(counted: Counter[str], owed: Owed, *, in_time: bool) -> None:
    """Count a plan, and whether it came in time."""
    counted["plans"] += 1
    counted["in_20_weeks"] += in_time
    if owed.met and not owed.met.data["week20_exception"]:
        counted["plans_without_exceptions"] += 1
        counted["in_20_weeks_without_exceptions"] += in_time


def _year(day: date) -> str:
    """Return the calendar year of *day*."""
    return str(day.year)
