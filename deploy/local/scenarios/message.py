"""One request as an organisation's system sends it: bytes, ids and dates. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

NAMESPACE: Final = uuid5(NAMESPACE_URL, "https://throughline.example/scenario")
"""Every id of the scenario comes from here, so that sending again adds nothing."""

ONE_EVENT: Final = "application/cloudevents+json"
EVENT_ARRAY: Final = "application/cloudevents-batch+json"
FHIR: Final = "application/fhir+json; version=1.4.0"

Door = Literal["health", "education"]


@dataclass(frozen=True, slots=True)
class Message:
    """A request, complete to the byte."""

    name: str
    """For remarks. Never holds anything of a child."""
    sender: str
    door: Door
    received_at: datetime
    request_id: UUID
    correlation_id: UUID
    content_type: str
    body: bytes
    times: int = 1
    """How often its sender sends it."""


def instant(moment: datetime) -> str:
    """Return *moment*, which is in UTC, as RFC 3339 with `Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def conversation_id(name: str) -> UUID:
    """Return the correlation id of the conversation called *name*."""
    return uuid5(NAMESPACE, f"conversation/{name}")


def canonical(value: object) -> bytes:
    """Return *value* as JSON, the same bytes every time."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def cloud_event(  # noqa: PLR0913
    *,
    record: str,
    source: str,
    type_name: str,
    occurred: str,
    correlation_id: UUID,
    person: Mapping[str, Any],
    data: Mapping[str, Any],
) -> dict[str, Any]:
    """Return a structured CloudEvent as the education gateway's door reads it."""
    return {
        "specversion": "1.0",
        "id": record,
        "source": source,
        "type": type_name,
        "occurred": occurred,
        "correlationid": str(correlation_id),
        "sourcerecord": record,
        "sourceversion": 1,
        "data": {**data, "person": dict(person)},
    }
