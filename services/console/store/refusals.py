"""Refused messages: listed and shown without content, and replayed once."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.console.codes import NEW, REPLAYED, SHOWN_ATTRIBUTES
from services.console.translate import Refusal
from services.runtime import instants
from services.runtime.envelope import attributes_of
from services.runtime.outbox import packed, unpacked
from services.runtime.postgres import Connection

_ADD: Final = """
INSERT INTO refused (ref, message_ref, topic, partition, position, reason, rule, where_,
    at, code_version, attempt, state, key, headers, value)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT (ref) DO NOTHING
"""
_LIST: Final = """
SELECT ref, listed, message_ref, topic, reason, rule, where_, at, state FROM refused
WHERE listed > $1 ORDER BY listed LIMIT $2
"""
_NEWEST: Final = """
SELECT ref, listed, message_ref, topic, reason, rule, where_, at, state FROM refused
WHERE state = 'new' ORDER BY listed DESC LIMIT $1
"""
_TAKE: Final = """
UPDATE refused SET state = $2 WHERE ref = $1 AND state = $3 RETURNING *
"""


async def add(conn: Connection, refusals: Sequence[Refusal]) -> None:
    """Keep *refusals*, each once."""
    rows = [
        tuple((asdict(one) | {"headers": packed(one.headers)}).values())
        for one in refusals
    ]
    await conn.executemany(_ADD, rows)


async def listed(
    conn: Connection, after: int, limit: int
) -> tuple[list[dict[str, Any]], int | None]:
    """Return up to *limit* refused messages behind *after*, and where to go on."""
    rows = await conn.fetch(_LIST, after, limit)
    following = rows[-1]["listed"] if len(rows) == limit else None
    return [_line(row) for row in rows], following


async def newest(conn: Connection, limit: int) -> list[dict[str, Any]]:
    """Return the refused messages that nobody has replayed, the newest first."""
    return [_line(row) for row in await conn.fetch(_NEWEST, limit)]


async def count_new(conn: Connection) -> int:
    """Return how many refused messages nobody has replayed."""
    count: int = await conn.fetchval("SELECT count(*) FROM refused WHERE state = 'new'")
    return count


async def shown(conn: Connection, ref: UUID) -> dict[str, Any] | None:
    """Return one refused message without its content; None for an unknown one."""
    row = await conn.fetchrow("SELECT * FROM refused WHERE ref = $1", ref)
    return None if row is None else _line(row) | _particulars(row)


async def take(conn: Connection, ref: UUID) -> Refusal | None:
    """Return a refused message to be replayed; None if it is unknown or was."""
    row = await conn.fetchrow(_TAKE, ref, REPLAYED, NEW)
    return None if row is None else _refusal(row)


async def is_known(conn: Connection, ref: UUID) -> bool:
    """Return whether there is a refused message *ref*, whatever its state."""
    found = await conn.fetchval("SELECT true FROM refused WHERE ref = $1", ref)
    return bool(found)


async def forget(conn: Connection, before: datetime) -> None:
    """Delete what was refused before *before*, with its bytes."""
    await conn.execute("DELETE FROM refused WHERE at < $1", before)


def _line(row: asyncpg.Record) -> dict[str, Any]:
    """Return one refused message as the contract words it."""
    message = row["message_ref"]
    return {
        "ref": str(row["ref"]),
        "message_ref": str(message) if message else None,
        "topic": row["topic"],
        "reason": row["reason"],
        "rule": row["rule"],
        "where": row["where_"],
        "at": instants.text(row["at"]),
        "state": row["state"],
    }


def _particulars(row: asyncpg.Record) -> dict[str, Any]:
    """Return what else may be known of a refused message: nothing of its content."""
    said = attributes_of(unpacked(row["headers"]))
    return {
        "partition": row["partition"],
        "offset": row["position"],
        "attempt": row["attempt"],
        "code_version": row["code_version"],
        "sha256": hashlib.sha256(row["value"]).hexdigest(),
        "size": len(row["value"]),
        "attributes": {name: said[name] for name in SHOWN_ATTRIBUTES if name in said},
    }


def _refusal(row: asyncpg.Record) -> Refusal:
    """Return a row as it was kept."""
    kept = dict(row) | {"where": row["where_"], "headers": unpacked(row["headers"])}
    return Refusal(**{field.name: kept[field.name] for field in fields(Refusal)})
