"""Kafka doors of the console: every record of every topic leaves a row."""

from typing import Final

from schemas import topics
from services.console import translate
from services.console.store import ledger, refusals, sources
from services.runtime.envelope import Record
from services.runtime.reading import Reader
from services.runtime.step import Step

_PAUSE: Final = 0.25
_TOGETHER: Final = 2000
"""Rows are small and nothing waits for them: few commits, large ones."""


def reader() -> Reader:
    """Return what the console reads."""
    return Reader("console", topics.ALL, keep, most=_TOGETHER, pause=_PAUSE)


async def keep(step: Step, records: list[Record]) -> None:
    """Write down where each record has come to; refuse none of them."""
    await ledger.add(step.conn, [translate.hop(record) for record in records])
    refused = [r for r in records if r.topic == topics.REFUSED.name]
    if refused:
        await refusals.add(step.conn, [translate.refusal(record) for record in refused])
    heard = translate.heard(records)
    if heard:
        await sources.hear(step.conn, heard)
