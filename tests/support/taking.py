"""A handler that notes what it took, and waiting until it has taken enough."""

from uuid import uuid4

import asyncpg

from services.runtime.envelope import headers_of
from tests.support.local_stack import fetch
from tests.support.stepping import eventually


class Taken:
    """A handler that notes the values it took, once their step is committed."""

    def __init__(self, *, fails=()):
        """Fail at each value of *fails*."""
        self.fails = set(fails)

    async def __call__(self, step, records):
        """Keep the values in the step's own transaction."""
        await step.conn.execute(
            "CREATE TABLE IF NOT EXISTS taken (nth serial, value bytea, instance text)"
        )
        for record in records:
            if record.value in self.fails:
                raise ZeroDivisionError
            await step.conn.execute(
                "INSERT INTO taken (value) VALUES ($1)", record.value
            )


async def taken(process):
    """Return the values taken so far, in order, on a connection that nobody ends."""
    asked = f"SELECT value FROM {process.schema}.taken ORDER BY nth"
    try:
        rows = await fetch(process.stack.dsn, asked)
    except asyncpg.UndefinedTableError:
        return []
    return [row["value"] for row in rows]


def good(*values):
    """Return records with ids of ours."""
    return [(headers_of({"id": str(uuid4())}), value) for value in values]


async def until_taken(process, *values):
    """Return once exactly these values are taken; more or others fail the test."""

    async def enough():
        """Look."""
        return len(await taken(process)) >= len(values)

    await eventually(enough)
    assert await taken(process) == list(values)
