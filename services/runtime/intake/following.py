"""Receipts follow their events: linked, superseded, withdrawn, or refused further on."""

from typing import Final
from uuid import UUID

import orjson

from schemas import topics
from schemas.history import MOVED, WITHDRAWAL
from services.runtime.children.links import PERSON_LINKED
from services.runtime.envelope import Record
from services.runtime.intake import awaiting
from services.runtime.intake.records import columns
from services.runtime.step import Step

_HOLD: Final = """
SELECT 1 FROM receipt_events WHERE event_id = ANY($1::uuid[])
ORDER BY event_id, message_ref, place FOR UPDATE
"""
_LINKED: Final = """
UPDATE receipt_events SET state = 'linked'
WHERE event_id = ANY($1::uuid[]) AND state = 'translated'
"""
_WITHDRAW: Final = """
INSERT INTO withdrawals (source, sourcerecord, sourceversion, upto, until, by_record,
    by_version)
SELECT s, r, v, u, t::timestamptz, b, n FROM unnest($1::text[], $2::text[],
    $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::bigint[])
    AS w(s, r, v, u, t, b, n)
ON CONFLICT DO NOTHING
"""
_HEAR: Final = """
INSERT INTO versions (source, sourcerecord, withdrawal, highest)
SELECT s, r, w, max(v) FROM unnest($1::text[], $2::text[], $3::bool[], $4::bigint[])
    AS n(s, r, w, v) GROUP BY s, r, w ORDER BY s, r, w
ON CONFLICT (source, sourcerecord, withdrawal)
DO UPDATE SET highest = greatest(versions.highest, excluded.highest)
"""
_SETTLE: Final = """
WITH said AS (
    SELECT DISTINCT source, sourcerecord FROM receipt_events
    WHERE event_id = ANY($1::uuid[])
    UNION SELECT * FROM unnest($2::text[], $3::text[])
), touched AS (
    SELECT * FROM said
    UNION SELECT w.source, w.sourcerecord FROM withdrawals w JOIN said s
        ON (w.source, w.by_record) = (s.source, s.sourcerecord)
), judged AS (
    SELECT e.event_id, CASE
        WHEN e.type <> 'event.withdrawn.v1' AND EXISTS (
            SELECT 1 FROM withdrawals w
            WHERE (w.source, w.sourcerecord) = (e.source, e.sourcerecord)
            AND coalesce(w.sourceversion, e.sourceversion) = e.sourceversion
            AND e.sourceversion <= coalesce(w.upto, e.sourceversion)
            AND (w.until IS NULL OR w.until >= coalesce((
                SELECT min(r.received_at) FROM receipt_events f
                JOIN receipts r ON r.message_ref = f.message_ref
                WHERE f.event_id = e.event_id), w.until))
            AND NOT EXISTS (
                SELECT 1 FROM withdrawals h
                WHERE (h.source, h.by_record) = (w.source, w.by_record)
                AND h.by_version > w.by_version)) THEN 'withdrawn'
        WHEN ARRAY[e.sourceversion, e.revision] < max(ARRAY[e.sourceversion, e.revision])
            OVER (PARTITION BY e.source, e.sourcerecord, e.type = 'event.withdrawn.v1')
            OR EXISTS (
                SELECT 1 FROM versions h
                WHERE (h.source, h.sourcerecord) = (e.source, e.sourcerecord)
                AND h.withdrawal = (e.type = 'event.withdrawn.v1')
                AND h.highest > e.sourceversion)
            OR EXISTS (
                SELECT 1 FROM records r WHERE r.moved AND r.event_id = e.event_id
                AND (r.source, r.sourcerecord, r.sourceversion, r.type)
                    = (e.source, e.sourcerecord, e.sourceversion, e.type))
            THEN 'superseded'
        ELSE 'linked' END AS now
    FROM receipt_events e JOIN touched USING (source, sourcerecord)
    WHERE e.state IN ('linked', 'superseded', 'withdrawn')
)
UPDATE receipt_events e SET state = j.now
FROM judged j WHERE e.event_id = j.event_id AND e.state <> j.now
AND e.state IN ('linked', 'superseded', 'withdrawn')
"""
_REFUSED: Final = """
UPDATE receipt_events SET state = 'refused', reason = $2, rule = $3, where_ = $4
WHERE event_id = $1
"""

