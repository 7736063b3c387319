"""Where requests that are open are found, by whom they ask and who asked."""

from collections.abc import Sequence

from services.clocks.rules import Asked
from services.runtime.postgres import Connection


async def note(conn: Connection, rows: Sequence[Asked]) -> None:
    """Keep where requests are found, and whether anything of them may be open."""
    ordered = sorted(rows, key=lambda row: (row.org, row.ask_id))
    await conn.execute(
        "INSERT INTO asked (ask_id, org, person_ref, open)"
        " SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bool[])"
        " ON CONFLICT (org, ask_id) DO UPDATE SET person_ref = excluded.person_ref,"
        " open = excluded.open",
        [row.ask_id for row in ordered],
        [row.org for row in ordered],
        [row.person_ref for row in ordered],
        [row.open for row in ordered],
    )


async def children_of(conn: Connection, org: str) -> list[str]:
    """Return the children of whom *org* asked, or was asked for, something open."""
    rows = await conn.fetch(
        "SELECT DISTINCT p.child_ref FROM asked a JOIN places p USING (person_ref)"
        " WHERE a.org = $1 AND a.open ORDER BY p.child_ref",
        org,
    )
    return [row["child_ref"] for row in rows]
