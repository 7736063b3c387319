"""The year's figures, reckoned from the rows of a return alone. Pure."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from deploy.returns.tables import Collection, Return, Row, day_in

_DECIDED: Final = frozenset({"Y", "N"})


def measures(collection: Collection, made: Return) -> dict[str, int | float | None]:
    """Return the year's figures, reckoned from the rows alone as the DfE would."""
    received = {
        row["requeststableid"]: row["receiveddate"] for row in made.rows["requests"]
    }
    assessed = {row["assessmenttableid"]: row for row in made.rows["assessment"]}
    days = [day for day in map(day_in, received.values()) if day]
    plans = [
        (started - asked, bool(int(assessment["week20"] or 0)))
        for plan in made.rows["namedplan"]
        if (started := day_in(plan["startdate"]))
        and collection.first <= started <= collection.last
        and (assessment := assessed[plan["assessmenttableid"]])
        and (asked := day_in(received[assessment["requeststableid"]]))
    ]
    decided = [row for row in made.rows["requests"] if _is_decided(row)]
    in_time = [taken <= timedelta(weeks=20) for taken, _ in plans]
    without = [taken <= timedelta(weeks=20) for taken, claimed in plans if not claimed]
    return {
        "requests": sum(collection.first <= day <= collection.last for day in days),
        "decisions": len(decided),
        "decisions_in_6_weeks": sum(map(_six_weeks, decided)),
        "plans": len(plans),
        "in_20_weeks": sum(in_time),
        "in_20_weeks_pc": _share(in_time),
        "plans_without_exceptions": len(without),
        "in_20_weeks_without_exceptions": sum(without),
        "in_20_weeks_without_exceptions_pc": _share(without),
        "active_plans": len(made.rows["activeplans"]),
    }


def _is_decided(row: Row) -> bool:
    """Return whether the council decided a request in the year; one may be withdrawn."""
    return bool(row["requestoutcomedate"]) and row["requestoutcome"] in _DECIDED


def _six_weeks(row: Row) -> bool:
    """Return whether a request was decided within six weeks."""
    asked, decided = day_in(row["receiveddate"]), day_in(row["requestoutcomedate"])
    return bool(asked and decided and decided - asked <= timedelta(weeks=6))


def _share(within: Sequence[bool]) -> float | None:
    """Return how many of a hundred, to one place; None where there are none."""
    return round(100 * sum(within) / len(within), 1) if within else None
