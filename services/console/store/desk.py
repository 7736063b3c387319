"""What operators, and they alone, read and do: each with its audit row."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.console import rules, translate
from services.console.codes import REPLAYABLE
from services.console.settings import Settings
from services.console.store import balance, ledger, refusals, sources
from services.runtime import audit, offices, postgres
from services.runtime.agreements import Contracts
from services.runtime.envelope import Outgoing
from services.runtime.offices import Officer
from services.runtime.postgres import Connection
from services.runtime.problems import Problem, away, unknown
from services.runtime.service import Service
from services.runtime.step import Step
from services.runtime.tokens import Caller


class Desk:
    """The operators' desk."""

    def __init__(
        self, service: Service, contracts: Contracts, settings: Settings
    ) -> None:
        """Read and write in *service*'s database for whom *contracts* name."""
        self._service = service
        self._contracts = contracts
        self._settings = settings

    async def trace(self, caller: Caller, said: object) -> list[dict[str, Any]]:
        """Return every hop of what *said* names; raises a 422 if it is no reference."""
        by = offices.operator(caller, self._contracts)
        wanted = rules.wanted(said)
        if wanted is None:
            raise _not_understood("Give a UUID, or a reference that begins c- or p-.")
        async with self._transaction() as conn:
            hops = await ledger.trace(conn, wanted)
            subject = f"{wanted.kind} {wanted.id}"
            await _note(conn, by, "trace", subject, {"hops": len(hops)})
        return hops

    async def refused(self, caller: Caller, after: int, limit: int) -> dict[str, Any]:
        """Return refused messages behind *after*, and where the list goes on."""
        by = offices.operator(caller, self._contracts)
        async with self._transaction() as conn:
            lines, following = await refusals.listed(conn, after, limit)
            shown = {"refused": len(lines)}
            await _note(conn, by, "refused", f"after {after}", shown)
        return {"refused": lines, "next": following}

    async def newest(self, caller: Caller, limit: int) -> list[dict[str, Any]]:
        """Return the newest of the refused messages that nobody has replayed."""
        by = offices.operator(caller, self._contracts)
        async with self._transaction() as conn:
            lines = await refusals.newest(conn, limit)
            await _note(conn, by, "refused", "newest", {"refused": len(lines)})
        return lines

    async def shown(self, caller: Caller, said: str) -> dict[str, Any]:
        """Return one refused message without its content; raises the one 404."""
        by = offices.operator(caller, self._contracts)
        ref = rules.uuid_of(said)
        async with self._transaction() as conn:
            found = await refusals.shown(conn, ref) if ref else None
            if found is None:
                raise unknown()
            await _note(conn, by, "refused", str(ref), {"refused": 1})
        return found

    async def replay(
        self, caller: Caller, said: object, reason: object
    ) -> list[dict[str, Any]]:
        """Publish refused messages again where they came from: all of them or none."""
        by = offices.operator(caller, self._contracts)
        wanted = rules.references(said)
        if wanted is None:
            raise _not_understood(
                "Give refs, a list of references of refused messages."
            )
        why = self._reason(reason)

        async def work(step: Step) -> list[dict[str, Any]]:
            """Take each once, publish it, and say who did it and why."""
            return [await _replay(step, by, ref, why) for ref in sorted(wanted)]

        return await self._service.doors.commit(work)

    def _reason(self, said: object) -> str:
        """Return why something is done, in a few words at least, or raise a 422."""
        text = said.strip() if isinstance(said, str) else ""
        if len(text) < self._settings.shortest_reason:
            raise _not_understood("Give a reason in a few words.")
        return text

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

    async def held(self, account: Mapping[str, Any]) -> Mapping[str, int] | None:
        """Return what a topic held for *account*; None until the ledger has got there."""
        topic, positions = account["topic"], account["positions"]
        async with self._transaction() as conn:
            await conn.execute(postgres.BY_THE_NUMBERS)
            if not await balance.has_read(conn, topic, positions):
                return None
            return await balance.held(conn, topic, account["unit"], positions)

    async def keep_house(self) -> None:
        """Make the coming months ready and forget what is past its time."""

        async def work(step: Step) -> None:
            """Do both."""
            kept = timedelta(days=self._settings.refused_days)
            await ledger.ready(step.conn)
            await refusals.forget(step.conn, step.now - kept)

        await self._service.steps.turn("house", work)

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Connection]:
        """Open a transaction; raises a 503 where the database is away."""
        try:
            async with self._service.pool.acquire() as conn, conn.transaction():
                yield conn
        except postgres.AWAY:
            raise away() from None


async def _replay(step: Step, by: Officer, ref: UUID, reason: str) -> dict[str, Any]:
    """Publish one refused message again, its attempt raised by one."""
    refused = await refusals.take(step.conn, ref)
    if refused is None:
        raise await _not_replayable(step, ref)
    if refused.topic not in REPLAYABLE:
        raise _conflict("What was refused there cannot be sent there again.")
    headers = translate.again(refused)
    step.publish(Outgoing(refused.topic, refused.key, headers, refused.value))
    shown = {"reason": reason, "topic": refused.topic, "attempt": refused.attempt + 1}
    await _note(step.conn, by, "replay", str(ref), shown)
    return {"ref": str(ref), "topic": refused.topic, "attempt": refused.attempt + 1}


async def _not_replayable(step: Step, ref: UUID) -> Problem:
    """Return why there is nothing to take: unknown, or taken before."""
    if not await refusals.is_known(step.conn, ref):
        return unknown()
    return _conflict(
        "It was replayed before. If it was refused again, use the new ref."
    )


def _not_understood(detail: str) -> Problem:
    """Return a 422 with *detail*."""
    return Problem(422, "not-understood", detail)


def _conflict(detail: str) -> Problem:
    """Return a 409 with *detail*."""
    return Problem(409, "conflict", detail)


async def _note(
    conn: Connection,
    by: Officer,
    action: str,
    subject: str,
    shown: Mapping[str, Any],
) -> None:
    """Write down who asked for what, and how much of it is shown."""
    await audit.record(conn, by.discloses(action, subject, shown))
