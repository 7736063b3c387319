"""HTTP doors: requests that come together share a commit."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import asyncpg

from services.runtime.failpoints import failpoint
from services.runtime.postgres import AWAY
from services.runtime.problems import away
from services.runtime.step import Step, Steps

T = TypeVar("T")
Work = Callable[[Step], Awaitable[Any]]

TOGETHER: Final = 32
"""Requests in one commit, at most."""

PATIENCE_SECONDS: Final = 10.0
"""How long a request waits for its commit: senders give up soon after."""

_AWAY: Final = (*AWAY, asyncpg.UndefinedTableError)
"""A database without its tables, the audit's among them, is no database."""


@dataclass(slots=True)
class _Asked:
    """One request that waits for its commit."""

    work: Work
    answer: "asyncio.Future[Any]"


class Doors:
    """Commits what requests bring, several at a time; one that fails, alone."""

    def __init__(self, steps: Steps, patience: float = PATIENCE_SECONDS) -> None:
        """Run requests as steps of *steps*, each within *patience* seconds."""
        self._steps = steps
        self._patience = patience
        self._queue: asyncio.Queue[_Asked] = asyncio.Queue(maxsize=1000)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to commit."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop; what waits is answered with a 503 and may be sent again."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        while not self._queue.empty():
            _fail(self._queue.get_nowait(), away())

    async def commit(self, work: Callable[[Step], Awaitable[T]]) -> T:
        """
        Run *work* in a step and return what it returned once that is committed.

        Raises a 503 problem when the database is away, or does not answer in time: then
        it may yet be committed, and the same request again is safe.
        """
        asked = _Asked(work, asyncio.get_running_loop().create_future())
        try:
            async with asyncio.timeout(self._patience):
                await self._queue.put(asked)
                result: T = await asked.answer
        except TimeoutError:
            raise away() from None
        failpoint("before-answer")
        return result

    async def _run(self) -> None:
        """Take what waits and commit it, for ever."""
        while True:
            together = [await self._queue.get()]
            while len(together) < TOGETHER and not self._queue.empty():
                together.append(self._queue.get_nowait())
            try:
                if not await self._commit(together):
                    for asked in together:
                        await self._alone(asked)
            finally:
                for asked in together:
                    _fail(asked, away())

    async def _commit(self, together: list[_Asked]) -> bool:
        """Commit all of *together*; return False when they must go one by one."""

        async def works(step: Step) -> list[Any]:
            """Run each request's work in turn."""
            return [await asked.work(step) for asked in together]

        try:
            results = await self._steps.request(works)
        except _AWAY:
            for asked in together:
                _fail(asked, away())
            return True
        except Exception:  # noqa: BLE001 - whose fault it is shows when each goes alone
            return False
        for asked, result in zip(together, results, strict=True):
            if not asked.answer.done():
                asked.answer.set_result(result)
        return True

    async def _alone(self, asked: _Asked) -> None:
        """Commit one request by itself and give it its result or its error."""
        try:
            result = await self._steps.request(asked.work)
        except _AWAY:
            _fail(asked, away())
        except Exception as error:  # noqa: BLE001 - a door answers whatever happens
            _fail(asked, error)
        else:
            if not asked.answer.done():
                asked.answer.set_result(result)


def _fail(asked: _Asked, error: Exception) -> None:
    """Give *error* to the request, unless it has its answer or its client has gone."""
    if not asked.answer.done():
        asked.answer.set_exception(error)
