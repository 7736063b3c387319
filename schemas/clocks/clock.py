"""A child's clocks: a pure function of the set of entries, the rules and the day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal
from uuid import UUID, uuid5

from schemas.clocks.pairing import (
    Answer,
    Open,
    answers,
    council_of,
    is_council,
    pairs,
    shared,
)
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
    """Reason code where an exception was claimed; no event claims one yet."""
    met_on: date | None
    stopped_on: date | None
    regulation: str
    statutory: bool
    events: tuple[str, ...]
    """Ids of the entries it rests on: the start, its receipt, what ended it."""
    source: str
    """Who sent the start."""
    sensitivity: str
    """The most sensitive of the entries that it rests on."""

    @property
    def revision(self) -> str:
        """What a warning was about: changes with dates and debtor, not with today."""
        facts = (self.owed_by, self.started, self.due, self.met_on, self.stopped_on)
        return revision_of(self.id, *facts)

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


def revision_of(clock_id: str, *facts: date | str | None) -> str:
    """Return what stands for *facts* of a clock; a date and its text are the same."""
    return str(uuid5(UUID(clock_id), "|".join(map(str, facts))))


@dataclass(frozen=True, slots=True)
class _Facts:
    """A start with everything that was said about it."""

    start: Entry
    started: date
    receipt: Answer | None
    met: Answer | None
    stopped: Answer | None

    @property
    def end(self) -> Answer | None:
        """What ended it, if anything did."""
        return self.met or self.stopped

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries it rests on."""
        said = (self.receipt, self.end)
        return (self.start, *(answer.entry for answer in said if answer))


def clocks_of(
    entries: Iterable[Entry], rules: Sequence[ClockRule], today: date
) -> list[Clock]:
    """
    Return the clocks that run for the child of whom these are the entries.

    Entries about safeguarding are left out before anything else is asked, so that no
    clock can show that they exist.
    """
    current = standing(e for e in entries if e.sensitivity != "safeguarding")
    found = (clock for rule in rules for clock in _clocks(rule, current, today))
    return sorted(found, key=lambda clock: (clock.due, clock.clock, clock.id))


def _clocks(rule: ClockRule, current: Iterable[Entry], today: date) -> Iterator[Clock]:
    """Yield the clocks of one rule. Starts outside its time still take answers."""
    read = [entry for entry in current if entry.category in rule.reads]
    around = {council for entry in read if (council := council_of(entry))}
    only = next(iter(around)) if len(around) == 1 else None
    for facts in _facts(rule, read):
        if rule.in_force(facts.started):
            yield _clock(rule, facts, _owed_by(rule, facts, only), today)


def _facts(rule: ClockRule, read: Sequence[Entry]) -> Iterator[_Facts]:
    """Yield each start that has begun, with its receipt and its end."""
    asked = [Open(e, rule.start.on(e)) for e in read if rule.start.said_by(e)]
    receipts = _receipts(rule, asked, read)
    begun = list(_begun(rule, asked, receipts))
    stops = _stops(rule, begun, read)
    waiting = [replace(o, until=_day(stops.get(o.entry.id))) for o in begun]
    met = pairs(rule, waiting, answers(rule.met_by, read))
    for start in waiting:
        key, receipt = start.entry.id, _used(rule, start, receipts)
        yield _Facts(start.entry, start.since, receipt, met.get(key), stops.get(key))


def _receipts(
    rule: ClockRule, asked: Sequence[Open], read: Sequence[Entry]
) -> dict[str, Answer]:
    """Return what the bodies that were asked say about their receipt, by start."""
    if rule.received is None:
        return {}
    return pairs(rule, asked, answers(rule.received, read))


