"""
Messages that were translated before, translated again by today's mapping.

What it says otherwise is published as the next revision of the same version of the same
record; what was taken back, moved to another person or superseded stays so, because all
of that is said of the record. A step a message: whoever is stopped begins again, and
what has been done changes nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson

from schemas.history import WITHDRAWAL
from schemas.statement import Statement
from schemas.topics import Topic
from services.runtime import instants, refs
from services.runtime.envelope import Record
from services.runtime.intake.comparing import (
    Compared,
    Told,
    Version,
    compare,
    senders_own,
    silence,
)
from services.runtime.intake.made import Made, outgoing
from services.runtime.intake.marks import in_their_light
from services.runtime.intake.records import claim, columns
from services.runtime.intake.translating import (
    Translate,
    Translating,
    note_of,
    send_on,
)
from services.runtime.step import Step

_NAMED: Final = """
SELECT DISTINCT source, sourcerecord, sourceversion, event_id FROM receipt_events
WHERE message_ref = $1 AND event_id IS NOT NULL AND sourcerecord IS NOT NULL
"""
_LOCK: Final = (
    "SELECT count(pg_advisory_xact_lock(l)) FROM unnest($1::bigint[]) AS t(l)"
)
_TOLD: Final = """
SELECT r.source, r.sourcerecord, r.sourceversion, r.type, r.digest, r.event_id,
    r.person_ref, r.message_ref, r.place, r.revision, r.mapping
FROM records r JOIN unnest($1::text[], $2::text[], $3::bigint[])
    AS t(source, sourcerecord, sourceversion) USING (source, sourcerecord, sourceversion)
WHERE r.message_ref IS NOT NULL
"""
_SILENCED: Final = """
SELECT sourcerecord, max(sourceversion) AS times FROM records
WHERE source = $1 AND sourcerecord = ANY($2::text[]) GROUP BY sourcerecord
"""
_REVISE: Final = """
INSERT INTO records (source, sourcerecord, sourceversion, type, digest, event_id,
    person_ref, message_ref, place, revision, moved, mapping)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, (
    SELECT coalesce(bool_or(moved), false) FROM records
    WHERE (source, sourcerecord, sourceversion) = ($1, $2, $3)), $11)
ON CONFLICT (source, sourcerecord, sourceversion, type) DO UPDATE
SET (digest, event_id, message_ref, place, revision) = (excluded.digest,
    excluded.event_id, excluded.message_ref, excluded.place, excluded.revision)
"""
_NOTE: Final = """
INSERT INTO receipt_events (message_ref, place, event_id, type, state, source,
    sourcerecord, sourceversion, revision, told_at)
VALUES ($1, $2, $3, $4, 'translated', $5, $6, $7, $8, $9)
"""
_SETTLED: Final = """
UPDATE records r SET mapping = $1 FROM unnest($3::text[], $4::text[], $5::bigint[])
    AS t(source, sourcerecord, sourceversion)
WHERE (r.source, r.sourcerecord, r.sourceversion)
    = (t.source, t.sourcerecord, t.sourceversion) AND r.message_ref = $2
"""
_SINCE: Final = """
UPDATE receipt_events SET told_at = $2 WHERE event_id = ANY($1::uuid[])
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A message as its gateway keeps it, opened again."""

    ref: UUID
    sender: str
    records: Sequence[Record]
    """What its door would send on."""
    mapping: str
    """Version of today's mapping for its sender."""
    unread: Collection[int] = ()
    """Places that the door would not take now."""


