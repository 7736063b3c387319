"""
What a service has made of what it read, counted from its own tables for `/_sums`.

All of one answer is one snapshot: the positions and what lies behind them belong
together. The console compares it with what the topics held up to those positions, so
that nothing can be lost, or be there twice, without a difference (design §2, rule 10).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from fastapi import APIRouter
from starlette.responses import JSONResponse

from schemas.topics import PARTITIONS, Topic
from services.runtime.postgres import BY_THE_NUMBERS, Connection

if TYPE_CHECKING:
    from services.runtime.service import Service

Unit = Literal["event", "message"]

_POSITIONS: Final = """
SELECT partition, next_offset FROM positions WHERE reader = $1 AND topic = $2
"""
_WAITING: Final = """
SELECT coalesce(sum(next_seq - 1 - confirmed_seq), 0)::bigint FROM lanes
"""
_REFUSED: Final = """
SELECT t.source, count(*) AS n FROM turned_away t
WHERE t.reader = $1 AND t.topic = $2
AND NOT EXISTS (SELECT 1 FROM ({kept}) k WHERE k.id = t.id)
GROUP BY t.source
"""


@dataclass(frozen=True, slots=True)
class Account:
    """What one reader keeps of one topic."""

    reader: str
    topic: Topic
    kept: str
    """SQL that yields `id` and `source` of each thing of the topic that is kept."""
    unit: Unit = "event"
    """What is counted: events by their id, or whole messages by their reference."""


@dataclass(frozen=True, slots=True)
class Books:
    """Everything that a service can count."""

    accounts: Sequence[Account] = ()
    states: str = ""
    """SQL that yields `what`, `source`, `state` and `n`; empty: it keeps no states."""
    overdue: str = ""
    """SQL that yields `what`, `source` and `n` of what has waited for minutes."""


def router(service: "Service", books: Books) -> APIRouter:
    """Return the route; it tells of counts by organisation and of no child."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/_sums")
    async def sums() -> JSONResponse:
        """Return what this service has read, kept and refused, in one snapshot."""
        async with (
            service.pool.acquire() as conn,
            conn.transaction(isolation="repeatable_read", readonly=True),
        ):
            await conn.execute(BY_THE_NUMBERS)
            return JSONResponse(await _counted(conn, service, books))

    return routes


async def _counted(
    conn: Connection, service: "Service", books: Books
) -> dict[str, Any]:
    """Return every count of *books*."""
    return {
        "service": service.name,
        "waiting": await conn.fetchval(_WAITING),
        "accounts": [await _account(conn, account) for account in books.accounts],
        "states": await _rows(conn, books.states),
        "overdue": await _rows(conn, books.overdue),
    }


async def _account(conn: Connection, account: Account) -> dict[str, Any]:
    """Return how far a reader has come, and by source what it kept and refused."""
    asked = (account.reader, account.topic.name)
    known = {
        r["partition"]: r["next_offset"] for r in await conn.fetch(_POSITIONS, *asked)
    }
    kept = await conn.fetch(
        f"SELECT source, count(*) AS n FROM ({account.kept}) k GROUP BY source"  # noqa: S608 - our own text
    )
    refused: Sequence[Any] = ()
    if account.unit == "event":
        refused = await conn.fetch(_REFUSED.format(kept=account.kept), *asked)
    return {
        "reader": account.reader,
        "topic": account.topic.name,
        "unit": account.unit,
        "positions": [known.get(number, 0) for number in range(PARTITIONS)],
        "kept": {row["source"]: row["n"] for row in kept},
        "refused": {row["source"]: row["n"] for row in refused},
    }


async def _rows(conn: Connection, statement: str) -> list[dict[str, Any]]:
    """Return what *statement* yields."""
    return [dict(row) for row in await conn.fetch(statement)] if statement else []
