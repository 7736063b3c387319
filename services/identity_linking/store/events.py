"""What identity keeps of each event: its claim, whom it names, what it takes back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson

from schemas.entry import Entry
from services.identity_linking.rules import Stated
from services.identity_linking.store.columns import columns
from services.identity_linking.translate import IDENTIFIED, Claim
from services.runtime.postgres import Connection


@dataclass(frozen=True, slots=True)
class Known:
    """The event that holds a claim."""

    event_id: str
    digest: bytes
    child: str


_KNOWN: Final = """
SELECT
    (SELECT json_agg(json_build_array(e.source, e.sourcerecord, e.sourceversion,
        e.revision, e.type, e.whom, e.event_id, encode(e.digest, 'hex'), p.child_ref))
     FROM events e JOIN persons p USING (person_ref)
     JOIN unnest($1::text[], $2::text[], $3::bigint[], $4::int[], $5::text[], $6::text[])
        AS w(source, sourcerecord, sourceversion, revision, type, whom)
        USING (source, sourcerecord, sourceversion, revision, type, whom)),
    (SELECT json_agg(json_build_array(s.person_ref, s.digest)) FROM statements s
     JOIN unnest($7::text[], $8::text[]) AS w(person_ref, digest)
        USING (person_ref, digest))
"""
_SAVE: Final = """
INSERT INTO events (source, sourcerecord, sourceversion, revision, type, whom, event_id,
    person_ref, time, category, sensitivity, body, names, withdraws_record,
    withdraws_version, withdraws_upto, withdraws_until, digest, stated)
SELECT s, r, v, e, t, o, i::uuid, p, w, c, y, b, string_to_array(n, ' '), x, z, u, l, d, h
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::int[], $5::text[], $6::text[],
    $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[],
    $13::text[], $14::text[], $15::bigint[], $16::bigint[], $17::text[], $18::bytea[],
    $19::text[])
    AS k(s, r, v, e, t, o, i, p, w, c, y, b, n, x, z, u, l, d, h)
ON CONFLICT DO NOTHING
"""
_EVENTS_OF: Final = """
WITH own AS (
    SELECT e.* FROM events e JOIN persons p USING (person_ref) WHERE p.child_ref = $1
)
SELECT * FROM own
UNION
SELECT e.* FROM events e JOIN own
    ON e.source = own.source AND e.withdraws_record = own.sourcerecord
"""


_IN_ERROR: Final = """
SELECT DISTINCT q.person_ref, q.child_ref
FROM events i
JOIN unnest($1::text[], $2::text[]) AS said(source, sourcerecord)
    USING (source, sourcerecord)
JOIN events w ON w.source = i.source AND w.withdraws_record = i.sourcerecord
    AND coalesce(w.withdraws_version, i.sourceversion) = i.sourceversion
    AND coalesce(w.withdraws_upto, i.sourceversion) >= i.sourceversion
    AND coalesce(w.withdraws_until, i.time) >= i.time
JOIN persons p ON p.person_ref = i.person_ref
JOIN persons q ON q.child_ref = p.child_ref
WHERE i.type = $3
AND EXISTS (
    SELECT 1 FROM persons o
    WHERE o.child_ref = p.child_ref AND o.person_ref <> p.person_ref)
"""

_IDENTIFIED: Final = """
SELECT i.source, i.sourcerecord, i.person_ref, s.nhs_number, s.upn, s.born::text AS born,
    s.family_name, s.given_name, coalesce(s.former, '') AS former
FROM events i
JOIN unnest($1::text[], $2::text[]) AS said(source, sourcerecord)
    USING (source, sourcerecord)
