"""Which events say that something happened, on which day, and why it was late."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
)

from schemas.entry import Entry
from schemas.events import CATALOGUE
from schemas.history import day_of, occurred_on

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


Values = Mapping[str, str | tuple[str, ...]]


def _known_type(name: str) -> str:
    """Return *name* if the catalogue has it, so that a misspelt rule cannot start."""
    if name not in CATALOGUE:
        raise ValueError("not a type of the catalogue")
    return name


EventName = Annotated[str, AfterValidator(_known_type)]


class Strict(BaseModel):
    """Base of what a person writes in YAML: an unknown member is a mistake."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True
    )


class Also(Strict):
    """A second thing that must be done in the same time."""

    day: str
    """Data member that holds its date; the later of the two days counts."""
    when: Values = {}
    """Data members that must have these values for it to be needed."""

    def done(self, entry: Entry) -> bool:
        """Return whether *entry* says that it is done, or need not be."""
        return not _has(entry, self.when) or bool(entry.data.get(self.day))

    def on(self, entry: Entry) -> date | None:
        """Return the day on which it was done, where it is needed."""
        text = entry.data.get(self.day) if _has(entry, self.when) else None
        return day_of(text) if text else None


class Moment(Strict):
    """Which events say that something happened, and on which day."""

    types: tuple[EventName, ...] = Field(min_length=1)
    day: str | None = None
    """Data member that holds the date; where it is absent, the day it occurred."""
    when: Values = {}
    """Data members that must have these values, or one of several."""
    needs_day: bool = False
    """Only an event that states the day itself says it."""
    also: Also | None = None
    """Something that must be done besides, for it to have been done."""
    closes_all: bool = False
    """Of a stop: it ends every clock of its request, whatever body was asked."""

    def said_by(self, entry: Entry) -> bool:
        """Return whether *entry* is of a type that can say it."""
        return entry.type in self.types

    def applies(self, entry: Entry) -> bool:
        """Return whether *entry* says it: what it must state is there, as it must be."""
        stated = not self.needs_day or self.stated(entry) is not None
        done = self.also is None or self.also.done(entry)
        return stated and done and _has(entry, self.when)

    def on(self, entry: Entry) -> date:
        """Return the London date on which *entry* says that it happened."""
        day = self.stated(entry) or occurred_on(entry)
        later = self.also.on(entry) if self.also else None
        return max(day, later) if later else day

    @property
    def members(self) -> frozenset[str]:
        """Data members that it reads."""
        also = {self.also.day, *self.also.when} if self.also else set()
        return frozenset({self.day or "", *self.when, *also} - {""})

    def stated(self, entry: Entry) -> date | None:
        """Return the date in the data of *entry*, if it is there."""
        text = entry.data.get(self.day) if self.day else None
        return day_of(text) if text else None


class Explanation(Moment):
    """Which events say why something is late. They explain it and stop nothing."""

    reason: str | None = None
    """Data member that holds the limb of the regulation."""
    cites: Words
    """What is explained by: `reg. 8(2)`; the limb is added in brackets."""

    def applies(self, entry: Entry) -> bool:
        """Return whether *entry* gives the reason."""
        stated = self.reason is None or bool(entry.data.get(self.reason))
        return stated and super().applies(entry)

    @property
    def members(self) -> frozenset[str]:
        """Data members that it reads."""
        return super().members | ({self.reason} if self.reason else set())

    def given_by(self, entry: Entry) -> str:
        """Return the reason that *entry* gives."""
        limb = entry.data.get(self.reason) if self.reason else None
        return f"{self.cites}({limb})" if limb else self.cites


def _has(entry: Entry, members: Values) -> bool:
    """Return whether the data of *entry* have these values; `true` is a truth value."""
    return all(
        _word(entry.data.get(name)) in (value if isinstance(value, tuple) else (value,))
        for name, value in members.items()
    )


def _word(value: object) -> object:
    """Return a truth value as a rule writes it, anything else unchanged."""
    return str(value).lower() if isinstance(value, bool) else value
