"""Which answer belongs to which start, when one child has several of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from schemas.clocks.rule import ClockRule, Moment
from schemas.entry import Entry

_COUNCIL: Final = "urn:dfe:la:"


@dataclass(frozen=True, slots=True)
class Open:
    """A start that waits for an answer."""

    entry: Entry
    since: date
    """An answer from before this day is not an answer to it."""
    until: date | None = None
    """An answer from after this day comes too late to be one: it was stopped."""

    def waits_on(self, day: date) -> bool:
        """Return whether an answer of that day can belong to this start."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody says that ends, stops or receives, and for which day."""

    entry: Entry
    on: date


def answers(moment: Moment, entries: Iterable[Entry]) -> list[Answer]:
    """Return what *entries* say about *moment*."""
    return [Answer(e, moment.on(e)) for e in entries if moment.said_by(e)]


def council_of(entry: Entry) -> str | None:
    """Return the council that sent *entry*, if a council did."""
    return entry.source if is_council(entry.source) else None


def is_council(organisation: str) -> bool:
    """Return whether *organisation* is a local authority."""
    return organisation.startswith(_COUNCIL)


def shared(rule: ClockRule, entry: Entry) -> tuple[str, ...]:
    """Return what an answer must share with its start; absent means the sender."""
    return tuple(entry.data.get(name) or entry.source for name in rule.same)


def pairs(
    rule: ClockRule, opens: Sequence[Open], said: Iterable[Answer]
) -> dict[str, Answer]:
    """
    Return the answer to each start that has one, by the start's id.

    Answers go out in the order of their days, those that share a correlation id with
    a start first. Each belongs to the earliest start that still waits: among those
    with its correlation id if there are any, else among all that it fits.
    """
    choices = [(answer, *_choices(rule, answer, opens)) for answer in said]
    choices.sort(key=lambda choice: (not choice[1], *_turn(choice[0])))
    taken: dict[str, Answer] = {}
    for answer, _, suitable in choices:
        free = (o.entry.id for o in suitable if o.waits_on(answer.on))
        first = next((start for start in free if start not in taken), None)
        if first is not None:
            taken[first] = answer
    return taken


def _turn(answer: Answer) -> tuple[date, str, str]:
    """Return what answers are sorted by."""
    return answer.on, answer.entry.time, answer.entry.id


def _choices(
    rule: ClockRule, answer: Answer, opens: Iterable[Open]
) -> tuple[bool, list[Open]]:
    """Return whether a correlation id chose, and the starts in order of preference."""
    fitting = [o for o in opens if _fits(rule, o.entry, answer.entry)]
    named = [o for o in fitting if _correlated(o.entry, answer.entry)]
    suitable = named or [o for o in fitting if _one_council(o.entry, answer.entry)]
    suitable.sort(key=lambda o: (not _says_so(rule, o.entry, answer.entry), *_age(o)))
    return bool(named), suitable


def _age(start: Open) -> tuple[date, str, str]:
    """Return what starts are sorted by, oldest first."""
    return start.since, start.entry.time, start.entry.id


def _correlated(start: Entry, answer: Entry) -> bool:
    """Return whether both carry the same correlation id."""
    return bool(start.correlationid) and start.correlationid == answer.correlationid


def _fits(rule: ClockRule, start: Entry, answer: Entry) -> bool:
    """Return whether nothing that both say speaks against the pair."""
    return shared(rule, start) == shared(rule, answer) and all(
        _agree(start.data.get(name), answer.data.get(name)) for name in rule.alike
    )


def _says_so(rule: ClockRule, start: Entry, answer: Entry) -> bool:
    """Return whether both say each word that they may leave out."""
    return all(start.data.get(name) == answer.data.get(name) for name in rule.alike)


def _one_council(start: Entry, answer: Entry) -> bool:
    """Return whether no two councils are in it: one does not answer for another."""
    return _agree(council_of(start), council_of(answer))


def _agree(one: object, other: object) -> bool:
    """Return whether two words are equal, or one of them was not said."""
    return one is None or other is None or one == other
