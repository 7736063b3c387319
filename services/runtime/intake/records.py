"""
What senders' records have said so far: (sender, record, version) to event and person.

Each version has one effect, whatever message brings it. Whether a version that is about
another person, or a withdrawal, comes before or after what it speaks of changes nothing
but the order in which readers hear of it.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final
from uuid import UUID

import orjson

from schemas.history import WITHDRAWAL
from services.runtime.intake.made import (
    Made,
    Moved,
    attributes,
    copy_id,
    moved_away,
    told_to,
    without_person,
)
from services.runtime.step import Step

Touched = tuple[str, str]
"""Sender and record, the latter as a keyed hash."""

_CLAIM: Final = """
INSERT INTO records (source, sourcerecord, sourceversion, type, digest, event_id,
    person_ref, message_ref, place, mapping)
SELECT * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::text[], $6::bytea[],
    $7::uuid[], $8::text[], $9::uuid[], $10::int[], $11::text[])
WHERE (SELECT count(pg_advisory_xact_lock(l)) FROM unnest($1::bigint[]) AS t(l)) >= 0
ON CONFLICT DO NOTHING RETURNING event_id
"""
_ODD: Final = """
SELECT t.* FROM unnest($1::text[], $2::text[]) AS t(source, sourcerecord)
WHERE EXISTS (SELECT 1 FROM undoings u
              WHERE (u.source, u.sourcerecord) = (t.source, t.sourcerecord))
OR EXISTS (SELECT 1 FROM undoings u
           WHERE (u.source, u.by_record) = (t.source, t.sourcerecord))
OR (SELECT count(DISTINCT r.person_ref) FROM records r
    WHERE (r.source, r.sourcerecord) = (t.source, t.sourcerecord)
    AND r.type <> 'event.withdrawn.v1' AND r.person_ref <> '') > 1
"""
_MOVED: Final = """
WITH gone AS (
    SELECT low.source, low.sourcerecord, low.sourceversion, low.type, (
        SELECT high.person_ref FROM records high
        WHERE (high.source, high.sourcerecord) = (low.source, low.sourcerecord)
        AND high.sourceversion > low.sourceversion
        AND high.type <> 'event.withdrawn.v1'
        AND high.person_ref NOT IN ('', low.person_ref)
        ORDER BY high.sourceversion DESC, high.type LIMIT 1) AS moved_to
    FROM records low JOIN unnest($1::text[], $2::text[]) AS t(source, sourcerecord)
        USING (source, sourcerecord)
    WHERE NOT low.moved AND low.type <> 'event.withdrawn.v1' AND low.person_ref <> ''
)
UPDATE records r SET moved = true FROM gone g WHERE g.moved_to IS NOT NULL
AND (r.source, r.sourcerecord, r.sourceversion, r.type)
    = (g.source, g.sourcerecord, g.sourceversion, g.type)
RETURNING r.event_id, r.source, r.sourcerecord, r.sourceversion, r.person_ref,
    r.message_ref AS message, r.place, g.moved_to
"""
_UNDO: Final = """
INSERT INTO undoings (event_id, source, by_record, sourcerecord, sourceversion,
    upto, until, message_ref, place, said, data)
SELECT e, s, b, r, v, u, t::timestamptz, m, p, said, data FROM unnest($1::uuid[],
    $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::text[],
    $8::uuid[], $9::int[], $10::bytea[], $11::bytea[])
    AS n(e, s, b, r, v, u, t, m, p, said, data)
