"""What a viewer sees of one child. Pure: the same set of entries, the same bytes."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from schemas.agreement import Agency
from schemas.clocks import Clock, ClockRule, clocks_of
from schemas.entry import Entry
from schemas.history import Placed, history
from services.runtime import instants


def timeline(
    entries: Collection[Entry], rules: Sequence[ClockRule], today: date
) -> dict[str, Any]:
    """Return entries in order and the clocks that rest on them; only what is given."""
    return {
        "entries": [_entry(placed) for placed in history(entries)],
        "clocks": [_clock(clock) for clock in clocks_of(entries, rules, today)],
    }


def sources(
    entries: Collection[Entry],
    agencies: Sequence[Agency],
    heard: Mapping[str, datetime],
) -> list[dict[str, Any]]:
    """
    Return the sources of *entries* with when each was last heard, to the minute.

    Agencies that are not connected are named as such: their silence says nothing.
    """
    names = {agency.urn: agency for agency in agencies}
    seen = {entry.source for entry in entries}
    unconnected = {agency.urn for agency in agencies if not agency.connected}
    return [
        {
            "source": source,
            "name": names[source].name if source in names else source,
            "connected": source not in unconnected,
            "last_heard": _minute(heard.get(source)) if source in seen else None,
        }
        for source in sorted(seen | unconnected)
    ]


def known_by(entries: Collection[Entry], moment: str) -> list[Entry]:
    """Return the entries that Throughline had at *moment*, RFC 3339 UTC."""
    return [entry for entry in entries if entry.knownat <= moment]


def counted_on(today: date, moment: str | None) -> date:
    """Return the day by which clocks count that were known at *moment*; None is now."""
    if moment is None:
        return today
    return min(today, instants.london_day(instants.parsed(moment)))


def _minute(moment: datetime | None) -> str | None:
    """Return *moment* cut to its minute."""
    return moment.strftime("%Y-%m-%dT%H:%M:00Z") if moment else None


def _entry(placed: Placed) -> dict[str, Any]:
    """Return one entry as the contract words it."""
    entry = placed.entry
    return {
        "id": entry.id,
        "type": entry.type,
        "occurred": entry.occurred,
        "occurredprecision": entry.occurredprecision,
        "time": entry.time,
        "knownat": entry.knownat,
        "source": entry.source,
        "category": entry.category,
        "sensitivity": entry.sensitivity,
        "state": placed.state,
        "late": placed.late,
        "supersedes": placed.supersedes,
        "supersededby": placed.supersededby,
        "correlationid": entry.correlationid,
        "causationid": entry.causationid,
        "data": dict(entry.data),
    }


def _clock(clock: Clock) -> dict[str, Any]:
    """Return one clock as the contract words it."""
    return {
        "id": clock.id,
        "clock": clock.clock,
        "title": clock.title,
        "owed_by": clock.owed_by,
        "started": clock.started.isoformat(),
        "due": clock.due.isoformat(),
        "state": clock.state,
        "explained": clock.explained,
        "met_on": clock.met_on.isoformat() if clock.met_on else None,
        "regulation": clock.regulation,
        "statutory": clock.statutory,
        "events": list(clock.events),
    }
