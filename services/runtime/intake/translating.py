"""An item on an inbound topic becomes events, each once for its record and version."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

import orjson

from schemas.errors import Refused
from schemas.restriction import without_places
from schemas.statement import Statement
from services.runtime import refs
from services.runtime.envelope import Record
from services.runtime.fetched import read_id
from services.runtime.intake import awaiting
from services.runtime.intake.made import (
    MAPPING_VERSION,
    Made,
    kind_of,
    outgoing,
    unreadable,
)
from services.runtime.intake.mark_rows import Said
from services.runtime.intake.marks import in_their_light
from services.runtime.intake.records import Note, claim, columns, settle
from services.runtime.intake.restricting import restrictions
from services.runtime.step import Step

Translate = Callable[[Record], Sequence[Statement]]
"""A gateway's pure translator; raises Refused."""
Version = Callable[[str], str]
"""Returns the version of the mapping by which a sender's messages are translated."""

LINGER: Final = 0.012
"""
Seconds that few items wait for others before they are translated. What is translated in
one step stays together to the timeline: at a hundred events a second half the steps.
"""
_REVISION: Final = 1

_CLAIMED: Final = """
SELECT r.digest, r.event_id, r.mapping FROM records r
WHERE (r.source, r.sourcerecord, r.sourceversion, r.type) = ($1, $2, $3, $4)
"""
_NOTE: Final = """
WITH noted AS (
    INSERT INTO receipt_events (message_ref, place, event_id, type, state, source,
        sourcerecord, sourceversion)
    SELECT m, p, e, t, 'translated', s, r, v FROM unnest($1::uuid[], $2::int[],
        $3::uuid[], $4::text[], $5::text[], $6::text[], $7::bigint[])
        AS n(m, p, e, t, s, r, v)
)
UPDATE receipts r SET state = 'translated', awaited = greatest(r.awaited - h.n, 0)
FROM unnest($8::uuid[], $9::int[]) AS h(message_ref, n)
WHERE r.message_ref = h.message_ref
"""
_NOTE_REPEAT: Final = """
INSERT INTO receipt_events (message_ref, place, event_id, type, state, source,
    sourcerecord, sourceversion, reason, rule, where_, revision)
SELECT $1, $2, event_id, type, state, source, sourcerecord, sourceversion, reason, rule,
    where_, revision
FROM receipt_events WHERE event_id = $3 ORDER BY state DESC LIMIT 1 FOR UPDATE
"""
_REPEATED: Final = """
INSERT INTO repeated SELECT $1
WHERE NOT EXISTS (SELECT 1 FROM receipt_events WHERE message_ref = $1)
ON CONFLICT DO NOTHING
"""
_TRANSLATED: Final = """
UPDATE receipts SET state = 'translated' WHERE message_ref = ANY($1::uuid[])
"""
_REFUSED: Final = """
UPDATE receipts SET state = 'refused', reason = $2, rule = $3, place = $4
WHERE message_ref = $1 AND state = 'waiting'
"""


