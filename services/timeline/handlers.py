"""Kafka doors of the timeline."""

from schemas import topics
from schemas.entry import Entry
from schemas.errors import Refused
from services.runtime.envelope import Record, entry_of, event_data
from services.runtime.reading import Reader
from services.runtime.step import Step
from services.timeline import store

_LINKED = "person.linked.v1"


def reader() -> Reader:
    """Return what the timeline reads."""
    return Reader("timeline", (topics.EVENTS_LINKED,), project)


async def project(step: Step, records: list[Record]) -> None:
    """Keep events as entries, and link decisions as the map."""
    entries: list[Entry] = []
    for record in records:
        try:
            data = event_data(record)
            if record.attributes.get("type") == _LINKED:
                await store.place(step.conn, data)
            else:
                entries.append(entry_of(record.attributes, data))
        except Refused as refused:
            step.refuse(record, refused)
    if entries:
        await store.add_entries(step.conn, entries)
        await store.hear(step.conn, _heard(entries))


def _heard(entries: list[Entry]) -> dict[str, str]:
    """Return the latest time of each source among *entries*."""
    heard: dict[str, str] = {}
    for entry in sorted(entries, key=lambda e: (e.source, e.time)):
        heard[entry.source] = entry.time
    return heard
