"""Hearing what other processes of a service commit, across restarts of Postgres."""

import asyncio
from collections.abc import Callable
from typing import Final

import asyncpg

from services.runtime import log
from services.runtime.postgres import AWAY

_AGAIN_SECONDS: Final = 0.5


async def listen(pool: asyncpg.Pool, channel: str, heard: Callable[[], None]) -> None:
    """
    Call *heard* at each notification on *channel*, for ever.

    Also whenever listening begins: what was said before, nobody has heard.
    """
    while True:
        try:
            await _until_lost(pool, channel, heard)
        except AWAY as error:
            log.get().warning("listening_waits", error=log.named(error))
        await asyncio.sleep(_AGAIN_SECONDS)


async def _until_lost(
    pool: asyncpg.Pool, channel: str, heard: Callable[[], None]
) -> None:
    """Listen on one connection until it ends."""
    lost = asyncio.Event()
    async with pool.acquire() as conn:
        conn.add_termination_listener(lambda _: lost.set())
        await conn.add_listener(channel, lambda *_: heard())
        heard()
        try:
            await lost.wait()
        finally:
            conn.terminate()  # it would go back to the pool listening