LEFT JOIN statements s ON s.person_ref = i.person_ref AND s.digest = i.stated
WHERE i.type = $3 AND i.stated IS NOT NULL
ORDER BY i.source, i.sourcerecord, i.sourceversion, i.revision
"""
_ONE_CHILD: Final = """
SELECT DISTINCT q.person_ref, q.child_ref
FROM persons p JOIN persons q USING (child_ref)
WHERE p.person_ref = ANY($1::text[])
AND EXISTS (
    SELECT 1 FROM persons o
    WHERE o.child_ref = p.child_ref AND o.person_ref <> p.person_ref)
"""


async def identifications(
    conn: Connection, records: Collection[tuple[str, str]]
) -> list[list[tuple[str, Stated]]]:
    """
    Return what each of *records*, sender and name, said to identify a child.

    Person and statement by version; one that says nothing of a person is empty.
    """
    rows = await conn.fetch(_IDENTIFIED, *columns(sorted(records), 2), IDENTIFIED)
    found: dict[tuple[str, str], list[tuple[str, Stated]]] = {}
    for source, record, person, *words, former in rows:
        said = replace(Stated(*words), former=tuple(former.split()))
        found.setdefault((source, record), []).append((person, said))
    return list(found.values())


async def one_child_with(
    conn: Connection, persons: Collection[str]
) -> list[tuple[str, str]]:
    """Return person and child of all who are one child with one of *persons*, if any is."""
    rows = await conn.fetch(_ONE_CHILD, sorted(persons))
    return [(row["person_ref"], row["child_ref"]) for row in rows]


async def identified_in_error(
    conn: Connection, records: Collection[tuple[str, str]]
) -> list[tuple[str, str]]:
    """
    Return person and child of all who are one child with someone wrongly identified.

    Of *records*, sender and name, those count that stated who a child is and were
    withdrawn; either may have come first.
    """
    found = await conn.fetch(_IN_ERROR, *columns(sorted(records), 2), IDENTIFIED)
    return [(row["person_ref"], row["child_ref"]) for row in found]


async def known(
    conn: Connection, claims: Collection[Claim], said: Collection[tuple[str, str]]
) -> tuple[dict[Claim, Known], set[tuple[str, str]]]:
    """
    Return which of *claims* an event holds already, and of which child it is.

    And which (person, digest) pairs of *said* are kept already.
    """
    row = await conn.fetchrow(
        _KNOWN, *columns(list(claims), 6), *columns(list(said), 2)
    )
    assert row is not None  # noqa: S101 - it always has one
    held, kept = (orjson.loads(part) if part else [] for part in row)
    return {
        tuple(one[:6]): Known(one[6], bytes.fromhex(one[7]), one[8]) for one in held
    }, {(person, digest) for person, digest in kept}


async def save_events(conn: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Keep what events state, whom they name, and what they take back."""
    await conn.execute(_SAVE, *columns(rows, 19))


async def events_of(conn: Connection, child_ref: str) -> list[Entry]:
    """
    Return a child's events, with what withdraws any of them.

    Their data are the body that is asked, the organisations named, and what is taken
    back: identity keeps no more of an event.
    """
    rows = await conn.fetch(_EVENTS_OF, child_ref)
    return [_entry(dict(row)) for row in rows]


def _entry(row: dict[str, Any]) -> Entry:
    """Return a row as an entry that names the same organisations."""
    named = {
        "sourcerecord": row["withdraws_record"],
        "sourceversion": row["withdraws_version"],
        "upto": row["withdraws_upto"],
        "until": row["withdraws_until"],
    }
    data = {"body": row["body"], "names": row["names"]}
    return Entry(
        id=str(row["event_id"]),
        type=row["type"],
        source=row["source"],
        time=row["time"],
        knownat="",
        occurred=row["time"],
        occurredprecision="instant",
        category=row["category"],
        sensitivity=row["sensitivity"],
        correlationid="",
        causationid="",
        personref=row["person_ref"],
        sourcerecord=row["sourcerecord"],
        sourceversion=row["sourceversion"],
        revision=row["revision"],
        data=data | ({"withdraws": named} if row["withdraws_record"] else {}),
    )
