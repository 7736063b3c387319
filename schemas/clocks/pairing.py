"""Which answer belongs to which start, when one child has several of each."""

from collections import defaultdict, deque
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Final

from schemas.clocks.moments import Moment
from schemas.clocks.rule import ClockRule
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
    given = list(said)
    if not given or not opens:
        return {}
    lines = _Lines(rule, opens)
    choices = [(answer, lines.named(answer)) for answer in given]
    choices.sort(key=lambda choice: (not choice[1], *turn(choice[0])))
    taken: dict[str, Answer] = {}
    for answer, named in choices:
        start = lines.first(answer, named or lines.others(answer), taken)
        if start:
            taken[start.entry.id] = answer
    return taken


def of_request(opens: Sequence[Open], said: Iterable[Answer]) -> dict[str, Answer]:
    """
    Return the first answer that ends each start of its request, by the start's id.

    One answer ends them all: those that share its correlation id if any does, else all
    of one council that wait on that day.
    """
    taken: dict[str, Answer] = {}
    for answer in sorted(said, key=turn):
        waiting = [o for o in opens if o.waits_on(answer.on)]
        own = answer.entry.correlationid
        named = [o for o in waiting if own and o.entry.correlationid == own]
        for start in named or waiting:
            if _agree(council_of(start.entry), council_of(answer.entry)):
                taken.setdefault(start.entry.id, answer)
    return taken


def turn(answer: Answer) -> tuple[date, str, str]:
    """Return what answers are sorted by."""
    return answer.on, answer.entry.time, answer.entry.id


def _age(start: Open) -> tuple[date, str, str]:
    """Return what starts are sorted by, oldest first."""
    return start.since, start.entry.time, start.entry.id


@dataclass(frozen=True, slots=True)
class _Line:
    """Starts that say the same, oldest first; the head is where an answer looks."""

    alike: tuple[object, ...]
    council: str | None
    opens: deque[Open] = field(default_factory=deque)


class _Lines:
    """
    Starts in lines, so that an answer looks at the heads of a few lines, not at all.

    An answer takes from the lines of its correlation id or from the general ones, never
    from both, and each kind is asked in the order of the answers' days: a start that an
    answer comes too late for is dropped for good.
    """

    def __init__(self, rule: ClockRule, opens: Iterable[Open]) -> None:
        """Put *opens* in line."""
        self._rule = rule
        self._lines: defaultdict[tuple[object, ...], dict[object, _Line]]
        self._lines = defaultdict(dict)
        for start in sorted(opens, key=_age):
            whole = shared(rule, start.entry)
            self._add((whole,), start)
            if start.entry.correlationid:
                self._add((whole, start.entry.correlationid), start)

    def _add(self, key: tuple[object, ...], start: Open) -> None:
        """Put *start* at the end of its line under *key*."""
        own = _Line(self._alike(start.entry), council_of(start.entry))
        line = self._lines[key].setdefault((own.alike, own.council), own)
        line.opens.append(start)

    def _alike(self, entry: Entry) -> tuple[object, ...]:
        """Return the words that a start and its answer may leave out."""
        return tuple(entry.data.get(name) for name in self._rule.alike)

    def _fitting(self, key: tuple[object, ...], answer: Answer) -> list[_Line]:
        """Return the lines under *key* of which nothing speaks against the answer."""
        words = self._alike(answer.entry)
        return [
            line
            for line in self._lines.get(key, {}).values()
            if all(map(_agree, line.alike, words))
        ]

    def named(self, answer: Answer) -> list[_Line]:
        """
        Return the fitting lines of starts with the answer's correlation id.

        A line that holds nothing but what the answer itself begins is none.
        """
        own = answer.entry.correlationid
        key = (shared(self._rule, answer.entry), own)
        lines = self._fitting(key, answer) if own else []
        return [line for line in lines if _has_another(line, answer)]

    def others(self, answer: Answer) -> list[_Line]:
        """Return the fitting lines in which no other council than the answer's is."""
        own = council_of(answer.entry)
        lines = self._fitting((shared(self._rule, answer.entry),), answer)
        return [line for line in lines if _agree(line.council, own)]

    def first(
        self, answer: Answer, lines: Iterable[_Line], taken: Container[str]
    ) -> Open | None:
        """Return the start at the head of *lines* that the answer belongs to."""
        words = self._alike(answer.entry)
        heads = [
            (line.alike != words, _age(head), head)
            for line in lines
            if (head := _head(line, answer, taken))
        ]
        return min(heads, key=lambda one: one[:2])[2] if heads else None


def _head(line: _Line, answer: Answer, taken: Container[str]) -> Open | None:
    """
    Return the oldest start of *line* that *answer* can end; drop those that are done.

    A review both ends a year and begins the next; nothing ends what it begins.
    """
    opens, day = line.opens, answer.on
    while opens and (
        opens[0].entry.id in taken or (opens[0].until and opens[0].until < day)
    ):
        opens.popleft()
    own = answer.entry.id
    others = (o for o in opens if o.entry.id != own and o.entry.id not in taken)
    head = next(others, None)
    return head if head and head.waits_on(day) else None


def _has_another(line: _Line, answer: Answer) -> bool:
    """Return whether a start of *line* is another entry than the answer itself."""
    return any(o.entry.id != answer.entry.id for o in islice(line.opens, 2))


def _agree(one: object, other: object) -> bool:
    """Return whether two words are equal, or one of them was not said."""
    return one is None or other is None or one == other