"""
_TOLD: Final = """
INSERT INTO undoings_told SELECT * FROM unnest($1::uuid[], $2::text[])
"""
_TELL: Final = """
WITH touched AS (
    SELECT * FROM unnest($1::text[], $2::text[]) AS t(source, sourcerecord)
), near AS (
    SELECT u.source, u.by_record FROM undoings u JOIN touched t
        ON (u.source, u.sourcerecord) = (t.source, t.sourcerecord)
    UNION SELECT u.source, u.by_record FROM undoings u JOIN touched t
        ON (u.source, u.by_record) = (t.source, t.sourcerecord)
), due AS (
    SELECT u.event_id, r.person_ref FROM near JOIN undoings u USING (source, by_record)
    JOIN records r ON (r.source, r.sourcerecord) = (u.source, u.sourcerecord)
        AND coalesce(u.sourceversion, r.sourceversion) = r.sourceversion
        AND r.sourceversion <= coalesce(u.upto, r.sourceversion)
        AND (u.until IS NULL OR u.until >= coalesce((
            SELECT q.received_at FROM receipts q WHERE q.message_ref = r.message_ref
        ), u.until))
    WHERE r.type <> 'event.withdrawn.v1' AND r.person_ref <> ''
    UNION SELECT u.event_id, d.person_ref FROM near
    JOIN undoings u USING (source, by_record)
    JOIN undoings o USING (source, by_record)
    JOIN undoings_told d ON d.event_id = o.event_id
), fresh AS (
    INSERT INTO undoings_told SELECT * FROM due
    ON CONFLICT DO NOTHING RETURNING event_id, person_ref
)
SELECT u.*, f.person_ref FROM fresh f JOIN undoings u USING (event_id)
ORDER BY u.event_id, f.person_ref
"""

Note = tuple[UUID, int, UUID, str, str, str, int]
"""Message, place, event, type, source, record and version, as a receipt has them."""


async def claim(step: Step, made: Sequence[Made]) -> set[UUID]:
    """
    Claim each event's record, version and type; return the events that are the first.

    The records are locked until the commit: of two processes that hear of one record,
    the later one sees what the earlier one wrote.
    """
    locks = sorted({int(record[:15], 16) for one in made for _, record in one.touched})
    rows = [
        (
            one.source,
            one.sourcerecord,
            one.statement.sourceversion,
            one.statement.type,
            one.digest,
            one.id,
            one.person_ref,
            one.message,
            one.statement.place,
            one.mapping,
        )
        for one in made
    ]
    found = await step.conn.fetch(_CLAIM, locks, *columns(rows))
    return {row["event_id"] for row in found}


async def settle(step: Step, firsts: Sequence[Made]) -> list[Note]:
    """
    Publish what *firsts* change about what was said before; return it for receipts.

    Each person of an event that a higher version moved to another, or that a
    withdrawal names, is told so once.
    """
    await _keep_undoings(step, [one for one in firsts if one.withdraws])
    touched = set[Touched]().union(*(one.touched for one in firsts))
    rows = await step.conn.fetch(_ODD, *columns(sorted(touched)))
    odd = [(row["source"], row["sourcerecord"]) for row in rows]
    if not odd:
        return []
    heard = {t: one.record.attributes["time"] for one in firsts for t in one.touched}
    return [*await _move(step, odd, heard), *await _tell(step, odd)]


async def _keep_undoings(step: Step, withdrawals: Sequence[Made]) -> None:
    """Keep what was taken back, and that those named by the sender are told of it."""
    if not withdrawals:
        return
    rows = [
        (
            one.id,
            one.source,
            one.sourcerecord,
            *(one.withdraws or ()),
            one.message,
            one.statement.place,
            orjson.dumps(attributes(one)),
            without_person(one),
        )
        for one in withdrawals
    ]
    await step.conn.execute(_UNDO, *columns(rows))
    told = [(one.id, one.person_ref) for one in withdrawals if one.person_ref]
    if told:
        await step.conn.execute(_TOLD, *columns(told))


async def _move(
    step: Step, odd: Collection[Touched], heard: dict[Touched, str]
) -> list[Note]:
    """Tell the persons of lower versions that the record is about another now."""
    rows = await step.conn.fetch(_MOVED, *columns(sorted(odd)))
    moved = sorted((Moved(**dict(row)) for row in rows), key=lambda m: str(m.id))
    notes: list[Note] = []
    for one in moved:
        out = moved_away(one, heard[one.source, one.sourcerecord])
        step.publish(out)
        record = dict(out.headers)["ce_sourcerecord"].decode()
        own = (one.id, WITHDRAWAL, one.source, record, 1)
        notes.append((one.message, one.place, *own))
    return notes


async def _tell(step: Step, odd: Collection[Touched]) -> list[Note]:
    """Tell of each withdrawal every person whom it turns out to concern."""
    notes: list[Note] = []
    while rows := await step.conn.fetch(_TELL, *columns(sorted(odd))):
        for row in rows:
            said = orjson.loads(row["said"])
            step.publish(told_to(said, row["data"], row["person_ref"]))
            own = copy_id(row["event_id"], row["person_ref"])
            version = int(said["sourceversion"])
            named = (WITHDRAWAL, row["source"], row["by_record"], version)
            notes.append((row["message_ref"], row["place"], own, *named))
    return notes


def columns(rows: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    """Return *rows* as one list a column."""
    return [list(column) for column in zip(*rows, strict=True)]