class Translating:
    """The handler of a gateway's inbound topic."""

    def __init__(
        self, translate: Translate, key: bytes, version: Version | None = None
    ) -> None:
        """Use *translate*, of that *version*; hash record ids under *key*."""
        self._translate = translate
        self._version = version
        self.key = key

    async def handle(self, step: Step, records: list[Record]) -> None:
        """
        Publish what each record states, or refuse it.

        Between two records the door, which is in the same process, has its turn.
        """
        said: list[Said] = []
        mappings: dict[UUID, str] = {}
        for record in records:
            await asyncio.sleep(0)
            mappings[record.id] = self._mapping(record.attributes.get("source", ""))
            try:
                said.append((record, tuple(self._translate(record))))
            except Refused as refused:
                step.refuse(record, refused)
                await _note_refused(step, record, refused)
        light = await in_their_light(step.conn, self.key, said)
        made = [made for one in light for made in self.made(*one, mappings[one[0].id])]
        made += await restrictions(step, self.key, made)
        arrived = Counter(read_id(r.attributes["causationid"]) for r in records)
        if made:
            await self._claim(step, made, arrived)
        await awaiting.arrived(step.conn, arrived)

    def made(
        self, record: Record, said: Sequence[Statement], mapping: str
    ) -> list[Made]:
        """Return the events of one record, which states *said* by that *mapping*."""
        message = read_id(record.attributes["causationid"])
        made = (self._one(record, message, statement) for statement in said)
        return [replace(one, mapping=mapping) for one in made]

    def _mapping(self, source: str) -> str:
        """Return the version of the mapping by which *source* is read now."""
        return self._version(source) if self._version else MAPPING_VERSION

    def _one(self, record: Record, message: UUID, statement: Statement) -> Made:
        """Return one event with its id and its value, complete to the byte."""
        source = record.attributes["source"]
        data = self._hashed(source, statement)
        if statement.restricted or statement.sensitivity == "restricted":
            data = without_places(data)
        value = orjson.dumps({"person": dict(statement.person), "data": data})
        said = [statement.occurred, statement.occurredprecision, statement.sensitivity]
        digest = hashlib.sha256(value + orjson.dumps(said)).digest()
        return Made(
            record=record,
            statement=statement,
            id=refs.event_id(message, statement.place, kind_of(statement), _REVISION),
            person_ref=self._person(record, statement),
            sourcerecord=refs.record_ref(self.key, source, statement.sourcerecord),
            value=value,
            digest=digest,
        )

    def _person(self, record: Record, statement: Statement) -> str:
        """
        Return whom it is about; the door could not say it of what it refused.

        Empty for a withdrawal that leaves it to the record that it names.
        """
        said = record.attributes
        if not statement.person:
            return ""
        if said.get("personref"):
            return said["personref"]
        return refs.person_ref(self.key, said["source"], statement.person)

    def _hashed(self, source: str, statement: Statement) -> dict[str, Any]:
        """Return the data with the record that a withdrawal names as a keyed hash."""
        data = dict(statement.data)
        if "withdraws" in data:
            named = data["withdraws"]
            hashed = refs.record_ref(self.key, source, named["sourcerecord"])
            version = {"sourceversion": named.get("sourceversion")}
            limits = {name: named[name] for name in ("upto", "until") if name in named}
            data["withdraws"] = {"sourcerecord": hashed} | version | limits
        return data

    async def _claim(
        self, step: Step, made: list[Made], arrived: Counter[UUID]
    ) -> None:
        """Publish the first event of each record and version; note the others."""
        new = await claim(step, made)
        firsts = [event for event in made if event.id in new]
        if firsts:
            await send_on(step, firsts, arrived)
        for event in made:
            if event.id not in new:
                await self._repeat(step, event)

    async def _repeat(self, step: Step, event: Made) -> None:
        """
        Point the receipt at the first event, or refuse other content.

        What another mapping made of the first is no measure: a retranslation sees to it.
        """
        said = event.statement
        row = await step.conn.fetchrow(
            _CLAIMED, event.source, event.sourcerecord, said.sourceversion, said.type
        )
        assert row is not None  # noqa: S101 - the insert met it
        same = row["digest"] == event.digest or row["mapping"] != event.mapping
        if said.in_passing or same:
            first = row["event_id"]
            await step.conn.execute(_NOTE_REPEAT, event.message, said.place, first)
            await step.conn.execute(_REPEATED, event.message)
            await step.conn.execute(_TRANSLATED, [event.message])
            return
        rule = "the same record and version came with other content"
        refused = Refused("conflict", where="sourceversion", rule=rule)
        step.refuse(event.record, refused)
        step.publish(unreadable(event))
        await _note_refused(step, event.record, refused)


async def send_on(
    step: Step, firsts: Sequence[Made], arrived: Counter[UUID] | None = None
) -> None:
    """
    Publish events that are the first of their record and version, and note them.

    What is noted as *arrived*, items by message, is taken out of it.

    A message of which no event comes yet is translated all the same: what it takes back
    may never come.
    """
    named = [event for event in firsts if event.person_ref]
    for event in named:
        step.publish(outgoing(event))
    notes = [note_of(event) for event in named] + await settle(step, firsts)
    if notes:
        await _note(step, notes, arrived or Counter())
    silent = {event.message for event in firsts} - {note[0] for note in notes}
    if silent:
        await step.conn.execute(_TRANSLATED, list(silent))


def note_of(event: Made) -> Note:
    """Return what a receipt shows of *event*."""
    said = event.statement
    record = (event.source, event.sourcerecord, said.sourceversion)
    return (event.message, said.place, event.id, said.type, *record)


async def _note(step: Step, notes: Sequence[Note], arrived: Counter[UUID]) -> None:
    """Let the receipts show what their messages have become."""
    messages = sorted({note[0] for note in notes})
    items = [arrived.pop(message, 0) for message in messages]
    await step.conn.execute(_NOTE, *columns(notes), messages, items)


async def _note_refused(step: Step, record: Record, refused: Refused) -> None:
    """Let the receipt show that this item was refused."""
    message = read_id(record.attributes["causationid"])
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
