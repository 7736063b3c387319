"""What is tried, and what a kind of file is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

Line = Mapping[str, Any]
"""
`verdict`, `outcome`, `events`, `repairs`, `warnings`; of what has rows or items, `rows`
and `failed` as well, and `clocks` where they can be reckoned.
"""


@dataclass(frozen=True, slots=True)
class Given:
    """One file, and as whose it is tried."""

    path: Path
    body: bytes
    sender: str | None
    """Whose codes and repairs apply; None: nobody's."""
    day: date


class Kind(Protocol):
    """A kind of file."""

    suffixes: frozenset[str]
    """Of the files that are looked for in a folder."""

    def knows(self, given: Given) -> bool:
        """Return whether a file is of this kind."""

    def judged(self, given: Given) -> Line:
        """Return what would become of it."""