def _begun(
    rule: ClockRule, asked: Iterable[Open], receipts: Mapping[str, Answer]
) -> Iterator[Open]:
    """
    Yield the starts whose time runs, each from the day on which it began.

    Where sender and body both state a day of receipt, the earlier one holds: a request
    sent twice was received when it first came, and no later statement can take time
    from the child.
    """
    for start in asked:
        days = (_stated(rule, start.entry), _day(receipts.get(start.entry.id)))
        begun = min(filter(None, days), default=None) if rule.received else start.since
        if begun:
            yield Open(start.entry, begun)


def _used(
    rule: ClockRule, begun: Open, receipts: Mapping[str, Answer]
) -> Answer | None:
    """Return the receipt if it, and not the start's own statement, set the day."""
    receipt = receipts.get(begun.entry.id)
    said_before = _stated(rule, begun.entry) == begun.since
    return None if said_before or _day(receipt) != begun.since else receipt


def _stated(rule: ClockRule, start: Entry) -> date | None:
    """Return the day of receipt that the start itself states."""
    return rule.received.stated(start) if rule.received else None


def _stops(
    rule: ClockRule, begun: Sequence[Open], read: Sequence[Entry]
) -> dict[str, Answer]:
    """
    Return what stopped each start: of the answers it got, the first that applies.

    Each way to stop is asked by itself, as an answer to all starts; of two on one day
    the first heard counts.
    """
    stops: dict[str, Answer] = {}
    for moment in rule.stopped_by:
        for start, given in pairs(rule, begun, answers(moment, read)).items():
            before = stops.get(start)
            if moment.applies(given.entry) and (
                before is None or _turn(given) < _turn(before)
            ):
                stops[start] = given
    return stops


def _turn(given: Answer) -> tuple[date, str, str]:
    """Return what answers are sorted by."""
    return given.on, given.entry.time, given.entry.id


def _day(answer: Answer | None) -> date | None:
    """Return the day of *answer*, if there is one."""
    return answer.on if answer else None


def _owed_by(rule: ClockRule, facts: _Facts, only: str | None) -> str | None:
    """Return who owes it; *only* is the one council around, where there is one."""
    if rule.owed_by == "council":
        return _council(facts, only)
    named: str = facts.start.data.get(rule.owed_by) or facts.start.source
    return named


def _council(facts: _Facts, only: str | None) -> str | None:
    """
    Return the council that owes it.

    A school may be the one who says that it asked. Then it is the council that the
    request names, else the one that answered, else the only one that has sent
    anything this clock reads, else nobody yet: a guess would blame someone.
    """
    named = filter(is_council, organisations_named(facts.start))
    answered = council_of(facts.end.entry) if facts.end else None
    return council_of(facts.start) or min(named, default=None) or answered or only


def _clock(rule: ClockRule, facts: _Facts, owed_by: str | None, today: date) -> Clock:
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
        explained=None,
        met_on=_day(facts.met),
        stopped_on=None if facts.met else _day(facts.stopped),
        regulation=rule.regulation,
        statutory=rule.statutory,
        events=tuple(entry.id for entry in facts.entries),
        source=facts.start.source,
        sensitivity=max(
            (e.sensitivity for e in facts.entries), key=_SENSITIVITIES.index
        ),
    )


def _highest(entries: Iterable[Entry]) -> str:
    """Return the most restrictive sensitivity among *entries*."""
    return max((entry.sensitivity for entry in entries), key=_SENSITIVITIES.index)


def _id(rule: ClockRule, start: Entry) -> str:
    """Return a clock's id, which a correction of its start does not change."""
    parts = (rule.clock, start.source, start.sourcerecord, *shared(rule, start))
    return str(uuid5(_IDS, "|".join(parts)))


def _state(rule: ClockRule, facts: _Facts, due: date, today: date) -> ClockState:
    """Return how it stands: what ended it decides, else the day."""
    if facts.met:
        return "met" if facts.met.on <= due else "met_late"
    if facts.stopped:
        return "stopped"
    if today > due:
        return "breached"
    return "due_soon" if (due - today).days <= rule.due_soon_days else "running"
