"""The table of marks: what is kept of each version of a record, to read others by."""

from collections.abc import Iterable
from typing import Final

from schemas.statement import Statement
from services.runtime.envelope import Record
from services.runtime.intake.records import columns
from services.runtime.postgres import Connection

Said = tuple[Record, tuple[Statement, ...]]
"""A record of an inbound topic, and what it states."""
Named = tuple[str, str]
"""Sender, and a keyed hash of its record."""

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


async def keep(conn: Connection, rows: Iterable[tuple[str, str, int, str]]) -> None:
    """Keep sender, record, version and mark; what was kept of a version before stays."""
    await conn.execute(_KEEP, *columns(sorted(set(rows))))


async def known(
    conn: Connection, records: Iterable[Named]
) -> dict[Named, dict[int, str]]:
    """Return the mark of each version that is kept, by record."""
    found: dict[Named, dict[int, str]] = {}
    for row in await conn.fetch(_KNOWN, *columns(sorted(set(records)))):
        versions = found.setdefault((row["source"], row["sourcerecord"]), {})
        versions[row["sourceversion"]] = row["mark"]
    return found
