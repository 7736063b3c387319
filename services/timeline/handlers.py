"""Kafka doors of the timeline."""

from collections.abc import Sequence

from schemas import topics
from schemas.entry import Entry
from services.runtime import children
from services.runtime.envelope import Record
from services.runtime.reader import Reader
from services.runtime.step import Step
from services.timeline.store import lookups


def reader() -> Reader:
    """Return what the timeline reads."""
    return Reader("timeline", (topics.EVENTS_LINKED,), project)


async def project(step: Step, records: list[Record]) -> None:
    """Keep events as entries, and link decisions as the map."""
    entries, links = children.opened(step, records)
    if links:
        bodies = [body for _, body in links]
        await children.place(step.conn, bodies)
        await lookups.note(step.conn, bodies)
    if entries:
        await children.add_entries(step.conn, entries)
        await lookups.hear(step.conn, _heard(entries))


def _heard(entries: Sequence[Entry]) -> dict[str, str]:
    """Return the latest time of each source among *entries*."""
    heard: dict[str, str] = {}
    for entry in entries:
        heard[entry.source] = max(entry.time, heard.get(entry.source, ""))
    return heard
