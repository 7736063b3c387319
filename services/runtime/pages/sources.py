"""Who was heard, when; and who is not connected."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.runtime.pages import words


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One connected source in words."""

    name: str
    last_heard: str | None
    """An instant; None: connected, nothing heard yet."""
    ago: str | None


def heard(sources: Iterable[Mapping[str, Any]], today: date) -> list[SourceRow]:
    """Return the connected *sources* in words, by name."""
    rows = [
        SourceRow(source["name"], last, last and words.ago(words.london(last), today))
        for source in sources
        if source["connected"]
        for last in (source.get("last_heard"),)
    ]
    return sorted(rows, key=lambda row: row.name)


def not_connected(sources: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the names of the *sources* from which nothing can come."""
    return sorted(source["name"] for source in sources if not source["connected"])
