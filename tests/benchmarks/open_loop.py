"""
Requests on a schedule that is fixed beforehand.

A slow answer does not hold back the next request, and time counts from when a request
was due, not from when it got its turn: nothing is hidden by waiting.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

_LEAD: Final = 0.5
"""Seconds from making the schedule to its first request."""


async def open_loop(
    count: int, per_second: float, fire: Callable[[int], Awaitable[None]]
) -> list[float]:
    """Fire each number at its time; return how long after it each was done, in ms."""
    loop = asyncio.get_running_loop()
    start = loop.time() + _LEAD

    async def one(number: int) -> float:
        """Wait for the time, fire, and return the milliseconds."""
        due = start + number / per_second
        await asyncio.sleep(due - loop.time())
        await fire(number)
        return (loop.time() - due) * 1000

    return list(await asyncio.gather(*(one(number) for number in range(count))))
