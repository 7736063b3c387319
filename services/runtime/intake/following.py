"""Receipts follow their events: linked, superseded, withdrawn, or refused further on."""

from typing import Final
from uuid import UUID

import orjson

from schemas import topics
from services.runtime.envelope import Record
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
INSERT INTO withdrawals (source, sourcerecord, sourceversion)
SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[]) ON CONFLICT DO NOTHING
"""
_SETTLE: Final = """
WITH touched AS (
    SELECT DISTINCT source, sourcerecord FROM receipt_events
    WHERE event_id = ANY($1::uuid[])
    UNION SELECT * FROM unnest($2::text[], $3::text[])
), versions AS (
    SELECT e.event_id, e.sourceversion,
        max(e.sourceversion) OVER (
            PARTITION BY e.source, e.sourcerecord, e.type = 'event.withdrawn.v1'
        ) AS highest,
        e.type <> 'event.withdrawn.v1' AND
        EXISTS (SELECT 1 FROM withdrawals w
                WHERE w.source = e.source AND w.sourcerecord = e.sourcerecord
                AND coalesce(w.sourceversion, e.sourceversion) = e.sourceversion) AS gone
    FROM receipt_events e JOIN touched USING (source, sourcerecord)
    WHERE e.state IN ('linked', 'superseded', 'withdrawn')
)
UPDATE receipt_events e
SET state = CASE WHEN v.gone THEN 'withdrawn' ELSE 'superseded' END
FROM versions v
WHERE e.event_id = v.event_id AND (v.gone OR v.sourceversion < v.highest)
AND e.state <> CASE WHEN v.gone THEN 'withdrawn' ELSE 'superseded' END
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
        (
            record.attributes["source"],
            withdrawn["sourcerecord"],
            withdrawn["sourceversion"],
        )
        for record in records
        if record.attributes["type"] == "event.withdrawn.v1"
        for withdrawn in [orjson.loads(record.value)["withdraws"]]
    ]
    if named:
        await step.conn.execute(_WITHDRAW, *[list(c) for c in zip(*named, strict=True)])
    if named or marked != "UPDATE 0":
        sources, names = [n[0] for n in named], [n[1] for n in named]
        await step.conn.execute(_SETTLE, ids, sources, names)


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
