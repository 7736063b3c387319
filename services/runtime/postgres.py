"""The database: one pool a service, its own schema, numbered migrations at start."""

import asyncio
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Final

import asyncpg

from schemas.errors import NotNow
from services.runtime import log

Connection = asyncpg.pool.PoolConnectionProxy | asyncpg.Connection

IDLE_IN_TRANSACTION_MS: Final = 5000
"""Shorter than the group's session timeout: a stopped process loses its locks first."""
LOCK_MS: Final = 4000

_PLANS: Final = {
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
    "random_page_cost": "0.1",
}
"""
A step asks by keys: each of its statements is planned once, and goes by the index.

Planned anew each time, as Postgres would, a statement's plan costs more than its work.
One that is planned while its table is small would read the whole of it for longer than
that is cheap, were a page that an index names not said to cost little: it is in memory.
"""
BY_THE_NUMBERS: Final = """
SELECT set_config('plan_cache_mode', 'auto', true),
    set_config('random_page_cost', '4', true)
"""
"""For a transaction that reads whole tables: its plans follow their sizes."""

AWAY: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # of a connection that Postgres has just ended
    asyncpg.CannotConnectNowError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    NotNow,
)
"""What says that something needed is away, not that the data are wrong."""


async def open_pool(dsn: str, schema: str) -> asyncpg.Pool:
    """Return a pool whose connections see *schema* and give up waiting in time."""
    return await asyncpg.create_pool(
        dsn,
        min_size=2,
        max_size=12,
        command_timeout=30,
        timeout=5,
        max_inactive_connection_lifetime=0,
        reset=_leave_as_it_is,
        server_settings={
            "search_path": schema,
            "application_name": schema,
            "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_MS),
            "lock_timeout": str(LOCK_MS),
            "timezone": "UTC",
            **_PLANS,
        },
    )


async def _leave_as_it_is(_conn: asyncpg.Connection) -> None:
    """
    Reset nothing when a connection goes back: a step sets things for itself alone.

    asyncpg's own reset costs a round trip as dear as a step's dearest statement.
    """


async def migrate(dsn: str, schema: str, packages: Sequence[str]) -> None:
    """Bring *schema* to the newest migration of each of *packages*, in their order."""
    conn = await asyncpg.connect(dsn, timeout=5)
    try:
        async with conn.transaction():
            await conn.execute("SELECT pg_advisory_xact_lock(hashtext($1))", schema)
            await conn.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
            await conn.execute(f'SET LOCAL search_path TO "{schema}"')
            await conn.execute(
                "CREATE TABLE IF NOT EXISTS migrations ("
                "name text PRIMARY KEY, applied_at timestamptz DEFAULT now())"
            )
            for package in packages:
                for name, sql in _numbered(package):
                    await _apply(conn, name, sql)
    finally:
        await conn.close()


def _numbered(package: str) -> list[tuple[str, str]]:
    """Return (name, SQL) of the migrations of *package* in the order of their names."""
    folder = resources.files(package) / "migrations"
    files = sorted(Path(str(folder)).glob("*.sql"))
    return [(f"{package}/{file.name}", file.read_text()) for file in files]


async def _apply(conn: asyncpg.Connection, name: str, sql: str) -> None:
    """Run one migration unless it has been run."""
    known = await conn.fetchval("SELECT 1 FROM migrations WHERE name = $1", name)
    if not known:
        await conn.execute(sql)
        await conn.execute("INSERT INTO migrations (name) VALUES ($1)", name)


async def reachable(dsn: str) -> None:
    """Return once the database answers; says each time that it does not."""
    wait = 0.2
    while True:
        try:
            conn = await asyncpg.connect(dsn, timeout=5)
        except AWAY as error:
            log.get().warning("postgres_away", error=log.named(error))
            await asyncio.sleep(wait)
            wait = min(wait * 2, 5.0)
        else:
            await conn.close()
            return