_REFUSED_ITEM: Final = """
INSERT INTO receipt_events (message_ref, place, state, reason, rule, where_)
SELECT $1, $2, 'refused', $3, $4, $5 FROM receipts r
WHERE r.message_ref = $1
AND NOT EXISTS (SELECT 1 FROM receipt_events e
    WHERE e.message_ref = $1 AND (e.place = $2 OR r.state = 'translated'))
"""
_REFUSED_MESSAGE: Final = """
UPDATE receipts SET state = 'refused', reason = $2, rule = $3, place = $4
WHERE message_ref = $1 AND state = 'waiting'
"""
_INBOUND: Final = frozenset(topic.name for topic in topics.ALL if topic.stage == 1)


_HOMES: Final = """
INSERT INTO homes SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
ON CONFLICT (person_ref) DO UPDATE
SET child_ref = excluded.child_ref, epoch = excluded.epoch
WHERE homes.epoch < excluded.epoch
"""


async def follow(step: Step, records: list[Record]) -> None:
    """
    Bring the receipts of this gateway's events up to date.

    They are held first: a repeat that the translator is noting copies an event's state
    either before, and is there when the states change, or afterwards.
    """
    await step.conn.execute(_HOLD, [record.id for record in records])
    linked = [r for r in records if r.topic == topics.EVENTS_LINKED.name]
    if linked:
        await _linked(step, linked)
        await _homes(step, linked)
    for record in records:
        if record.topic == topics.REFUSED.name:
            await _refused(step, record)


async def _linked(step: Step, records: list[Record]) -> None:
    """Mark events as linked, then settle versions and withdrawals."""
    ids = [record.id for record in records]
    marked = await step.conn.execute(_LINKED, ids)
    named = [
        _withdrawing(record)
        for record in records
        if record.attributes["type"] == WITHDRAWAL
    ]
    own = [row for row in named if not row[5].startswith(MOVED)]
    if own:
        await step.conn.execute(_WITHDRAW, *columns(own))
    higher = [_version(record) for record in records if _corrects(record)]
    if higher:
        await step.conn.execute(_HEAR, *columns(higher))
    touched = [n[:2] for n in named] + [h[:2] for h in higher]
    if touched or marked != "UPDATE 0":
        sources, names = [t[0] for t in touched], [t[1] for t in touched]
        await step.conn.execute(_SETTLE, ids, sources, names)


async def _homes(step: Step, records: list[Record]) -> None:
    """Note which child each person is today: the highest epoch wins."""
    said = [
        orjson.loads(record.value)
        for record in records
        if record.attributes["type"] == PERSON_LINKED
    ]
    ordered = sorted(said, key=lambda one: int(one["epoch"]))
    homes = {p: (p, s["child_ref"], s["epoch"]) for s in ordered for p in s["persons"]}
    if homes:
        await step.conn.execute(_HOMES, *columns(sorted(homes.values())))


_Withdrawing = tuple[str, str, int | None, int | None, str | None, str, int]


def _withdrawing(record: Record) -> _Withdrawing:
    """Return sender, record and what of it is taken back; by which of its records."""
    said = record.attributes
    named = orjson.loads(record.value)["withdraws"]
    own = (said["sourcerecord"], int(said["sourceversion"]))
    versions = (named["sourceversion"], named.get("upto"), named.get("until"))
    return said["source"], named["sourcerecord"], *versions, *own


def _corrects(record: Record) -> bool:
    """Return whether an event can supersede another: it is no first version."""
    said = record.attributes
    return "sourcerecord" in said and int(said.get("sourceversion", 1)) != 1


def _version(record: Record) -> tuple[str, str, bool, int]:
    """Return which version of which record an event states, whichever door took it."""
    said = record.attributes
    withdrawal = said["type"] == "event.withdrawn.v1"
    version = int(said["sourceversion"])
    return said["source"], said["sourcerecord"], withdrawal, version


async def _refused(step: Step, record: Record) -> None:
    """
    Mark an event that a later stage refused, or an item that could not be handled.

    What the door or the translator refused they have noted themselves, before.
    """
    said = {name: value.decode("utf-8", "replace") for name, value in record.headers}
    why = said.get("x_reason"), said.get("x_rule"), said.get("x_where")
    topic, own = said.get("x_refusedtopic"), record.attributes
    if topic == topics.EVENTS_TRANSLATED.name:
        await step.conn.execute(_REFUSED, UUID(own["id"]), *why)
    came = said.get("x_refusedoffset", "-1") != "-1"
    if came and topic in _INBOUND and "causationid" in own and "place" in own:
        message = UUID(own["causationid"])
        await step.conn.execute(_REFUSED_ITEM, message, int(own["place"]), *why)
        await step.conn.execute(_REFUSED_MESSAGE, message, *why)
        await awaiting.arrived(step.conn, {message: 1})
