"""What a record says only in the light of its earlier versions: moved, no longer waits."""

from collections.abc import Mapping, Sequence

from schemas.statement import Statement
from services.runtime import refs
from services.runtime.envelope import Record
from services.runtime.intake import mark_rows, numbering
from services.runtime.intake.mark_rows import Named, Said
from services.runtime.intake.reversals import with_reversals
from services.runtime.postgres import Connection

Marks = Mapping[Named, Mapping[int, str]]
"""By sender and record, the mark of each version."""


async def in_their_light(
    conn: Connection, key: bytes, said: Sequence[Said]
) -> list[Said]:
    """Keep the marks of *said*; return what it states, knowing the other versions."""
    said = await numbering.in_order(conn, key, said)
    said = await with_reversals(conn, key, said)
    rows = {row for one in said for row in _rows(key, *one)}
    if not rows:
        return list(said)
    await mark_rows.keep(conn, rows)
    known = await mark_rows.known(conn, (row[:2] for row in rows))
    return [
        (record, tuple(_settled(key, record, statements, known)))
        for record, statements in said
    ]


def _rows(
    key: bytes, record: Record, statements: Sequence[Statement]
) -> list[tuple[str, str, int, str]]:
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
