"""One clock as `contracts/clocks/*.yaml` states it: dated data, never code."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from schemas.entry import Entry
from schemas.events import CATALOGUE, category_of
from schemas.history import day_of, occurred_on

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _known_type(name: str) -> str:
    """Return *name* if the catalogue has it, so that a misspelt rule cannot start."""
    if name not in CATALOGUE:
        raise ValueError("not a type of the catalogue")
    return name


EventName = Annotated[str, AfterValidator(_known_type)]


class _Strict(BaseModel):
    """Base of what a person writes in YAML: an unknown member is a mistake."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True
    )


class Moment(_Strict):
    """Which events say that something happened, and on which day."""

    types: tuple[EventName, ...] = Field(min_length=1)
    day: str | None = None
    """Data member that holds the date; where it is absent, the day it occurred."""
    when: Mapping[str, str] = {}
    """Data members that must have these values."""

    def said_by(self, entry: Entry) -> bool:
        """Return whether *entry* is of a type that can say it."""
        return entry.type in self.types

    def applies(self, entry: Entry) -> bool:
        """Return whether *entry* says it: each member of `when` has its value."""
        return all(entry.data.get(name) == value for name, value in self.when.items())

    def on(self, entry: Entry) -> date:
        """Return the London date on which *entry* says that it happened."""
        return self.stated(entry) or occurred_on(entry)

    def stated(self, entry: Entry) -> date | None:
        """Return the date in the data of *entry*, if it is there."""
        text = entry.data.get(self.day) if self.day else None
        return day_of(text) if text else None


class Limit(_Strict):
    """How long is allowed."""

    weeks: int = Field(ge=1, le=104)
    """The day of the event is not counted; no holiday moves the last day."""


class ClockRule(_Strict):
    """
    One clock for as long as one text of the law was in force.

    Two rules may share the name of a clock where the law changed: the day on which a
    clock started says which of them it follows.
    """

    clock: Annotated[str, StringConstraints(pattern=r"^[a-z_]+\.[a-z_0-9]+$")]
    title: Words
    regulation: Words
    """Citation, as the page and the API show it."""
    statutory: bool
    """False: a standard or guidance that nobody breaks a law by missing."""
    owed_by: Literal["council", "body", "referred_to"]
    start: Moment
    received: Moment | None = None
    """
    Where set, the clock starts when the body that was asked has received what the
    start event sent, and not before anybody states a day for that.
    """
    limit: Limit
    met_by: Moment
    stopped_by: tuple[Moment, ...] = ()
    """Whichever comes first."""
    same: tuple[str, ...] = ()
    """Data members that an answer shares with its start; absent: its sender."""
    alike: tuple[str, ...] = ()
    """Data members that an answer shares with its start where both say them."""
    due_soon_days: int = Field(ge=0)
    """The clock is due soon on this many days before the last day, and on that day."""
    in_force_from: date
    in_force_until: date | None = None
    """Last day on which a clock may start under this rule."""
    reads: frozenset[str]
    """Categories of the events that it rests on: who may not see them sees no clock."""
    source: Words
    """Where the rule was read, and how sure that is."""

    @model_validator(mode="after")
    def _reads_what_it_rests_on(self) -> Self:
        """Refuse a rule that would show more, or less, than it says that it reads."""
        if self.reads != self.members.keys():
            raise ValueError("reads: must be the categories of the types named")
        return self

    @property
    def moments(self) -> tuple[Moment, ...]:
        """Everything that this clock waits for."""
        possible = (self.start, self.received, self.met_by, *self.stopped_by)
        return tuple(moment for moment in possible if moment)

    @cached_property
    def members(self) -> Mapping[str, frozenset[str]]:
        """Data members that this clock reads, by the category of their events."""
        words = {self.owed_by, *self.same, *self.alike}
        words |= {moment.day for moment in self.moments if moment.day}
        words |= {name for moment in self.moments for name in moment.when}
        found: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
        for name in (name for moment in self.moments for name in moment.types):
            found[category_of(name)] |= words & CATALOGUE[name].data.model_fields.keys()
        return dict(found)

    def in_force(self, started: date) -> bool:
        """Return whether a clock that started on that day follows this rule."""
        return self.in_force_from <= started <= (self.in_force_until or date.max)

    def due(self, started: date) -> date:
        """
        Return the last day on which it is in time.

        The day of the event is excluded, and neither school nor bank holidays pause
        it or roll it forward: the regulations name no such exception to "within".
        """
        return started + timedelta(weeks=self.limit.weeks)
