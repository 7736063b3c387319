"""An item on an inbound topic becomes events, each once for its record and version."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson

from schemas import topics
from schemas.errors import Refused
from schemas.events import category_of
from schemas.statement import Statement
from services.runtime import refs
from services.runtime.envelope import Outgoing, Record, headers_of
from services.runtime.step import Step

Translate = Callable[[Record], Sequence[Statement]]
"""A gateway's pure translator; raises Refused."""

MAPPING_VERSION: Final = "1"
_REVISION: Final = 1

_CLAIM: Final = """
INSERT INTO records (source, sourcerecord, sourceversion, type, digest, event_id)
SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::bytea[],
                     $6::uuid[])
ON CONFLICT DO NOTHING RETURNING event_id
"""
_CLAIMED: Final = """
SELECT r.digest, r.event_id FROM records r
WHERE (r.source, r.sourcerecord, r.sourceversion, r.type) = ($1, $2, $3, $4)
"""
_NOTE: Final = """
INSERT INTO receipt_events (message_ref, place, event_id, type, state, source,
    sourcerecord, sourceversion)
SELECT m, p, e, t, 'translated', s, r, v FROM unnest($1::uuid[], $2::int[], $3::uuid[],
    $4::text[], $5::text[], $6::text[], $7::bigint[]) AS n(m, p, e, t, s, r, v)
"""
_NOTE_REPEAT: Final = """
INSERT INTO receipt_events (message_ref, place, event_id, type, state, source,
    sourcerecord, sourceversion, reason, rule, where_)
SELECT $1, $2, event_id, type, state, source, sourcerecord, sourceversion, reason, rule,
    where_
FROM receipt_events WHERE event_id = $3 ORDER BY state DESC LIMIT 1 FOR UPDATE
"""
_TRANSLATED: Final = """
UPDATE receipts SET state = 'translated' WHERE message_ref = ANY($1::uuid[])
"""
_REFUSED: Final = """
UPDATE receipts SET state = 'refused', reason = $2, rule = $3, place = $4
WHERE message_ref = $1 AND state = 'waiting'
"""


@dataclass(frozen=True, slots=True)
class Made:
    """One event that a record yields."""

    record: Record
    statement: Statement
    id: UUID
    person_ref: str
    sourcerecord: str
    value: bytes
    digest: bytes

    @property
    def claim(self) -> tuple[str, str, int, str, bytes, UUID]:
        """Its row in `records`."""
        source = self.record.attributes["source"]
        version = self.statement.sourceversion
        kind = self.statement.type
        return source, self.sourcerecord, version, kind, self.digest, self.id


