"""Receipts follow their events: linked, superseded, withdrawn, or refused further on."""

from typing import Final
from uuid import UUID

import orjson

from schemas import topics
from schemas.history import MOVED, WITHDRAWAL
from services.runtime.envelope import Record
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
INSERT INTO withdrawals (source, sourcerecord, sourceversion, by_record, by_version)
SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::bigint[])
ON CONFLICT DO NOTHING
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
            AND NOT EXISTS (
                SELECT 1 FROM withdrawals h
                WHERE (h.source, h.by_record) = (w.source, w.by_record)
                AND h.by_version > w.by_version)) THEN 'withdrawn'
        WHEN ARRAY[e.sourceversion, e.revision] < max(ARRAY[e.sourceversion, e.revision])
            OVER (PARTITION BY e.source, e.sourcerecord, e.type = 'event.withdrawn.v1')
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
    own = [row for row in named if not row[3].startswith(MOVED)]
    if own:
        await step.conn.execute(_WITHDRAW, *columns(own))
    if named or marked != "UPDATE 0":
        sources, names = [n[0] for n in named], [n[1] for n in named]
        await step.conn.execute(_SETTLE, ids, sources, names)


def _withdrawing(record: Record) -> tuple[str, str, int | None, str, int]:
    """Return sender, record and version that are taken back; by which of its records."""
    said = record.attributes
    named = orjson.loads(record.value)["withdraws"]
    own = (said["sourcerecord"], int(said["sourceversion"]))
    return said["source"], named["sourcerecord"], named["sourceversion"], *own


async def _refused(step: Step, record: Record) -> None:
    """Mark an event that a later stage refused."""
    said = {name: value.decode("utf-8", "replace") for name, value in record.headers}
    if said.get("x_refusedtopic") == topics.EVENTS_TRANSLATED.name:
        await step.conn.execute(
            _REFUSED,
            UUID(record.attributes["id"]),
            said["x_reason"],
            said["x_rule"],
            said["x_where"],
        )
