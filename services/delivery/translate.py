"""Entries and notices as the structured CloudEvents of a feed. Pure."""

from typing import Any

from schemas.entry import Entry
from services.delivery.rules import Notice


def event(entry: Entry, child_ref: str) -> dict[str, Any]:
    """Return an entry as its reader gets it, under today's child."""
    return {
        "specversion": "1.0",
        "id": entry.id,
        "source": entry.source,
        "type": entry.type,
        "time": entry.time,
        "subject": child_ref,
        "datacontenttype": "application/json",
        "dataschema": f"contracts/events/{entry.type}/schema.json",
        "occurred": entry.occurred,
        "occurredprecision": entry.occurredprecision,
        "correlationid": entry.correlationid,
        "causationid": entry.causationid,
        "sourcerecord": entry.sourcerecord,
        "sourceversion": entry.sourceversion,
        "sensitivity": entry.sensitivity,
        "category": entry.category,
        "personref": entry.personref,
        "knownat": entry.knownat,
        "data": dict(entry.data),
    }


def notice(said: Notice, child_ref: str, persons: list[str]) -> dict[str, Any]:
    """
    Return a clock event or a link decision as its reader gets it.

    Of a decision, only the persons that the reader has heard of, and no lookups.
    """
    attributes = {k: v for k, v in said.said.items() if k != "specversion"}
    if said.kind == "link":
        data: dict[str, Any] = {
            "persons": persons,
            "child_ref": child_ref,
            "epoch": said.body["epoch"],
            "reason": said.body["reason"],
        }
        attributes["personref"] = persons[0]
    else:
        data = dict(said.body)
    shown = attributes | {"subject": child_ref, "datacontenttype": "application/json"}
    return {"specversion": "1.0"} | shown | {"data": data}
