"""A child's clocks: a pure function of the set of entries, the rules and the day."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final, Literal
from uuid import UUID, uuid5

from schemas.clocks.facts import Facts, facts_of
from schemas.clocks.pairing import council_of, is_council, shared
from schemas.clocks.rule import ClockRule
from schemas.entry import Entry
from schemas.history import organisations_named, standing

ClockState = Literal["running", "due_soon", "met", "met_late", "breached", "stopped"]
_IDS: Final = UUID("5b1c2f0e-6c0b-5c53-9d0c-4c1f6f1d7a10")
_SENSITIVITIES: Final = ("normal", "restricted", "safeguarding")


@dataclass(frozen=True, slots=True)
class Clock:
    """What one organisation owes, as it stands on a day."""

    id: str
    """Of the kind, the start's record and whom it asks: a correction keeps it."""
    clock: str
    title: str
    owed_by: str | None
    """None: a school says that it asked, and no council has said anything yet."""
    started: date
    due: date
    state: ClockState
    explained: str | None
    """What is claimed to explain it: `reg. 8(2)(c)`. It changes no state."""
    met_on: date | None
    stopped_on: date | None
    regulation: str
    statutory: bool
    events: tuple[str, ...]
    """Ids of the entries it rests on: start, receipt, end, then what explains it."""
    source: str
    """Who sent the start."""
    sensitivity: str
    """The most sensitive of the entries that it rests on."""

    @property
    def revision(self) -> str:
        """What a warning was about: changes with dates and debtor, not with today."""
        facts = (self.owed_by, self.started, self.due, self.met_on, self.stopped_on)
        return revision_of(self.id, *facts)

    @property
    def facts(self) -> str:
        """What was published of it: its revision, and what explains it."""
        return "|".join(filter(None, (self.revision, self.explained)))

    def shown(self) -> dict[str, Any]:
        """Return it as the interfaces show it, dates as text."""
        return {
            "id": self.id,
            "clock": self.clock,
            "owed_by": self.owed_by,
            "started": self.started.isoformat(),
            "due": self.due.isoformat(),
            "state": self.state,
            "explained": self.explained,
            "met_on": self.met_on.isoformat() if self.met_on else None,
            "regulation": self.regulation,
            "events": list(self.events),
        }


@lru_cache(maxsize=65536)
def revision_of(clock_id: str, *facts: date | str | None) -> str:
    """Return what stands for *facts* of a clock; a date and its text are the same."""
    return str(uuid5(UUID(clock_id), "|".join(map(str, facts))))


def clocks_of(
    entries: Iterable[Entry], rules: Sequence[ClockRule], today: date
) -> list[Clock]:
    """
    Return the clocks that run for the child of whom these are the entries.

    Entries about safeguarding are left out before anything else is asked, so that no
    clock can show that they exist.
    """
    current = standing(e for e in entries if e.sensitivity != "safeguarding")
    said = {entry.type for entry in current}
    begun = [rule for rule in rules if not said.isdisjoint(rule.start.types)]
    found = (clock for rule in begun for clock in _clocks(rule, current, today))
    return sorted(found, key=lambda clock: (clock.due, clock.clock, clock.id))


def _clocks(rule: ClockRule, current: Iterable[Entry], today: date) -> Iterator[Clock]:
    """Yield the clocks of one rule. Starts outside its time still take answers."""
    read = [entry for entry in current if entry.category in rule.reads]
    around = {council for entry in read if (council := council_of(entry))}
    only = next(iter(around)) if len(around) == 1 else None
    for facts in facts_of(rule, read):
        if rule.in_force(facts.started):
            yield _clock(rule, facts, _owed_by(rule, facts, only), today)


def _owed_by(rule: ClockRule, facts: Facts, only: str | None) -> str | None:
    """Return who owes it; *only* is the one council around, where there is one."""
    if rule.owed_by == "council":
        return _council(facts, only)
    named: str = facts.start.data.get(rule.owed_by) or facts.start.source
    return named


def _council(facts: Facts, only: str | None) -> str | None:
    """
    Return the council that owes it.

    A school may be the one who says that it asked. Then it is the council that the
    request names, else the one that answered, else the only one that has sent
    anything this clock reads, else nobody yet: a guess would blame someone.
    """
    named = filter(is_council, organisations_named(facts.start))
    answered = council_of(facts.end.entry) if facts.end else None
    return council_of(facts.start) or min(named, default=None) or answered or only


def _clock(rule: ClockRule, facts: Facts, owed_by: str | None, today: date) -> Clock:
    """Return the clock as it stands on *today*."""
    due = rule.due(facts.started)
    return Clock(
        id=_id(rule, facts.start),
        clock=rule.clock,
        title=rule.title,
        owed_by=owed_by,
        started=facts.started,
        due=due,
        state=_state(rule, facts, due, today),
        explained=facts.explained,
        met_on=facts.met.on if facts.met else None,
        stopped_on=facts.stopped_on,
        regulation=rule.regulation,
        statutory=rule.statutory,
        events=tuple(entry.id for entry in facts.entries),
        source=facts.start.source,
        sensitivity=max(
            (e.sensitivity for e in facts.entries), key=_SENSITIVITIES.index
        ),
    )


def _id(rule: ClockRule, start: Entry) -> str:
    """Return a clock's id, which a correction of its start does not change."""
    parts = (rule.clock, start.source, start.sourcerecord, *shared(rule, start))
    return _made_id("|".join(parts))


@lru_cache(maxsize=65536)
def _made_id(text: str) -> str:
    """Return the id that *text* always has."""
    return str(uuid5(_IDS, text))


def _state(rule: ClockRule, facts: Facts, due: date, today: date) -> ClockState:
    """Return how it stands: what ended it decides, else the day."""
    if facts.met:
        return "met" if facts.met.on <= due else "met_late"
    if facts.stopped or (rule.lapses and today > due):
        return "stopped"
    if today > due:
        return "breached"
    return "due_soon" if (due - today).days <= rule.due_soon_days else "running"
