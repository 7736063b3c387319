"""
Versions to which their sender gave no number, beside those that have one.

A version without a number comes before every number (`schemas.statement.UNNUMBERED`): a
record that is numbered from its second version on is in order. Where a sender gives numbers
first and then leaves them out, what it says later would be taken as older; so a version
that was made after the first that has a number stands under its moment, above the numbers.
What was stated once keeps its place.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from schemas.statement import IN_PASSING, UNNUMBERED, Mark, Statement
from services.runtime import instants, refs
from services.runtime.envelope import Record
from services.runtime.intake.mark_rows import Named, Said
from services.runtime.intake.records import columns
from services.runtime.postgres import Connection

_KEEP: Final = """
INSERT INTO numbered AS n (source, sourcerecord, moment)
SELECT s, r, min(m) FROM unnest($1::text[], $2::text[], $3::bigint[]) AS t(s, r, m)
GROUP BY s, r ORDER BY s, r
ON CONFLICT (source, sourcerecord) DO UPDATE SET moment = excluded.moment
WHERE excluded.moment < n.moment
"""
_FIRST: Final = """
SELECT n.source, n.sourcerecord, n.moment FROM numbered n
JOIN unnest($1::text[], $2::text[]) AS t(source, sourcerecord)
    USING (source, sourcerecord)
"""
_STATED: Final = """
SELECT r.source, r.sourcerecord, r.sourceversion FROM records r
JOIN unnest($1::text[], $2::text[], $3::bigint[])
    AS t(source, sourcerecord, sourceversion) USING (source, sourcerecord, sourceversion)
"""

_Stated = tuple[str, str, int]
"""Sender, a keyed hash of what it states something of, and the version."""


async def in_order(conn: Connection, key: bytes, said: Sequence[Said]) -> list[Said]:
    """Return *said*, what was made after its record's first number above the numbers."""
    numbered: set[_Stated] = set()
    bare: set[Named] = set()
    for record, statements in said:
        for one in (one for one in statements if one.whole):
            name, version = _own(key, record, one)
            if version >= 0:
                numbered.add((*name, min(one.moment, _heard(record))))
            elif version > IN_PASSING:
                bare.add(name)
    if numbered:
        await conn.execute(_KEEP, *columns(numbered))
    first = await _first(conn, bare) if bare else {}
    return await _raised(conn, key, said, first) if first else list(said)


async def _first(conn: Connection, names: Iterable[Named]) -> dict[Named, int]:
    """Return when the first version that has a number was made, by sender and record."""
    rows = await conn.fetch(_FIRST, *columns(sorted(names)))
    return {(row["source"], row["sourcerecord"]): row["moment"] for row in rows}


async def _raised(
    conn: Connection, key: bytes, said: Sequence[Said], first: Mapping[Named, int]
) -> list[Said]:
    """Return *said*, raised where it was made after *first* and is not stated yet."""
    asked = {_place(key, record, one) for record, each in said for one in each}
    rows = await conn.fetch(_STATED, *columns(sorted(asked)))
    stated = {tuple(row) for row in rows}
    kept = {
        _own(key, record, one)
        for record, each in said
        for one in each
        if one.sourceversion > IN_PASSING and _place(key, record, one) in stated
    }
    return [(record, _settled(key, record, each, first, kept)) for record, each in said]


def _settled(
    key: bytes,
    record: Record,
    statements: Sequence[Statement],
    first: Mapping[Named, int],
    kept: Collection[tuple[Named, int]],
) -> tuple[Statement, ...]:
    """Return what a record states; all that it says of one version goes together."""
    settled = []
    for one in statements:
        name, version = own = _own(key, record, one)
        bare = IN_PASSING < version < 0 and own not in kept
        later = bare and name in first and version + UNNUMBERED > first[name]
        settled.append(_above(one, version + UNNUMBERED) if later else one)
    return tuple(settled)


def _own(key: bytes, record: Record, one: Statement) -> tuple[Named, int]:
    """
    Return the record and the version that say it, whatever record it is said of.

    The version is the lowest where all versions of a record have numbers.
    """
    source = record.attributes["source"]
    if one.reversal and one.whole:
        said = one.reversal.record, one.reversal.version
    else:
        said = one.whole, one.sourceversion if one.whole else IN_PASSING
    return (source, refs.record_ref(key, source, said[0])), said[1]


def _place(key: bytes, record: Record, one: Statement) -> _Stated:
    """Return under what a statement is kept, once it is stated."""
    source = record.attributes["source"]
    return source, refs.record_ref(key, source, one.sourcerecord), one.sourceversion


def _heard(record: Record) -> int:
    """Return when the door received the message, in milliseconds since 1970."""
    return int(instants.parsed(record.attributes["time"]).timestamp() * 1000)


def _above(one: Statement, moment: int) -> Statement:
    """Return *one* above the numbers; what it says in passing stays below all."""
    reversal = one.reversal and replace(one.reversal, version=moment)
    if one.sourceversion == IN_PASSING:
        return replace(one, reversal=reversal)
    mark = one.mark and _mark(one.mark, moment)
    return replace(one, sourceversion=moment, mark=mark, reversal=reversal)


def _mark(mark: Mark, moment: int) -> Mark:
    """Return *mark*, what is stated in another's place raised as well."""
    instead = mark.instead and replace(mark.instead, sourceversion=moment)
    return replace(mark, instead=instead)
