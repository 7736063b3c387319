"""Which process empties a mailbox: one at a time, until its lease lapses."""

from typing import Final

import asyncpg

LEASE_SECONDS: Final = 90.0
"""Longer than MESH may take for what is done between two renewals."""
_LEASE: Final = """
INSERT INTO mailboxes AS m (name, holder, until)
VALUES ($1, $2, now() + $3 * interval '1 second')
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
WHERE m.holder = excluded.holder OR m.until < now()
RETURNING true
"""


async def lease(pool: asyncpg.Pool, name: str, holder: str) -> bool:
    """Return whether *holder* may empty the mailbox *name* now; renews its lease."""
    return bool(await pool.fetchval(_LEASE, name, holder, LEASE_SECONDS))
