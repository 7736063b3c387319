"""Hearing what others commit, on a real Postgres."""

import asyncio
from collections import Counter

import pytest

from services.runtime import postgres
from services.runtime.listening import listen
from tests.support.local_stack import fetch
from tests.support.stepping import eventually

_BACKENDS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE application_name = 'listening' AND query LIKE 'LISTEN%'
"""


@pytest.fixture
async def pool(infrastructure):
    """Connections of an invented service."""
    opened = await postgres.open_pool(infrastructure.dsn, "listening")
    yield opened
    opened.terminate()


async def test_a_lost_connection_is_replaced_and_what_was_missed_counts_as_heard(
    infrastructure, pool
):
    """After Postgres has ended the connection, notifications are heard as before."""
    heard = Counter()

    async def notified():
        """Say that something was heard after this notification."""
        before = heard["here"]
        await fetch(infrastructure.dsn, "NOTIFY here")
        await asyncio.sleep(0)
        return heard["here"] > before

    listening = asyncio.create_task(
        listen(pool, "here", lambda: heard.update(["here"]))
    )
    await eventually(notified)
    at_the_end = heard["here"]
    await fetch(infrastructure.dsn, _BACKENDS)

    async def again():
        """Say whether it listens anew."""
        return heard["here"] > at_the_end

    await eventually(again)
    await eventually(notified)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
