"""Doors of the console: every record leaves a row; each minute all is counted."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from schemas import topics
from services.console import metrics, rules, translate
from services.console.clients.watching import Watch
from services.console.store import ledger, refusals, sources
from services.console.store.desk import Desk
from services.runtime import instants, log
from services.runtime.envelope import Record
from services.runtime.reader import Reader
from services.runtime.step import Step

_GATHER: Final = 0.5
_TOGETHER: Final = 2000
"""Rows are small and nothing waits for them: few commits, large ones."""

_PAUSES: Final = (0.05, 0.1, 0.25, 0.6)
"""Parts of the time in which what is behind may settle, each followed by a look."""


def reader() -> Reader:
    """Return what the console reads."""
    return Reader("console", topics.ALL, keep, most=_TOGETHER, gather=_GATHER)


async def keep(step: Step, records: list[Record]) -> None:
    """Write down where each record has come to; refuse none of them."""
    await ledger.add(step.conn, [translate.hop(record) for record in records])
    refused = [r for r in records if r.topic == topics.REFUSED.name]
    if refused:
        await refusals.add(step.conn, [translate.refusal(record) for record in refused])
    heard = translate.heard(records)
    if heard:
        await sources.hear(step.conn, heard)


class Balancing:
    """Counts whether everything that came in is in one state, and keeps the answer."""

    def __init__(self, desk: Desk, watch: Watch, settle_seconds: float) -> None:
        """Compare the ledger at the *desk* with what *watch* hears from services."""
        self._pauses = [settle_seconds * part for part in _PAUSES]
        self._desk = desk
        self._watch = watch
        self.last: rules.Balance | None = None
        """What was counted last; None until then."""

    async def turn(self) -> None:
        """Count, and export the result; a difference is counted again before it stands."""
        found = await self._counted()
        for pause in self._pauses:
            if not found.difference:
                break
            await asyncio.sleep(pause)
            found = await self._counted()
        self.last = found
        metrics.export(found)
        if found.difference:
            log.get().error("out_of_balance", count=found.difference)

    async def _counted(self) -> rules.Balance:
        """Ask every service, and compare."""
        at, said = instants.now(), await self._watch.sums()
        known = {name: sums for name, sums in said.items() if sums}
        unchecked = [name for name in said if name not in known]
        lines: list[rules.Line] = []
        for name, sums in known.items():
            for account in sums["accounts"]:
                held = await self._held(account)
                if held is None:
                    unchecked.append(f"{name}: {account['topic']}")
                else:
                    lines += rules.lines_of(account, held)
        if len(known) == len(said) and not any(s["waiting"] for s in known.values()):
            for name, sums in known.items():
                lines += rules.overdue(name, sums["overdue"])
        states = (
            {"service": n, **row} for n, s in known.items() for row in s["states"]
        )
        return rules.Balance(at, tuple(lines), tuple(unchecked), tuple(states))

    async def _held(self, account: Mapping[str, Any]) -> rules.Held | None:
        """Return what the topic held for the reader; wait a little for the ledger."""
        for pause in (*self._pauses, 0.0):
            held = await self._desk.held(account)
            if held is not None:
                return held
            await asyncio.sleep(pause)
        return None
