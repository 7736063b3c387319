"""Looks again until what is read no longer changes: only then is a finding one."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.checker.compare import compare
from tests.checker.evidence import Collected, Finding


@dataclass(frozen=True)
class Patience:
    """How long to wait before believing what was read."""

    clean: float = 5.0
    """Seconds without a change after which nothing found is believed."""
    troubled: float = 45.0
    """Seconds without a change after which findings are believed."""
    longest: float = 600.0
    """Seconds after which whatever was found is reported."""
    pause: float = 2.0
    """Seconds between two looks."""


async def settled(
    collect: Callable[[], Awaitable[Collected]],
    sleep: Callable[[float], Awaitable[None]],
    patience: Patience,
    clock: Callable[[], float] = time.monotonic,
) -> list[Finding]:
    """Return what is still found when nothing moves any more."""
    began = changed = clock()
    before = None
    while True:
        collected = await collect()
        findings, now = compare(collected), clock()
        if collected != before:
            before, changed = collected, now
        quiet = patience.troubled if findings else patience.clean
        if now - changed >= quiet or now - began >= patience.longest:
            return findings
        await sleep(patience.pause)
