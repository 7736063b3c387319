"""
Versions to which their sender gave no number, beside those that have one.

A version without a number comes before every number (`schemas.statement.UNNUMBERED`): a
record that is numbered from its second version on is in order. Where a sender gives numbers
first and then leaves them out, what it says later would be taken as older; so a moment that
is after a number was heard stands as it is, above the numbers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from schemas.statement import IN_PASSING, UNNUMBERED, Mark, Statement
from services.runtime import instants, refs
from services.runtime.envelope import Record
from services.runtime.intake.mark_rows import Named, Said
from services.runtime.intake.records import columns
from services.runtime.postgres import Connection

_KEEP: Final = """
INSERT INTO numbered AS n (source, sourcerecord, heard)
SELECT s, r, min(h) FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS t(s, r, h)
GROUP BY s, r ORDER BY s, r
ON CONFLICT (source, sourcerecord) DO UPDATE SET heard = excluded.heard
WHERE excluded.heard < n.heard
"""
_HEARD: Final = """
SELECT n.source, n.sourcerecord, n.heard FROM numbered n
JOIN unnest($1::text[], $2::text[]) AS t(source, sourcerecord)
    USING (source, sourcerecord)
"""


async def in_order(conn: Connection, key: bytes, said: Sequence[Said]) -> list[Said]:
    """Return *said*, what has no number above the numbers that were heard before it."""
    numbered, bare = set(), set()
    for record, statements in said:
        for one in statements:
            if one.whole and one.sourceversion >= 0:
                numbered.add((*_named(key, record, one), _time(record)))
            elif _is_bare(one):
                bare.add(_named(key, record, one))
    if numbered:
        await conn.execute(_KEEP, *columns(numbered))
    heard = await _heard(conn, bare) if bare else {}
    return [_settled(key, *one, heard) for one in said] if heard else list(said)


async def _heard(conn: Connection, names: Iterable[Named]) -> dict[Named, datetime]:
    """Return when the first version that has a number was heard, by sender and record."""
    rows = await conn.fetch(_HEARD, *columns(sorted(names)))
    return {(row["source"], row["sourcerecord"]): row["heard"] for row in rows}


def _is_bare(one: Statement) -> bool:
    """Return whether a statement is of a version without a number."""
    return bool(one.whole) and IN_PASSING < one.sourceversion < 0


def _named(key: bytes, record: Record, one: Statement) -> Named:
    """Return the sender, and a keyed hash of its whole record."""
    source = record.attributes["source"]
    return source, refs.record_ref(key, source, one.whole)


def _time(record: Record) -> datetime:
    """Return when the door received the message."""
    return instants.parsed(record.attributes["time"])


def _settled(
    key: bytes,
    record: Record,
    statements: Sequence[Statement],
    heard: Mapping[Named, datetime],
) -> Said:
    """Return what a record states, raised where its moment is after a number's."""
    return record, tuple(
        _above(one, heard.get(_named(key, record, one))) if _is_bare(one) else one
        for one in statements
    )


def _above(one: Statement, number: datetime | None) -> Statement:
    """Return *one* above the numbers, if its moment is after *number* was heard."""
    moment = one.sourceversion + UNNUMBERED
    if number is None or moment <= number.timestamp() * 1000:
        return one
    return replace(
        one,
        sourceversion=moment,
        data=_limited(one.data),
        mark=one.mark and _mark(one.mark, moment),
        reversal=one.reversal and replace(one.reversal, version=moment),
    )


def _limited(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the data of a withdrawal whose limit is raised as well."""
    named = data.get("withdraws", {})
    if "upto" not in named:
        return data
    return {**data, "withdraws": {**named, "upto": named["upto"] + UNNUMBERED}}


def _mark(mark: Mark, moment: int) -> Mark:
    """Return *mark*, what is stated in another's place raised as well."""
    instead = mark.instead and replace(mark.instead, sourceversion=moment)
    return replace(mark, instead=instead)
