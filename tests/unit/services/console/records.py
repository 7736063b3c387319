"""Records of every topic, as the console reads them. Nobody real is in them."""

from uuid import UUID

import orjson

from schemas import topics
from schemas.errors import Refused
from services.runtime.envelope import Record, attributes_of, headers_of
from services.runtime.step import refusal_headers

MESSAGE = "20000000-0000-5000-8000-000000000001"
ITEM = "20000000-0000-5000-8000-000000000002"
EVENT = "20000000-0000-5000-8000-000000000003"
OTHER_EVENT = "20000000-0000-5000-8000-000000000004"
REQUEST = "20000000-0000-4000-8000-000000000005"
CORRELATION = "20000000-0000-4000-8000-000000000006"
DELIVERY = "20000000-0000-5000-8000-000000000007"
CLOCK = "20000000-0000-5000-8000-000000000008"
CHILD = "c-0000000000000000000000000000000a"
PERSON = "p-0000000000000000000000000000000b"
COUNCIL = "urn:dfe:la:931"
TRUST = "urn:ods:RNU"
AT_MS = 1_775_000_000_123

INBOUND = {
    "id": ITEM,
    "source": COUNCIL,
    "type": "message.received.v1",
    "time": "2026-03-02T09:00:00.000000Z",
    "causationid": MESSAGE,
    "correlationid": CORRELATION,
    "requestid": REQUEST,
    "place": 0,
    "personref": PERSON,
}
TRANSLATED = INBOUND | {"id": EVENT, "type": "ehcna.requested.v1"}
LINKED = {name: said for name, said in TRANSLATED.items() if name != "requestid"} | {
    "subject": CHILD
}
CLOCKED = {
    "id": CLOCK,
    "source": "urn:throughline:clocks",
    "type": "clock.due_soon.v1",
    "subject": CHILD,
    "causationid": MESSAGE,
    "correlationid": CORRELATION,
    "personref": PERSON,
}
DELIVERED = {"id": DELIVERY, "type": "delivery.attempted.v1", "subject": CHILD}


def record(topic, attributes, value=b"{}", *, offset=7, headers=(), key=b"p-1"):
    """Return a record of *topic* with *attributes* and further *headers*."""
    body = value if isinstance(value, bytes) else orjson.dumps(value)
    written = [*headers_of(attributes), *headers]
    said = attributes_of(written)
    attempt = said.get("attempt", "0")
    return Record(
        topic=topic.name,
        partition=3,
        offset=offset,
        key=key,
        attributes=said,
        headers=written,
        value=body,
        id=UUID(ITEM),
        attempt=int(attempt) if attempt.isdigit() else 0,
        at_ms=AT_MS,
    )


def inbound(**changes):
    """Return an item of a message as its door took it in."""
    return record(topics.EDUCATION_INBOUND, INBOUND | changes)


def translated(**changes):
    """Return an event that a translator made."""
    return record(topics.EVENTS_TRANSLATED, TRANSLATED | changes)


def linked(**changes):
    """Return an event that has found its child."""
    return record(topics.EVENTS_LINKED, LINKED | changes)


def clock(events=(EVENT,)):
    """Return a clock's warning that rests on *events*."""
    return record(topics.CLOCKS_CHANGED, CLOCKED, {"events": list(events)})


def delivered(events=(EVENT,)):
    """Return the note that a trust was given *events*."""
    body = {"subscriber": TRUST, "events": list(events), "result": "given"}
    return record(topics.DELIVERIES_ATTEMPTED, DELIVERED, body)


def person_linked(persons=(PERSON,)):
    """Return the decision that *persons* are one child."""
    said = {"id": OTHER_EVENT, "type": "person.linked.v1", "subject": CHILD}
    return record(topics.EVENTS_LINKED, said, {"persons": list(persons)})


def refused(attributes=None, *, place=("education.inbound", 3, 7), attempt=0, **said):
    """Return a record that its translator could not use."""
    why = Refused(said.get("reason", "unknown-type"), where="/type", rule="a rule")
    at = said.get("at")
    own = refusal_headers(UUID(ITEM), attempt, place, why, at=at)
    said = attributes or INBOUND | ({"attempt": attempt} if attempt else {})
    return record(topics.REFUSED, said, b'{"secret": "Vale"}', headers=own)
