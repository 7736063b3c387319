"""Events as a gateway makes them of what a record states: ids, attributes, bytes."""

from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

import orjson

from schemas import topics
from schemas.events import category_of
from schemas.history import MOVED, WITHDRAWAL
from schemas.statement import Statement
from services.runtime import refs
from services.runtime.envelope import Outgoing, Record, headers_of
from services.runtime.fetched import read_id

MAPPING_VERSION: Final = "1"
"""Of what is read by no table: a sender says it in the catalogue's own words."""


@dataclass(frozen=True, slots=True)
class Made:
    """One event that a record yields."""

    record: Record
    statement: Statement
    id: UUID
    person_ref: str
    """Empty for a withdrawal that names no person: whoever the record is about."""
    sourcerecord: str
    """Keyed hash of the sender's record id."""
    value: bytes
    digest: bytes
    mapping: str = MAPPING_VERSION
    """Version of what it was translated by."""
    revision: int = 1
    supersedes: UUID | None = None
    """The event that an earlier translation made of the same."""

    @property
    def message(self) -> UUID:
        """The message that brought it."""
        return read_id(self.record.attributes["causationid"])

    @property
    def source(self) -> str:
        """Who sent it."""
        return self.record.attributes["source"]

    def as_revision(self, revision: int, before: UUID) -> "Made":
        """Return it as what takes the place of the event *before*."""
        said = self.statement
        own = refs.event_id(self.message, said.place, kind_of(said), revision)
        return replace(self, id=own, revision=revision, supersedes=before)

    @property
    def withdraws(self) -> tuple[str, int | None, int | None, str | None] | None:
        """Record, hashed, and what of it is taken back; None of others."""
        if self.statement.type != WITHDRAWAL:
            return None
        named = orjson.loads(self.value)["data"]["withdraws"]
        limits = named.get("upto"), named.get("until")
        return named["sourcerecord"], named["sourceversion"], *limits

    @property
    def touched(self) -> set[tuple[str, str]]:
        """Sender and record of everything that it says something of."""
        named = self.withdraws
        own = {(self.source, self.sourcerecord)}
        return own | ({(self.source, named[0])} if named else set())


def kind_of(statement: Statement) -> str:
    """
    Return what tells the events of one place apart.

    The type, of a row the part, and which side of a record is taken back.
    """
    part = f"#{statement.part}" if statement.part else ""
    return statement.type + part + statement.facet


def attributes(event: Made) -> dict[str, str | int | None]:
    """Return the CloudEvents attributes of a translated event."""
    record, said = event.record.attributes, event.statement
    message, place = record["causationid"], str(said.place)
    own = said.correlationid or record.get("correlationid")
    correlation = (
        correlation_id(own) if own else str(refs.made_id("correlation", message, place))
    )
    return {
        "id": str(event.id),
        "source": record["source"],
        "type": said.type,
        "time": record["time"],
        "dataschema": f"contracts/events/{said.type}/schema.json",
        "occurred": said.occurred,
        "occurredprecision": said.occurredprecision,
        "correlationid": correlation,
        "causationid": message,
        "sourcerecord": event.sourcerecord,
        "sourceversion": said.sourceversion,
        "mappingversion": event.mapping,
        "sensitivity": said.sensitivity,
        "category": category_of(said.type),
        "personref": event.person_ref,
        "place": said.place,
        "requestid": record.get("requestid"),
        "flags": ",".join(said.flags) or None,
        "revision": event.revision if event.revision > 1 else None,
        "supersedes": str(event.supersedes) if event.supersedes else None,
    }


def outgoing(event: Made) -> Outgoing:
    """Return the record on events.translated."""
    return translated(attributes(event), event.value)


def translated(said: dict[str, Any], value: bytes) -> Outgoing:
    """Return a record on events.translated, keyed by its person."""
    key = str(said["personref"]).encode()
    return Outgoing(topics.EVENTS_TRANSLATED.name, key, headers_of(said), value)


def unreadable(event: Made) -> Outgoing:
    """Return the event that says, without content, that a message was refused."""
    said = attributes(event)
    own = refs.made_id("unread", str(said["id"]), str(event.record.attempt))
    said |= {"id": str(own), "type": "message.refused.v1", "sourcerecord": own.hex}
    person = orjson.loads(event.value)["person"]
    return translated(said, orjson.dumps({"person": person, "data": {}}))


@dataclass(frozen=True, slots=True)
class Moved:
    """An event whose record is, by a higher version, about another person."""

    event_id: UUID
    source: str
    sourcerecord: str
    sourceversion: int
    person_ref: str
    message: UUID
    place: int
    moved_to: str
    """The other person, of whom nothing travels on behind identity."""

    @property
    def id(self) -> UUID:
        """Id of the event that says so, the same whichever version came first."""
        return refs.made_id(MOVED, str(self.event_id))


def moved_away(event: Moved, at: str) -> Outgoing:
    """
    Return the withdrawal that tells *event*'s person that it was not about them.

    It rests on that person's own message: nothing in it leads to the other person.
    *at* is when we heard of it, RFC 3339 UTC.
    """
    named = {"sourcerecord": event.sourcerecord, "sourceversion": event.sourceversion}
    data = {"withdraws": named, "reason": "moved"}
    said: dict[str, str | int | None] = {
        "id": str(event.id),
        "source": event.source,
        "type": WITHDRAWAL,
        "time": at,
        "dataschema": f"contracts/events/{WITHDRAWAL}/schema.json",
        "occurred": at,
        "occurredprecision": "instant",
        "correlationid": str(refs.made_id("correlation", str(event.id))),
        "causationid": str(event.message),
        "sourcerecord": MOVED + event.id.hex,
        "sourceversion": 1,
        "mappingversion": MAPPING_VERSION,
        "sensitivity": "normal",
        "category": category_of(WITHDRAWAL),
        "personref": event.person_ref,
        "place": event.place,
        "movedto": event.moved_to,
    }
    return translated(said, orjson.dumps({"person": {}, "data": data}))


def told_to(said: dict[str, Any], data: bytes, person_ref: str) -> Outgoing:
    """
    Return a withdrawal, of attributes *said*, for another person it turns out to name.

    *data* is the body as JSON, without a person.
    """
    own = copy_id(read_id(said["id"]), person_ref)
    return translated(said | {"id": str(own), "personref": person_ref}, data)


def copy_id(event_id: UUID, person_ref: str) -> UUID:
    """Return the id under which a withdrawal goes to another person."""
    return refs.made_id("withdrawal-told", str(event_id), person_ref)


def correlation_id(said: str) -> str:
    """Return *said* if it is a UUID, in its usual form, else our UUID of it."""
    try:
        return str(UUID(said))
    except ValueError:
        return str(refs.made_id("correlation", said))


def without_person(event: Made) -> bytes:
    """Return the value of *event* for people whom its sender did not name."""
    data = orjson.loads(event.value)["data"]
    return orjson.dumps({"person": {}, "data": data})
