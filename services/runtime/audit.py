"""Every disclosure leaves a row before it leaves the house; no row, no disclosure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from services.runtime.postgres import Connection
from services.runtime.tokens import Caller


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What is about to be shown to whom, and under which agreement."""

    caller: Caller
    role: str
    action: str
    """`timeline`, `search`, `feed`, `identifiers`, `console`."""
    subject: str
    """Our reference of what was asked for; never an identifier."""
    agreement: str
    version: str
    shown: Mapping[str, Any]
    """Counts and ids of what is shown, enough to say later what left."""


async def record(conn: Connection, disclosure: Disclosure) -> None:
    """Write the row; the caller commits before it answers."""
    await conn.execute(
        "INSERT INTO audit (org, role, token_id, action, subject, agreement, version,"
        " shown) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        disclosure.caller.org,
        disclosure.role,
        disclosure.caller.token_id,
        disclosure.action,
        disclosure.subject,
        disclosure.agreement,
        disclosure.version,
        orjson.dumps(disclosure.shown).decode(),
    )
