"""One clock as `contracts/clocks/*.yaml` states it: dated data, never code."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from schemas.clocks.limits import Limit
from schemas.clocks.moments import Explanation, Moment, Strict, Words
from schemas.events import CATALOGUE, category_of


def _listed(said: object) -> object:
    """Return one moment as a list of one: most clocks have one way to stop."""
    return said if isinstance(said, list | tuple) or said is None else [said]


class ClockRule(Strict):
    """
    One clock for as long as one text of the law was in force.

    Two rules may share the name of a clock where the law changed: the day on which a
    clock started says which of them it follows.
    """

    clock: Annotated[str, StringConstraints(pattern=r"^[a-z_]+(\.[a-z_0-9]+)+$")]
    title: Words
    regulation: Words
    """Citation, as the page and the API show it."""
    statutory: bool
    """False: a standard or guidance that nobody breaks a law by missing."""
    owed_by: Literal[
        "council", "body", "referred_to", "school", "from_council", "to_council"
    ]
    start: Moment
    received: Moment | None = None
    """
    Where set, the clock starts when the body that was asked has received what the
    start event sent, and not before anybody states a day for that.
    """
    limit: Limit
    met_by: Moment
    stopped_by: Annotated[tuple[Moment, ...], BeforeValidator(_listed)] = ()
    explained_by: Annotated[tuple[Explanation, ...], BeforeValidator(_listed)] = ()
    own: bool = False
    """The start's own record says later that it is met."""
    lapses: bool = False
    """Past its last day nothing is owed any more, unless the answer comes late."""
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
        ended = (self.met_by, *self.stopped_by, *self.explained_by)
        received = (self.received,) if self.received else ()
        return (self.start, *received, *ended)

    @cached_property
    def types(self) -> frozenset[str]:
        """Types of the events that can start, meet, stop or explain it."""
        return frozenset(name for moment in self.moments for name in moment.types)

    @cached_property
    def members(self) -> Mapping[str, frozenset[str]]:
        """Data members that this clock reads, by the category of their events."""
        words = {self.owed_by, *self.same, *self.alike}
        words |= {name for moment in self.moments for name in moment.members}
        found: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
        for name in (name for moment in self.moments for name in moment.types):
            found[category_of(name)] |= words & CATALOGUE[name].data.model_fields.keys()
        return dict(found)

    def in_force(self, started: date) -> bool:
        """Return whether a clock that started on that day follows this rule."""
        return self.in_force_from <= started <= (self.in_force_until or date.max)

    def due(self, started: date) -> date:
        """Return the last day on which it is in time, as `counting` counts it."""
        return self.limit.end(started)
