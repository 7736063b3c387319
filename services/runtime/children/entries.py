"""Events as a reader keeps them, by person."""

from collections import defaultdict
from collections.abc import Collection, Sequence

import orjson

from schemas import topics
from schemas.entry import Entry
from schemas.restriction import hardened
from services.runtime.postgres import Connection
from services.runtime.sums import Account


def account(reader: str) -> Account:
    """Return what *reader* counts of the events that it keeps."""
    kept = "SELECT id, source FROM entries"
    return Account(reader, topics.EVENTS_LINKED, kept)


async def add_entries(conn: Connection, entries: Sequence[Entry]) -> None:
    """Keep *entries*."""
    await conn.execute(
        "INSERT INTO entries (id, person_ref, entry, source) SELECT * FROM"
        " unnest($1::uuid[], $2::text[], $3::bytea[], $4::text[]) ON CONFLICT DO NOTHING",
        [entry.id for entry in entries],
        [entry.personref for entry in entries],
        [orjson.dumps(entry) for entry in entries],
        [entry.source for entry in entries],
    )


async def entries_of(
    conn: Connection, children: Collection[str]
) -> dict[str, list[Entry]]:
    """
    Return, for each of *children*, its persons' entries in the order they came in.

    Those of a restricted child are as restricted as it is, whenever they came.
    """
    rows = await conn.fetch(
        "SELECT p.child_ref, e.entry FROM places p JOIN entries e USING (person_ref)"
        " WHERE p.child_ref = ANY($1::text[]) ORDER BY e.arrival",
        list(children),
    )
    found: defaultdict[str, list[Entry]] = defaultdict(list)
    for row in rows:
        found[row["child_ref"]].append(Entry(**orjson.loads(row["entry"])))
    return {child: list(hardened(own)) for child, own in found.items()}
