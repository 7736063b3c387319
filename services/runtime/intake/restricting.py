"""A patient's label becomes an event of its own, whenever it changes."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import orjson

from schemas.restriction import RESTRICTED
from services.runtime import refs
from services.runtime.intake.made import Made
from services.runtime.step import Step

_KNOWN: Final = """
SELECT person_ref, restricted, changes FROM restrictions
WHERE person_ref = ANY($1::text[]) ORDER BY person_ref FOR UPDATE
"""
_KEEP: Final = """
INSERT INTO restrictions SELECT * FROM unnest($1::text[], $2::bool[], $3::bigint[])
ON CONFLICT (person_ref) DO UPDATE
SET restricted = excluded.restricted, changes = excluded.changes
"""


async def restrictions(step: Step, key: bytes, made: Sequence[Made]) -> list[Made]:
    """
    Return the events that say whose record is restricted now and was not, or no longer.

    What one sender says of one person comes in order, so the last word counts.
    """
    saying = [one for one in made if one.statement.restricted is not None]
    if not saying:
        return []
    rows = await step.conn.fetch(_KNOWN, sorted({one.person_ref for one in saying}))
    known = {row["person_ref"]: (row["restricted"], row["changes"]) for row in rows}
    found = []
    for one in saying:
        now, changes = known.get(one.person_ref, (False, 0))
        said = bool(one.statement.restricted)
        if said != now:
            known[one.person_ref] = (said, changes + 1)
            found.append(_said(key, one, restricted=said, version=changes + 1))
    if found:
        persons = sorted({one.person_ref for one in found})
        rows = [(person, *known[person]) for person in persons]
        await step.conn.execute(_KEEP, *[list(c) for c in zip(*rows, strict=True)])
    return found


def _said(key: bytes, one: Made, *, restricted: bool, version: int) -> Made:
    """Return the event; it says of the person what the label says, and nothing else."""
    value = orjson.dumps({"person": {}, "data": {"restricted": restricted}})
    statement = replace(
        one.statement,
        type=RESTRICTED,
        occurred=one.record.attributes["time"],
        occurredprecision="instant",
        sourceversion=version,
        sensitivity="restricted",
        flags=(),
        warnings=(),
    )
    return replace(
        one,
        statement=statement,
        id=refs.event_id(one.message, statement.place, RESTRICTED, 1),
        sourcerecord=refs.record_ref(key, one.source, f"restricted {one.person_ref}"),
        value=value,
        digest=hashlib.sha256(value).digest(),
    )
