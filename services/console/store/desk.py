"""What operators read and do: each in one transaction with its audit row."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from services.console import translate
from services.console.codes import REPLAYABLE
from services.console.rules import OPERATOR, Wanted
from services.console.store import ledger, refusals, sources
from services.runtime import audit, postgres
from services.runtime.envelope import Outgoing
from services.runtime.postgres import Connection
from services.runtime.problems import Problem, away, unknown
from services.runtime.service import Service
from services.runtime.step import Step
from services.runtime.tokens import Caller

_NO_AGREEMENT: Final = "-"
"""Operators see where messages are and none of their content: no agreement grants it."""


class Desk:
    """The operators' desk."""

    def __init__(self, service: Service, *, refused_days: int) -> None:
        """Read and write in *service*'s database."""
        self._service = service
        self._refused_for = timedelta(days=refused_days)

    async def trace(self, caller: Caller, wanted: Wanted) -> list[dict[str, Any]]:
        """Return every hop of what *wanted* names."""
        async with self._transaction() as conn:
            hops = await ledger.trace(conn, wanted)
            subject = f"{wanted.kind} {wanted.id}"
            await _note(conn, caller, "trace", subject, {"hops": len(hops)})
        return hops

    async def refused(self, caller: Caller, after: int, limit: int) -> dict[str, Any]:
        """Return refused messages behind *after*, and where the list goes on."""
        async with self._transaction() as conn:
            lines, following = await refusals.listed(conn, after, limit)
            shown = {"refused": len(lines)}
            await _note(conn, caller, "refused", f"after {after}", shown)
        return {"refused": lines, "next": following}

    async def newest(self, caller: Caller, limit: int) -> list[dict[str, Any]]:
        """Return the newest of the refused messages that nobody has replayed."""
        async with self._transaction() as conn:
            lines = await refusals.newest(conn, limit)
            await _note(conn, caller, "refused", "newest", {"refused": len(lines)})
        return lines

    async def shown(self, caller: Caller, ref: UUID) -> dict[str, Any]:
        """Return one refused message without its content; raises the one 404."""
        async with self._transaction() as conn:
            found = await refusals.shown(conn, ref)
            if found is None:
                raise unknown()
            await _note(conn, caller, "refused", str(ref), {"refused": 1})
        return found

    async def replay(
        self, caller: Caller, wanted: Sequence[UUID], reason: str
    ) -> list[dict[str, Any]]:
        """Publish refused messages again where they came from: all of them or none."""

        async def work(step: Step) -> list[dict[str, Any]]:
            """Take each once, publish it, and say who did it and why."""
            return [await _replay(step, caller, ref, reason) for ref in sorted(wanted)]

        return await self._service.doors.commit(work)

    async def count_refused(self) -> int | None:
        """Return how many refused messages wait for a person; None if unknown now."""
        try:
            async with self._transaction() as conn:
                return await refusals.count_new(conn)
        except Problem:
            return None

    async def last_heard(self) -> Mapping[str, datetime]:
        """Return when each source was last heard."""
        async with self._transaction() as conn:
            return await sources.last_heard(conn)

    async def keep_house(self) -> None:
        """Make the coming months ready and forget what is past its time."""

        async def work(step: Step) -> None:
            """Do both."""
            await ledger.ready(step.conn)
            await refusals.forget(step.conn, step.now - self._refused_for)

        await self._service.steps.turn("house", work)

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Connection]:
        """Open a transaction; raises a 503 where the database is away."""
        try:
            async with self._service.pool.acquire() as conn, conn.transaction():
                yield conn
        except postgres.AWAY:
            raise away() from None


async def _replay(
    step: Step, caller: Caller, ref: UUID, reason: str
) -> dict[str, Any]:
    """Publish one refused message again, its attempt raised by one."""
    refused = await refusals.take(step.conn, ref)
    if refused is None:
        raise await _not_replayable(step, ref)
    if refused.topic not in REPLAYABLE:
        raise _conflict("What was refused there cannot be sent there again.")
    headers = translate.again(refused)
    step.publish(Outgoing(refused.topic, refused.key, headers, refused.value))
    shown = {"reason": reason, "topic": refused.topic, "attempt": refused.attempt + 1}
    await _note(step.conn, caller, "replay", str(ref), shown)
    return {"ref": str(ref), "topic": refused.topic, "attempt": refused.attempt + 1}


async def _not_replayable(step: Step, ref: UUID) -> Problem:
    """Return why there is nothing to take: unknown, or taken before."""
    if not await refusals.is_known(step.conn, ref):
        return unknown()
    return _conflict("It was replayed before. If it was refused again, use the new ref.")


def _conflict(detail: str) -> Problem:
    """Return a 409 with *detail*."""
    return Problem(409, "conflict", detail)


async def _note(
    conn: Connection,
    caller: Caller,
    action: str,
    subject: str,
    shown: Mapping[str, Any],
) -> None:
    """Write down who asked for what, and how much of it is shown."""
    disclosure = audit.Disclosure(
        caller=caller,
        role=OPERATOR,
        action=action,
        subject=subject,
        agreement=_NO_AGREEMENT,
        version=_NO_AGREEMENT,
        shown=shown,
    )
    await audit.record(conn, disclosure)
