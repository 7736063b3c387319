"""Entries to vary one thing at a time. Nobody in them exists."""

from collections.abc import Iterable
from typing import Any

from schemas.entry import Entry
from schemas.events import category_of
from schemas.history import history

COUNCIL = "urn:dfe:la:931"
TRUST = "urn:ods:RNU"
SCHOOL = "urn:dfe:urn:123456"


def entry(type_name: str, occurred: str, **changes: Any) -> Entry:
    """Return an entry of that type; its id, record and time follow from each other."""
    record = changes.pop("sourcerecord", f"{type_name} {occurred}")
    version = changes.pop("sourceversion", 1)
    said = {
        "id": f"{record} v{version}",
        "source": COUNCIL,
        "time": f"{occurred[:10]}T09:00:00.000000Z",
        "knownat": f"{occurred[:10]}T09:00:01.000000Z",
        "occurredprecision": "instant" if "T" in occurred else "day",
        "category": category_of(type_name),
        "sensitivity": "normal",
        "correlationid": "",
        "causationid": f"message of {record}",
        "personref": "person",
        "data": {},
    } | changes
    return Entry(
        type=type_name,
        occurred=occurred,
        sourcerecord=record,
        sourceversion=version,
        **said,
    )


def version(number: int, **changes: Any) -> Entry:
    """Return one version of one record."""
    said = {"sourcerecord": "R", "sourceversion": number} | changes
    return entry("ehcna.requested.v1", "2026-03-02", **said)


def states(entries: Iterable[Entry]) -> dict[str, str]:
    """Return each entry's state by its id."""
    return {placed.entry.id: placed.state for placed in history(entries)}


def withdrawal(
    of: Entry,
    *,
    version: int | None = None,
    upto: int | None = None,
    until: str | None = None,
    **changes: Any,
) -> Entry:
    """Return the withdrawal of *of*: of that version, those within limits, or every one."""
    named = {"sourcerecord": of.sourcerecord, "sourceversion": version}
    named |= {"upto": upto, "until": until}
    return entry(
        "event.withdrawn.v1",
        changes.pop("occurred", "2026-06-01"),
        **{
            "sourcerecord": f"withdrawal of {of.sourcerecord} {version}",
            "source": of.source,
            "data": {"withdraws": named, "reason": "entered-in-error"},
        }
        | changes,
    )
