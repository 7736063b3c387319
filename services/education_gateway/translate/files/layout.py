"""What a kind of file declares: its tables, their columns, and the events they make."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Protocol

from services.runtime.snapshots.comparing import Change, Mode

Values = Mapping[str, str]
"""Cells of one record by the small-letter name of their column, without blanks around."""


class BrokenFileError(ValueError):
    """A file that cannot be read as what it is. Nothing of it is taken in."""

    def __init__(self, rule: str, *, where: str = "", remedy: str) -> None:
        """Say which *rule* is broken, *where*, and what to do; never a value."""
        super().__init__(rule)
        self.rule = rule
        self.where = where
        self.remedy = remedy


class BadCellError(ValueError):
    """A cell that breaks a rule of its column."""

    def __init__(self, rule: str, remedy: str) -> None:
        """Say which *rule* is broken and what to do; never the value."""
        super().__init__(rule)
        self.rule = rule
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, or doubtful, in one row."""

    column: str
    rule: str
    remedy: str
    warning: bool = False
    """The row is taken in all the same."""
    value: str = ""
    """The cell, for whoever may see it."""


@dataclass(slots=True)
class Judging:
    """What a check may know, and where it says what is doubtful."""

    as_at: date
    """Day of which the file speaks: codes retire by it."""
    doubts: list[tuple[str, str]] = field(default_factory=list)
    """Rule and remedy of each doubt about the cell at hand."""


Check = Callable[[str, Judging], str]
"""Returns a cell as it is compared; raises BadCellError."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column that is read."""

    name: str
    """In small letters."""
    check: Check
    required: bool = False
    silent: bool = False
    """A blank says nothing: what was heard before stands."""


class Whom(Protocol):
    """How a table says whom its records are about."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads."""

    def person(
        self, values: Values, feed: str, findings: list[Finding]
    ) -> dict[str, Any] | None:
        """Return the person as the feed knows them, adding to *findings*."""


@dataclass(frozen=True, slots=True)
class Link:
    """The record of another table that says whom a record is about."""

    table: str
    column: str
    """Holds the other record's key."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One event that a difference makes, before it is written as one."""

    type: str
    aspect: str
    """Tells the records that one row states apart."""
    data: Mapping[str, Any]
    occurred: str | None = None
    """A date, where the data say it; else by the day of the snapshot."""
    alone: bool = False
    """A fact of its own each time, never the next version of an earlier one."""
    sensitivity: str = "normal"
    record: str | None = None
    """Names the record outright, where another table's row states the same fact."""
    version: int | None = None


Facts = Callable[[Change], Iterator[Fact]]


@dataclass(frozen=True)
class Table:
    """One table of a kind of file."""

    name: str
    mode: Mode
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    """Columns that make events."""
    whom: Whom | Link
    facts: Facts
    passing: frozenset[str] = frozenset()
    """Columns that are new in every export, such as the numbers of its own rows."""
    needed: tuple[str, ...] = ()
    """Columns without which a file is not this table."""
    told: tuple[Column, ...] = ()
    """Columns that events carry and that make none by themselves."""
    optional_key: frozenset[str] = frozenset()
    """Parts of the key that may be blank."""
    grouped: tuple[str, ...] = ()
    """Columns by which rows belong together and are one record; the rest is listed."""

    @property
    def read(self) -> frozenset[str]:
        """Every column that this table knows."""
        own = () if isinstance(self.whom, Link) else self.whom.columns
        link = (self.whom.column,) if isinstance(self.whom, Link) else ()
        named = (column.name for column in (*self.columns, *self.told))
        return frozenset((*self.key, *named, *own, *link, *self.grouped))

    @cached_property
    def apart(self) -> frozenset[str]:
        """Columns that are not among the others, changes in which are counted."""
        named = (column.name for column in self.columns)
        return frozenset((*named, *self.key, *self.passing))


@dataclass(frozen=True, slots=True)
class Layout:
    """A kind of file, or of files that belong together."""

    kind: str
    title: str
    tables: Mapping[str, Table]
    ordered: bool = True
    """Each file speaks of a later day than the one before it."""
    whole: bool = False
    """A return: what comes again for the same day stands in place of what came before."""

    def misses(self, name: str) -> bool:
        """Return whether absence from a table says anything."""
        return self.whole or self.tables[name].mode == "state"

    def table(self, name: str) -> Table:
        """Return a table by name; raises KeyError."""
        return self.tables[name]


@dataclass(frozen=True, slots=True)
class Raw:
    """One record as it stands in a file."""

    table: str
    row: int
    """As a spreadsheet counts, the heading being 1; in XML the how-manieth record."""
    values: Values
    broken: Finding | None = None
    """What is wrong with the row as such."""


@dataclass(slots=True)
class Heading:
    """What a file says about itself."""

    as_at: date | None = None
    sender: str | None = None
    """The organisation that the file names as its own, if it does."""
    remarks: list[Finding] = field(default_factory=list)
