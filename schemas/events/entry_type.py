"""One entry of the catalogue."""

from typing import NamedTuple

from schemas.events.person import EventData


class EventType(NamedTuple):
    """One entry of the catalogue."""

    name: str
    """Wire name, `noun.participle.vN`."""
    data: type[EventData]
    category: str
    title: str
    """What the timeline calls it, in plain words."""
