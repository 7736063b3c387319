"""What a timeline says of requests, assessments, plans and reviews. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

Entry = Mapping[str, Any]
_SCHOOL: Final = "urn:dfe:urn:"
_DAYS: Final = {
    "ehcna.requested.v1": "received_on",
    "ehcna.decided.v1": "notified_on",
    "ehcna.withdrawn.v1": "withdrawn_on",
    "ehcna.exported.v1": "exported_on",
    "ehcp.not_issued.v1": "notified_on",
    "ehcp.draft_issued.v1": "served_on",
    "ehcp.final_issued.v1": "issued_on",
    "ehcp.amended_final.v1": "issued_on",
    "ehcp.ceased.v1": "ceased_on",
    "ehcp.placement_named.v1": "named_on",
    "annual_review.held.v1": "held_on",
    "annual_review.decided.v1": "notified_on",
}
"""The member that holds the day; where it is absent, the day it happened."""
_REQUESTED: Final = "ehcna.requested.v1"
_FINAL: Final = "ehcp.final_issued.v1"
_CEASED: Final = "ehcp.ceased.v1"
_ENDS: Final = frozenset(
    {
        *("ehcna.decided.v1", "ehcna.withdrawn.v1", "ehcna.exported.v1"),
        *("ehcp.not_issued.v1", "ehcp.draft_issued.v1", _FINAL),
    }
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry with the day of which it speaks."""

    on: date
    type: str
    data: Mapping[str, Any]
    talk: str
    source: str

    @property
    def school(self) -> str | None:
        """The URN of the school that it names, six digits."""
        named = str(self.data.get("school") or "")
        return named.removeprefix(_SCHOOL) if named.startswith(_SCHOOL) else None


@dataclass(slots=True)
class Case:
    """One request and what followed; or a plan whose request is older than our data."""

    request: Fact | None
    facts: list[Fact] = field(default_factory=list)

    def first(self, *types: str) -> Fact | None:
        """Return the first that followed of these types."""
        return next((fact for fact in self.facts if fact.type in types), None)

    @property
    def final(self) -> Fact | None:
        """The final plan."""
        return self.first(_FINAL)


@dataclass(frozen=True, slots=True)
class Record:
    """All that a return needs to know of one child."""

    cases: tuple[Case, ...]
    facts: tuple[Fact, ...]
    """Everything in order, what belongs to no case included."""

    def last(self, *types: str, until: date = date.max) -> Fact | None:
        """Return the last of these types on or before a day."""
        found = [f for f in self.facts if f.type in types and f.on <= until]
        return found[-1] if found else None

    def named(self, start: str) -> list[Fact]:
        """Return everything whose type begins so."""
        return [fact for fact in self.facts if fact.type.startswith(start)]


def record_of(entries: Iterable[Entry], council: str) -> Record:
    """Return what *entries*, which stand and are in order, say for a council's return."""
    facts = sorted(map(_fact, entries), key=lambda fact: fact.on)
    own = [f for f in facts if f.source == council]
    cases = [Case(fact) for fact in own if fact.type == _REQUESTED]
    for fact in own:
        if fact.type in _ENDS:
            _place(cases, fact)
        elif fact.type == _CEASED:
            _cease(cases, fact)
    return Record(tuple(cases), tuple(facts))


def _place(cases: list[Case], fact: Fact) -> None:
    """
    Put a fact to the request that it answers.

    The one in its own course of things; else the oldest that has no such answer yet.
    """
    before = [case for case in cases if case.request and case.request.on <= fact.on]
    same = [c for c in before if c.request and c.request.talk == fact.talk]
    open_ = [c for c in before if c.first(fact.type) is None and c.final is None]
    found = next(iter(same or open_), None)
    if found is None and fact.type == _FINAL:
        found = Case(None)
        cases.append(found)
    if found is not None:
        found.facts.append(fact)


def _cease(cases: list[Case], fact: Fact) -> None:
    """Put the end of a plan to the plan that it ends: the last that was in force."""
    begun = [case for case in cases if case.final and case.first(_CEASED) is None]
    before = [case for case in begun if case.final and case.final.on <= fact.on]
    if before:
        before[-1].facts.append(fact)


def _fact(entry: Entry) -> Fact:
    """Return an entry as a fact."""
    data = entry["data"]
    stated = data.get(_DAYS.get(entry["type"], ""))
    return Fact(
        on=date.fromisoformat((stated or entry["occurred"])[:10]),
        type=entry["type"],
        data=data,
        talk=entry["correlationid"],
        source=entry["source"],
    )