class Retranslating:
    """Translates messages of one gateway again."""

    def __init__(self, translating: Translating, topic: Topic) -> None:
        """Make events as what translates *topic* makes them."""
        self._translating = translating
        self._topic = topic.name

    async def compared(
        self, step: Step, kept: Kept, translate: Translate
    ) -> tuple[Compared, list[Told]]:
        """
        Return what *translate* says otherwise of a message, and what was told of it.

        Raises Refused where the message cannot be translated. The records are locked.
        """
        made = await self._made(step, kept, translate)
        rows = await step.conn.fetch(_NAMED, kept.ref)
        named = senders_own((row[0], row[1], row[2]) for row in rows)
        named |= {
            (one.source, one.sourcerecord, one.statement.sourceversion) for one in made
        }
        if not named:
            return Compared(), []
        await step.conn.execute(_LOCK, sorted({int(r[:15], 16) for _, r, _ in named}))
        rows = await step.conn.fetch(_TOLD, *columns(sorted(named)))
        told = [Told(*(row[f.name] for f in fields(Told))) for row in rows]
        silenced = await self._silenced(step, kept.sender, {one.of for one in told})
        found = compare(kept.ref, made, told, unread=kept.unread, silenced=silenced)
        return found, told

    async def before(
        self, step: Step, kept: Kept, translate: Translate
    ) -> dict[Version, Made]:
        """Return what *translate*, an earlier mapping, makes of a message."""
        made = await self._made(step, kept, translate)
        return {(one.sourcerecord, one.statement.sourceversion): one for one in made}

    async def publish(
        self, step: Step, kept: Kept, found: Compared, told: Sequence[Told]
    ) -> None:
        """Publish what *found* says, and note that the message is read by today's."""
        for was, now in found.revised:
            await self._revise(step, was, now)
        own = [self._silence(step, kept, one, stated=False) for one in found.gone]
        own += [
            self._silence(step, kept, one, stated=True) for one, _ in found.restated
        ]
        await self._silences(step, kept.sender, own)
        new = await claim(step, found.fresh) if found.fresh else set()
        firsts = [one for one in found.fresh if one.id in new]
        if firsts:
            await send_on(step, firsts)
            await step.conn.execute(_SINCE, [one.id for one in firsts], step.now)
        left = {one.was.of for one in found.left if one.was}
        done = [one for one in told if one.of not in left]
        if done:
            names = [(t.source, t.sourcerecord, t.sourceversion) for t in done]
            await step.conn.execute(_SETTLED, kept.mapping, kept.ref, *columns(names))

    async def _made(self, step: Step, kept: Kept, translate: Translate) -> list[Made]:
        """
        Return what *translate* makes of a message, in the light of its records.

        Each event keeps the version under which it was told first.
        """
        said = [(record, tuple(translate(record))) for record in kept.records]
        light = await in_their_light(step.conn, self._translating.key, said)
        made = [
            made for one in light for made in self._translating.made(*one, kept.mapping)
        ]
        rows = await step.conn.fetch(_NAMED, kept.ref)
        was = {row["event_id"]: row["sourceversion"] for row in rows}
        return [_as_told(one, was.get(one.id)) for one in made]

    async def _silenced(
        self, step: Step, source: str, versions: Collection[Version]
    ) -> dict[Version, int]:
        """Return how often each of *versions* was taken back or stated again by us."""
        key = self._translating.key
        names = {silence(source, of, key): of for of in versions}
        rows = await step.conn.fetch(_SILENCED, source, sorted(names))
        return {names[row["sourcerecord"]]: row["times"] for row in rows}

    async def _revise(self, step: Step, was: Told, now: Made) -> None:
        """Publish the next revision of what *was* told."""
        said = now.statement
        if now.person_ref:
            step.publish(outgoing(now))
        own = (now.source, now.sourcerecord, said.sourceversion, said.type)
        await step.conn.execute(
            _REVISE,
            *own,
            *(now.digest, now.id, was.person_ref, now.message, said.place),
            *(now.revision, now.mapping),
        )
        message, place, event, kind, *record = note_of(now)
        note = (message, place, event, kind, *record, now.revision, step.now)
        await step.conn.execute(_NOTE, *note)

    def _silence(self, step: Step, kept: Kept, one: Told, *, stated: bool) -> Made:
        """
        Return that a version is no longer stated, or is again, as a withdrawal.

        One that names itself takes nothing back: it corrects the one before it.
        """
        record = silence(one.source, one.of, self._translating.key)
        named: dict[str, Any] = {"sourcerecord": record, "sourceversion": None}
        if not stated:
            named = {
                "sourcerecord": one.sourcerecord,
                "sourceversion": one.sourceversion,
            }
        reason = "stated-again" if stated else "no-longer-stated"
        data = {"withdraws": named, "reason": reason}
        value = orjson.dumps({"person": {}, "data": data})
        at = instants.text(step.now)
        said = Statement(
            one.place, WITHDRAWAL, at, "instant", record, 0, {}, data, facet=record
        )
        attributes = {"source": kept.sender, "causationid": str(kept.ref), "time": at}
        frame = Record(
            self._topic, -1, -1, b"", attributes, [], value, UUID(int=0), 0, 0
        )
        return Made(
            record=frame,
            statement=said,
            id=UUID(int=0),
            person_ref=one.person_ref,
            sourcerecord=record,
            value=value,
            digest=sha256(value).digest(),
            mapping=kept.mapping,
        )

    async def _silences(self, step: Step, source: str, said: Sequence[Made]) -> None:
        """Publish withdrawals of ours, each as the next version of its record."""
        if not said:
            return
        names = sorted({one.sourcerecord for one in said})
        rows = await step.conn.fetch(_SILENCED, source, names)
        times = {row["sourcerecord"]: row["times"] for row in rows}
        numbered = [_numbered(one, times.get(one.sourcerecord, 0) + 1) for one in said]
        await claim(step, numbered)
        await send_on(step, numbered)
        await step.conn.execute(_SINCE, [one.id for one in numbered], step.now)


def _numbered(one: Made, version: int) -> Made:
    """Return a withdrawal of ours as that version of its record."""
    return replace(
        one,
        id=refs.made_id("not-stated", one.sourcerecord, str(version)),
        statement=replace(one.statement, sourceversion=version),
    )


def _as_told(one: Made, version: int | None) -> Made:
    """Return an event under the *version* under which it was told, if it was."""
    if version is None or version == one.statement.sourceversion:
        return one
    return replace(one, statement=replace(one.statement, sourceversion=version))
