"""Clock changes as events of `clocks.changed`. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from schemas.entry import Entry
from services.clocks.rules import Change


def attributes(
    change: Change, start: Entry, child_ref: str, *, at: str
) -> dict[str, str]:
    """
    Return the attributes of a clock event; it belongs to the person of its start.

    *at* is when it was made, RFC 3339 UTC.
    """
    return {
        "id": own_id(change.clock.id, change.kind, change.number),
        "source": "urn:throughline:clocks",
        "type": f"clock.{change.kind}.v1",
        "time": at,
        "subject": child_ref,
        "occurred": at,
        "occurredprecision": "instant",
        "correlationid": start.correlationid,
        "causationid": start.causationid,
        "sensitivity": change.clock.sensitivity,
        "category": start.category,
        "personref": start.personref,
        "knownat": at,
    }


def own_id(clock_id: str, kind: str, number: int) -> str:
    """Return the id of the *number*th thing published of a clock."""
    return str(uuid5(UUID(clock_id), f"{kind}|{number}"))


def body(change: Change, day: date) -> dict[str, Any]:
    """Return the data of a clock event: the clock as it stood on *day*."""
    clock = change.clock
    return {
        **clock.shown(),
        "change": change.kind,
        "day": day.isoformat(),
        "revision": change.number,
        "stopped_on": clock.stopped_on.isoformat() if clock.stopped_on else None,
    }


def withdrawn(
    said: Mapping[str, str], data: Mapping[str, Any], *, number: int, at: str
) -> tuple[dict[str, str], dict[str, Any]]:
    """Return attributes and data that take back what was last published of a clock."""
    own = own_id(data["id"], "withdrawn", number)
    times = {"time": at, "occurred": at, "knownat": at}
    attributes = {**said, **times, "id": own, "type": "clock.withdrawn.v1"}
    return attributes, {**data, "change": "withdrawn", "revision": number}
