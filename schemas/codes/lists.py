"""What a code list is: a system, and codes that were in use in certain years."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

_SEPTEMBER: Final = 9


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a list."""

    title: str
    """What it means, in plain words."""
    first: int | None = None
    """First school year of its use, by the year in which that begins; None: unknown."""
    last: int | None = None
    """Last school year of its use; None: it is in use."""


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list of codes under one code system."""

    system: str
    """Names the list wherever one of its codes travels: `dfe:sen-type`."""
    title: str
    source: str
    codes: Mapping[str, Code]

    def title_of(self, code: str) -> str:
        """Return what *code* means; a code that is not of the list as it is."""
        found = self.codes.get(code)
        return found.title if found else code

    def retired(self, code: str, on: date) -> bool:
        """Return whether *code* was no longer in use on that day."""
        found = self.codes.get(code)
        return bool(found and found.last is not None and found.last < school_year(on))


def school_year(day: date) -> int:
    """Return the year in which the school year of *day* began, in September."""
    return day.year if day.month >= _SEPTEMBER else day.year - 1
