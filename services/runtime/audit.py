"""Every disclosure leaves a row before it leaves the house; no row, no disclosure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
import orjson

from schemas.errors import NotNow
from services.runtime.postgres import Connection
from services.runtime.tokens import Caller

NO_AGREEMENT: Final = "-"
"""What is shown by no agreement: a sender's own messages."""

_WRITE: Final = """
INSERT INTO audit (org, role, token_id, action, subject, agreement, version, shown)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What is about to be shown to whom, and under which agreement."""

    caller: Caller
    role: str
    action: str
    """
    Which door: `timeline`, `search`, `feed`, `identifiers`, `clock`, `receipt`,
    `reviews`, `unlink`, `owed`, `digest`, `retranslate`, and of the console `trace`,
    `refused`, `replay`.
    """
    subject: str
    """Our reference of what was asked for; never an identifier."""
    agreement: str
    version: str
    shown: Mapping[str, Any]
    """Counts and ids of what is shown, enough to say later what left."""


async def record(conn: Connection, disclosure: Disclosure) -> None:
    """
    Write the row; the caller commits before it answers.

    Raises NotNow where it cannot be written, for whatever reason: nothing is shown.
    """
    row = (
        disclosure.caller.org,
        disclosure.role,
        disclosure.caller.token_id,
        disclosure.action,
        disclosure.subject,
        disclosure.agreement,
        disclosure.version,
        orjson.dumps(disclosure.shown).decode(),
    )
    try:
        await conn.execute(_WRITE, *row)
    except asyncpg.PostgresError as error:
        raise NotNow("the audit cannot be written") from error
