"""The previous snapshot of each feed, in Postgres."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

import orjson

from services.runtime.postgres import Connection
from services.runtime.snapshots.comparing import Kept, key_of

_PAGE: Final = 20_000

_FEED: Final = """
INSERT INTO snapshot_feeds (sender, name) VALUES ($1, $2)
ON CONFLICT (sender, name) DO UPDATE SET name = excluded.name RETURNING feed_id
"""
_KNOWN_FEED: Final = """
SELECT feed_id FROM snapshot_feeds WHERE sender = $1 AND name = $2
"""
_LOAD: Final = """
SELECT own, known, other, carried, said, version, gone FROM snapshot_rows
WHERE feed_id = $1 AND name = $2 AND key = ANY($3::bytea[])
"""
_OF_SUBJECTS: Final = """
SELECT subject, known FROM snapshot_rows
WHERE feed_id = $1 AND name = $2 AND subject = ANY($3::text[]) AND NOT gone
"""
_SAVE: Final = """
INSERT INTO snapshot_rows AS r
    (feed_id, name, key, own, subject, known, other, carried, said,
     version, gone, first_on, last_on)
SELECT $1, $2, said.*, $12, $12 FROM unnest($3::bytea[], $4::text[], $5::text[],
    $6::bytea[], $7::bytea[], $8::bytea[], $9::bytea[], $10::int[], $11::boolean[]) said
ON CONFLICT (feed_id, name, key) DO UPDATE SET
    subject = excluded.subject, known = excluded.known, other = excluded.other,
    carried = excluded.carried, said = excluded.said, version = excluded.version,
    gone = excluded.gone, last_on = excluded.last_on,
    first_on = CASE WHEN r.gone THEN excluded.first_on ELSE r.first_on END
"""
_SAID_AGAIN: Final = """
UPDATE snapshot_rows SET last_on = $4
WHERE feed_id = $1 AND name = $2 AND key = ANY($3::bytea[])
AND last_on IS DISTINCT FROM $4
"""
_KEYS: Final = """
SELECT key FROM snapshot_rows
WHERE feed_id = $1 AND name = $2 AND NOT gone AND key > $3
AND ($5::date IS NULL OR last_on = $5 AND (first_on = $5 OR NOT $6))
ORDER BY key LIMIT $4
"""
_SAID_ON: Final = """
SELECT count(*) FROM snapshot_rows
WHERE feed_id = $1 AND name = $2 AND last_on = $3 AND NOT gone
"""
_STAND: Final = """
SELECT count(*) FROM snapshot_rows
WHERE feed_id = $1 AND name = $2 AND NOT gone AND last_on IS DISTINCT FROM $3
"""
_HEARD: Final = """
INSERT INTO snapshot_tables (feed_id, name, as_at, message_ref) VALUES ($1, $2, $3, $4)
ON CONFLICT (feed_id, name) DO UPDATE
SET as_at = excluded.as_at, message_ref = excluded.message_ref
WHERE snapshot_tables.as_at <= excluded.as_at
"""


class Table(NamedTuple):
    """One table of one feed."""

    feed_id: int
    name: str


class Absent(NamedTuple):
    """What a snapshot leaves out."""

    known: int
    """Records that stood before."""
    keys: list[bytes]
    """Those of them that are not there, in order."""


async def feed_id(conn: Connection, sender: str, name: str) -> int:
    """Return the number of a feed; a new one is given one."""
    found = await known_feed(conn, sender, name)
    if found is None:
        found = int(await conn.fetchval(_FEED, sender, name))
    return found


async def known_feed(conn: Connection, sender: str, name: str) -> int | None:
    """Return the number of a feed that was heard of before."""
    found: int | None = await conn.fetchval(_KNOWN_FEED, sender, name)
    return found


async def load(
    conn: Connection, table: Table, owns: Collection[str]
) -> dict[str, Kept]:
    """Return what is kept of the records *owns*, by their own keys."""
    keys = [key_of(own) for own in owns]
    return await load_keys(conn, table, keys)


async def load_keys(
    conn: Connection, table: Table, keys: Sequence[bytes]
) -> dict[str, Kept]:
    """Return what is kept of the records under *keys*, by their own keys."""
    if not keys:
        return {}
    rows = await conn.fetch(_LOAD, *table, keys)
    return {
        row["own"]: Kept(
            known=orjson.loads(row["known"]),
            other=row["other"],
            carried=orjson.loads(row["carried"]),
            version=row["version"],
            gone=row["gone"],
            said=orjson.loads(row["said"]),
        )
        for row in rows
    }


async def of_subjects(
    conn: Connection, table: Table, subjects: Collection[str]
) -> dict[str, list[Mapping[str, str]]]:
    """Return what the records of *table* that stand say of each of *subjects*."""
    found: dict[str, list[Mapping[str, str]]] = {}
    if subjects:
        for row in await conn.fetch(_OF_SUBJECTS, *table, list(subjects)):
            found.setdefault(row["subject"], []).append(orjson.loads(row["known"]))
    return found


async def save(
    conn: Connection, table: Table, rows: Iterable[tuple[str, str, Kept]], on: date
) -> None:
    """Keep records, said of the day *on*: own key, whom about, what is compared."""
    columns = [
        (
            key_of(own),
            own,
            subject,
            orjson.dumps(kept.known),
            kept.other,
            orjson.dumps(kept.carried),
            orjson.dumps(kept.said),
            kept.version,
            kept.gone,
        )
        for own, subject, kept in rows
    ]
    if columns:
        listed = [list(column) for column in zip(*columns, strict=True)]
        await conn.execute(_SAVE, *table, *listed, on)


async def said_again(
    conn: Connection, table: Table, owns: Iterable[str], on: date
) -> None:
    """Note that records, though nothing differs, were said of the day *on*."""
    await conn.execute(_SAID_AGAIN, *table, [key_of(own) for own in owns], on)


async def absent(
    conn: Connection,
    table: Table,
    there: Collection[bytes],
    on: date | None = None,
    *,
    alone: bool = False,
) -> Absent:
    """
    Return which records that stand are not among the keys *there*.

    With *on*, of those alone that were last said of that day; where nothing but that day
    is to count (*alone*), of those that no other day said either.
    """
    known, missing, after = 0, list[bytes](), b""
    while True:
        rows = await conn.fetch(_KEYS, *table, after, _PAGE, on, alone)
        known += len(rows)
        missing += [row["key"] for row in rows if row["key"] not in there]
        if len(rows) < _PAGE:
            return Absent(known, missing)
        after = rows[-1]["key"]


async def said_on(conn: Connection, table: Table, day: date) -> int:
    """Return how many records were last said of *day*."""
    return int(await conn.fetchval(_SAID_ON, *table, day))


async def stand(conn: Connection, table: Table, *, but: date | None = None) -> int:
    """Return how many records stand, without those that were last said of the day *but*."""
    return int(await conn.fetchval(_STAND, *table, but))


async def heard_at(conn: Connection, feed: int) -> dict[str, date]:
    """Return the day of the newest snapshot taken of each table of a feed."""
    rows = await conn.fetch(
        "SELECT name, as_at FROM snapshot_tables WHERE feed_id = $1", feed
    )
    return {row["name"]: row["as_at"] for row in rows}


async def heard(conn: Connection, table: Table, as_at: date, message: UUID) -> None:
    """Note that a snapshot of the day *as_at* has been taken whole."""
    await conn.execute(_HEARD, *table, as_at, message)
