"""What a record says only in the light of its earlier versions: moved, no longer waits."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from schemas.statement import Statement
from services.runtime import refs
from services.runtime.envelope import Record
from services.runtime.intake.records import columns
from services.runtime.intake.reversals import with_reversals
from services.runtime.postgres import Connection

Said = tuple[Record, tuple[Statement, ...]]
"""A record of an inbound topic, and what it states."""
Marks = Mapping[tuple[str, str], Mapping[int, str]]
"""By sender and record, the mark of each version."""

_KEEP: Final = """
INSERT INTO marks (source, sourcerecord, sourceversion, mark)
SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[])
ON CONFLICT DO NOTHING
"""
_KNOWN: Final = """
SELECT m.source, m.sourcerecord, m.sourceversion, m.mark FROM marks m
JOIN unnest($1::text[], $2::text[]) AS t(source, sourcerecord)
    USING (source, sourcerecord)
"""


async def in_their_light(
    conn: Connection, key: bytes, said: Sequence[Said]
) -> list[Said]:
    """Keep the marks of *said*; return what it states, knowing the other versions."""
    said = await with_reversals(conn, key, said)
    rows = {row for one in said for row in _rows(key, *one)}
    if not rows:
        return list(said)
    await conn.execute(_KEEP, *columns(sorted(rows)))
    records = sorted({row[:2] for row in rows})
    known: dict[tuple[str, str], dict[int, str]] = {}
    for row in await conn.fetch(_KNOWN, *columns(records)):
        versions = known.setdefault((row["source"], row["sourcerecord"]), {})
        versions[row["sourceversion"]] = row["mark"]
    return [
        (record, tuple(_settled(key, record, statements, known)))
        for record, statements in said
    ]


def _rows(
    key: bytes, record: Record, statements: Sequence[Statement]
) -> list[tuple[Any, ...]]:
    """Return the marks that a record's statements leave."""
    source = record.attributes["source"]
    return [
        (
            source,
            refs.record_ref(key, source, one.mark.record),
            one.sourceversion,
            _hashed(key, one.mark.said),
        )
        for one in statements
        if one.mark
    ]


def _settled(
    key: bytes, record: Record, statements: Sequence[Statement], known: Marks
) -> list[Statement]:
    """Return what is stated, each in the light of the version before it."""
    source = record.attributes["source"]
    settled = []
    for one in statements:
        if one.mark is None:
            settled.append(one)
            continue
        own = refs.record_ref(key, source, one.mark.record)
        versions = known.get((source, own), {})
        before = max((v for v in versions if v < one.sourceversion), default=None)
        mark = None if before is None else versions[before]
        settled += _one(key, one, mark)
    return settled


def _one(key: bytes, one: Statement, before: str | None) -> list[Statement]:
    """Return a statement, another in its place, or nothing."""
    assert one.mark is not None  # noqa: S101 - the caller has looked
    if one.mark.only_after is not None:
        return [one] if before == _hashed(key, one.mark.only_after) else []
    changed = before is not None and before != _hashed(key, one.mark.said)
    return [one.mark.instead if changed and one.mark.instead else one]


def _hashed(key: bytes, said: str) -> str:
    """Return what is kept of a mark."""
    return refs.keyed(key, "mark", said)
