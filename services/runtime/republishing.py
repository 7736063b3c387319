"""
A log that was lost is published again from what was written to it.

Kafka is gone for good, or has lost its end; Postgres still holds, lane by lane and byte
for byte, what each service has written. An operator says that the cluster is new on
purpose (`throughline republish`); each service that starts on it begins every lane and
every reading again. Readers drop what they have seen, so that only what was lost has an
effect, in its order and before anything newer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import asyncpg
import orjson
from aiokafka.errors import KafkaError

from schemas.errors import NotNow, Stopped
from services.runtime import audit, kafka, log
from services.runtime.offices import OPERATOR
from services.runtime.settings import PORTS

_LANES: Final = """
UPDATE lanes l SET owner = '', lease_until = '-infinity', confirmed_offset = -1,
    confirmed_seq = coalesce((SELECT min(w.seq) FROM written w
        WHERE w.topic = l.topic AND w.partition = l.partition), l.next_seq) - 1
"""
_RUNS: Final = "SELECT EXISTS (SELECT 1 FROM {0}.lanes WHERE lease_until > now())"
_ACCEPT: Final = "UPDATE {0}.cluster SET accepted = $1"
_COUNT: Final = "SELECT count(*) FROM {0}.written"
_AUDIT: Final = """
INSERT INTO {0}.audit (org, role, token_id, action, subject, agreement, version, shown)
VALUES ('-', $1, '-', 'republish', $2, $3, '-', $4)
"""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A service that will publish again when it starts."""

    service: str
    records: int
    """How many it holds."""


async def start_over(servers: str, pool: asyncpg.Pool, places: str = "") -> None:
    """
    Begin every lane and reading again, if an operator has said so of this cluster.

    *places* is SQL that forgets where in the old log else anything lay.
    """
    cluster_id, _ = await kafka.describe(servers.split(","))
    async with pool.acquire() as conn, conn.transaction():
        asked = "SELECT accepted FROM cluster FOR UPDATE"
        if await conn.fetchval(asked) != cluster_id:
            return
        await conn.execute("DELETE FROM positions")
        await conn.execute(_LANES)
        if places:
            await conn.execute(places)
        done = "UPDATE cluster SET cluster_id = $1, accepted = NULL"
        await conn.execute(done, cluster_id)
    log.get().warning("publishing_again")


async def accept(servers: str, dsn: str, reason: str) -> list[Accepted]:
    """
    Have each service begin again on the cluster at *servers* when it starts.

    Raises Stopped while one of them still runs, for it would go on where it was, and
    what is AWAY where Kafka or Postgres does not answer.
    """
    try:
        cluster_id, _ = await kafka.describe(servers.split(","))
    except KafkaError as error:
        raise NotNow("Kafka does not answer") from error
    conn = await asyncpg.connect(dsn, timeout=5)
    try:
        async with conn.transaction():
            names = [name for name in PORTS if await _is_known(conn, name)]
            await _none_runs(conn, names)
            return [await _accept(conn, one, cluster_id, reason) for one in names]
    finally:
        await conn.close()


async def _is_known(conn: asyncpg.Connection, name: str) -> bool:
    """Return whether a service has ever run on this database."""
    found = await conn.fetchval("SELECT to_regclass($1)", f"{name}.written")
    return found is not None


async def _none_runs(conn: asyncpg.Connection, names: Sequence[str]) -> None:
    """Raise Stopped if a process of one of these services still holds a lane."""
    runs = [name for name in names if await conn.fetchval(_RUNS.format(name))]
    if runs:
        raise Stopped(f"still running: {', '.join(runs)}; stop every service first")


async def _accept(
    conn: asyncpg.Connection, name: str, cluster_id: str, reason: str
) -> Accepted:
    """Note for one service that the cluster is new on purpose, who says so and why."""
    await conn.execute(_ACCEPT.format(name), cluster_id)
    said = orjson.dumps({"reason": reason}).decode()
    row = (OPERATOR, cluster_id, audit.NO_AGREEMENT, said)
    await conn.execute(_AUDIT.format(name), *row)
    return Accepted(name, await conn.fetchval(_COUNT.format(name)))
