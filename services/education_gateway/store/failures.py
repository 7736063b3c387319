"""Rows that failed or are doubtful: kept for their sender, until they are corrected."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson

from schemas.errors import Refused
from services.education_gateway.translate.files.layout import Finding
from services.runtime.postgres import Connection

_FAIL: Final = """
INSERT INTO failed_rows (message_ref, file, row, name, own, cells)
SELECT $1, * FROM unnest($2::int[], $3::int[], $4::text[], $5::text[], $6::bytea[])
ON CONFLICT DO NOTHING
"""
_FIND: Final = """
INSERT INTO findings (message_ref, file, row, name, column_, rule, remedy, warning, value)
SELECT $1, * FROM unnest($2::int[], $3::int[], $4::text[], $5::text[], $6::text[],
    $7::text[], $8::boolean[], $9::text[])
"""
_CORRECTED: Final = """
UPDATE failed_rows SET corrected_by = $2
WHERE message_ref = $1 AND corrected_by IS NULL AND own <> ''
AND (name, own) IN (SELECT * FROM unnest($3::text[], $4::text[]))
"""
_CORRECTED_AT: Final = """
UPDATE failed_rows SET corrected_by = $2
WHERE message_ref = $1 AND corrected_by IS NULL
AND (file, row) IN (SELECT * FROM unnest($3::int[], $4::int[]))
"""
_REPORT: Final = """
SELECT f.file, f.row, f.name, f.column_, f.rule, f.remedy, f.warning, f.value,
    q.row IS NOT NULL AS failed, q.corrected_by IS NOT NULL AS corrected
FROM findings f LEFT JOIN failed_rows q USING (message_ref, file, row)
WHERE f.message_ref = $1
ORDER BY f.file, f.row, f.warning, f.column_, f.rule
"""
_COUNT: Final = """
SELECT f.name, f.column_, f.rule, f.remedy, f.warning, count(*) AS rows, min(f.row) AS row
FROM findings f WHERE f.message_ref = $1
GROUP BY 1, 2, 3, 4, 5 ORDER BY f.warning, count(*) DESC, 1, 2, 3 LIMIT 200
"""
_FAILED: Final = """
SELECT file, row, cells FROM failed_rows
WHERE message_ref = $1 AND name = $2 AND corrected_by IS NULL ORDER BY file, row
"""


class Found(NamedTuple):
    """One finding about one row."""

    file: int
    row: int
    name: str
    column: str
    rule: str
    remedy: str
    warning: bool
    value: str


class Failed(NamedTuple):
    """One row that failed, as it came."""

    file: int
    row: int
    name: str
    own: str
    cells: bytes


async def note(
    conn: Connection, ref: UUID, failed: Sequence[Failed], found: Sequence[Found]
) -> None:
    """Keep what failed, and everything that was found."""
    if failed:
        await conn.execute(_FAIL, ref, *[list(c) for c in zip(*failed, strict=True)])
    if found:
        await conn.execute(_FIND, ref, *[list(c) for c in zip(*found, strict=True)])


async def whole(conn: Connection, ref: UUID, refused: Refused, remedy: str) -> None:
    """Keep why a delivery was refused whole, where its report shows what was found."""
    said = (0, 0, "", refused.where, refused.rule, remedy)
    await note(conn, ref, (), [Found(*said, warning=False, value="")])


async def remark(
    conn: Connection, ref: UUID, remarks: Sequence[tuple[int, Finding]]
) -> None:
    """Keep what is doubtful about files of a delivery as such, by their number."""
    said = [
        Found(file, 0, "", one.column, one.rule, one.remedy, one.warning, one.value)
        for file, one in remarks
    ]
    await note(conn, ref, (), said)


async def lacks(conn: Connection, ref: UUID, missing: Mapping[str, Finding]) -> None:
    """Keep what is to be said of tables that a delivery is without."""
    said = [
        Found(0, 0, name, "", one.rule, one.remedy, one.warning, "")
        for name, one in missing.items()
    ]
    await note(conn, ref, (), said)


async def corrected(
    conn: Connection, ref: UUID, by: UUID, rows: Sequence[tuple[str, str]]
) -> None:
    """Note that rows of an earlier delivery, by table and own key, came again and are good."""
    if rows:
        names, owns = zip(*rows, strict=True)
        await conn.execute(_CORRECTED, ref, by, list(names), list(owns))


async def corrected_at(
    conn: Connection, ref: UUID, by: UUID, rows: Sequence[tuple[int, int]]
) -> None:
    """Note the same of rows that name where they stood."""
    if rows:
        files, numbers = zip(*rows, strict=True)
        await conn.execute(_CORRECTED_AT, ref, by, list(files), list(numbers))


async def report(conn: Connection, ref: UUID) -> AsyncIterator[Mapping[str, Any]]:
    """Yield every finding of a delivery in the order of its rows."""
    async with conn.transaction():
        async for row in conn.cursor(_REPORT, ref, prefetch=500):
            yield dict(row)


async def counted(conn: Connection, ref: UUID) -> list[Mapping[str, Any]]:
    """Return what was found, a line a rule, with how many rows and the first of them."""
    return [dict(row) for row in await conn.fetch(_COUNT, ref)]


async def tables(conn: Connection, ref: UUID) -> Mapping[str, int]:
    """Return how many rows failed and are not corrected yet, by table."""
    rows = await conn.fetch(
        "SELECT name, count(*) AS n FROM failed_rows WHERE message_ref = $1"
        " AND corrected_by IS NULL GROUP BY name ORDER BY name",
        ref,
    )
    return {row["name"]: row["n"] for row in rows}


async def rows(
    conn: Connection, ref: UUID, name: str
) -> AsyncIterator[tuple[int, int, Mapping[str, str]]]:
    """Yield the rows of a table that failed: file, row and cells as they came."""
    async with conn.transaction():
        async for row in conn.cursor(_FAILED, ref, name, prefetch=500):
            yield row["file"], row["row"], orjson.loads(row["cells"])
