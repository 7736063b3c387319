"""What a service adds to the runtime."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from fastapi import APIRouter

from schemas.topics import Topic
from services.runtime.answering import Told, plainly
from services.runtime.reader import Reader
from services.runtime.rereading import TakeBack
from services.runtime.sums import Books


@dataclass(frozen=True, slots=True)
class Timer:
    """Something done again and again while the service is up."""

    every_seconds: float
    run: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Parts:
    """What a service adds to the runtime."""

    name: str
    writes: tuple[Topic, ...]
    readers: Sequence[Reader] = ()
    timers: Sequence[Timer] = ()
    routers: Sequence[APIRouter] = ()
    take_back: TakeBack | None = None
    """Takes what was published and is no longer known back into the tables."""
    places: str = ""
    """SQL that forgets where in the log anything lay, once a log was lost."""
    shared: tuple[str, ...] = ()
    """Packages of the runtime whose tables this service keeps as well."""

    told: Told = plainly
    """How a problem is told that no door of its own tells."""
    books: Books = field(default_factory=Books)
    """What it can count of what it keeps."""


def packages(parts: Parts) -> list[str]:
    """Return the packages whose migrations make up the service's schema."""
    return ["services.runtime", *parts.shared, f"services.{parts.name}"]