class Translating:
    """The handler of a gateway's inbound topic."""

    def __init__(self, translate: Translate, key: bytes) -> None:
        """Use *translate*; hash record ids under *key*."""
        self._translate = translate
        self._key = key

    async def handle(self, step: Step, records: list[Record]) -> None:
        """Publish what each record states, or refuse it."""
        made: list[Made] = []
        for record in records:
            try:
                made += self._made(record)
            except Refused as refused:
                step.refuse(record, refused)
                await _note_refused(step, record, refused)
        if made:
            await self._claim(step, made)

    def _made(self, record: Record) -> list[Made]:
        """Return the events of one record."""
        message = UUID(record.attributes["causationid"])
        return [
            self._one(record, message, statement)
            for statement in self._translate(record)
        ]

    def _one(self, record: Record, message: UUID, statement: Statement) -> Made:
        """Return one event with its id and its value, complete to the byte."""
        source = record.attributes["source"]
        data = self._hashed(source, statement)
        value = orjson.dumps({"person": dict(statement.person), "data": data})
        said = [statement.occurred, statement.occurredprecision, statement.sensitivity]
        digest = hashlib.sha256(value + orjson.dumps(said)).digest()
        return Made(
            record=record,
            statement=statement,
            id=refs.event_id(message, statement.place, statement.type, _REVISION),
            person_ref=self._person(record, statement),
            sourcerecord=refs.record_ref(self._key, source, statement.sourcerecord),
            value=value,
            digest=digest,
        )

    def _person(self, record: Record, statement: Statement) -> str:
        """Return whom it is about; the door could not say it of what it refused."""
        said = record.attributes
        return said.get("personref") or refs.person_ref(
            self._key, said["source"], statement.person
        )

    def _hashed(self, source: str, statement: Statement) -> dict[str, Any]:
        """Return the data with the record that a withdrawal names as a keyed hash."""
        data = dict(statement.data)
        if "withdraws" in data:
            named = data["withdraws"]
            hashed = refs.record_ref(self._key, source, named["sourcerecord"])
            version = named.get("sourceversion")
            data["withdraws"] = {"sourcerecord": hashed, "sourceversion": version}
        return data

    async def _claim(self, step: Step, made: list[Made]) -> None:
        """Publish the first event of each record and version; note the others."""
        rows = await step.conn.fetch(_CLAIM, *_columns([m.claim for m in made]))
        new = {row["event_id"] for row in rows}
        firsts = [event for event in made if event.id in new]
        for event in firsts:
            step.publish(outgoing(event))
        if firsts:
            await _note(step, firsts)
        for event in made:
            if event.id not in new:
                await self._repeat(step, event)

    async def _repeat(self, step: Step, event: Made) -> None:
        """Point the receipt at the first event, or refuse other content."""
        *claim, digest, _ = event.claim
        row = await step.conn.fetchrow(_CLAIMED, *claim)
        assert row is not None  # noqa: S101 - the insert met it
        if row["digest"] == digest:
            message = UUID(event.record.attributes["causationid"])
            place = event.statement.place
            await step.conn.execute(_NOTE_REPEAT, message, place, row["event_id"])
            await step.conn.execute(_TRANSLATED, [message])
            return
        rule = "the same record and version came with other content"
        refused = Refused("conflict", where="sourceversion", rule=rule)
        step.refuse(event.record, refused)
        step.publish(unreadable(event))
        await _note_refused(step, event.record, refused)


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
        "mappingversion": MAPPING_VERSION,
        "sensitivity": said.sensitivity,
        "category": category_of(said.type),
        "personref": event.person_ref,
        "place": said.place,
        "requestid": record.get("requestid"),
        "flags": ",".join(said.flags) or None,
    }


def outgoing(event: Made) -> Outgoing:
    """Return the record on events.translated."""
    return Outgoing(
        topics.EVENTS_TRANSLATED.name,
        event.person_ref.encode(),
        headers_of(attributes(event)),
        event.value,
    )


def unreadable(event: Made) -> Outgoing:
    """Return the event that says, without content, that a message was refused."""
    said = attributes(event)
    own = refs.made_id("unread", str(said["id"]), str(event.record.attempt))
    said |= {"id": str(own), "type": "message.refused.v1", "sourcerecord": own.hex}
    person = orjson.loads(event.value)["person"]
    return Outgoing(
        topics.EVENTS_TRANSLATED.name,
        event.person_ref.encode(),
        headers_of(said),
        orjson.dumps({"person": person, "data": {}}),
    )


def correlation_id(said: str) -> str:
    """Return *said* if it is a UUID, in its usual form, else our UUID of it."""
    try:
        return str(UUID(said))
    except ValueError:
        return str(refs.made_id("correlation", said))


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    """Return *rows* as one list a column."""
    return [list(column) for column in zip(*rows, strict=True)]


async def _note(step: Step, events: Sequence[Made]) -> None:
    """Let the receipts show what their messages have become."""
    rows = [
        (
            UUID(e.record.attributes["causationid"]),
            e.statement.place,
            e.id,
            e.statement.type,
            e.record.attributes["source"],
            e.sourcerecord,
            e.statement.sourceversion,
        )
        for e in events
    ]
    await step.conn.execute(_NOTE, *_columns(rows))
    await step.conn.execute(_TRANSLATED, list({row[0] for row in rows}))


async def _note_refused(step: Step, record: Record, refused: Refused) -> None:
    """Let the receipt show that this item was refused."""
    message = UUID(record.attributes["causationid"])
    await step.conn.execute(
        "INSERT INTO receipt_events (message_ref, place, state, reason, rule, where_)"
        " VALUES ($1, $2, 'refused', $3, $4, $5)",
        message,
        int(record.attributes["place"]),
        refused.reason,
        refused.rule,
        refused.where,
    )
    await step.conn.execute(
        _REFUSED, message, refused.reason, refused.rule, refused.where
    )
