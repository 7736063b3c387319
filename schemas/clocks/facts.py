"""What was said about each start of a clock: receipt, end, and what explains it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from schemas.clocks.moments import Moment
from schemas.clocks.pairing import Answer, Open, answers, of_request, pairs, turn
from schemas.clocks.rule import ClockRule
from schemas.entry import Entry

_SLIP: Final = timedelta(days=7)
"""How far a day can be wrong before it is of something else."""

Answers = Mapping[str, Answer]
"""By the id of the start."""


@dataclass(frozen=True, slots=True)
class Facts:
    """A start with everything that was said about it."""

    start: Entry
    started: date
    receipt: Answer | None
    met: Answer | None
    stopped: Answer | None
    reason: tuple[Answer, str] | None
    """The first explanation, and the reason that it gives."""

    @property
    def end(self) -> Answer | None:
        """What ended it, if anything did."""
        return self.met or self.stopped

    @property
    def stopped_on(self) -> date | None:
        """Day on which it stopped without being met."""
        return self.stopped.on if self.stopped and not self.met else None

    @property
    def explained(self) -> str | None:
        """Which reason is claimed, if any is."""
        return self.reason[1] if self.reason else None

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries it rests on, each once."""
        reason = self.reason[0] if self.reason else None
        said = (self.receipt, self.end, reason)
        found = (self.start, *(answer.entry for answer in said if answer))
        return tuple({entry.id: entry for entry in found}.values())


def facts_of(rule: ClockRule, read: Sequence[Entry]) -> Iterator[Facts]:
    """Yield each start that has begun, with what was said about it."""
    asked = [Open(a.entry, a.on) for a in applying(rule.start, read)]
    receipts = _receipts(rule, asked, read)
    begun = list(_begun(rule, asked, receipts))
    stops = stops_of(rule, begun, read)
    waiting = [replace(o, until=_day(stops.get(o.entry.id))) for o in begun]
    met = _met(rule, waiting, read)
    reasons = _reasons(rule, begun, read)
    for start in waiting:
        key, receipt = start.entry.id, _used(rule, start, receipts)
        ends = met.get(key), stops.get(key)
        yield Facts(start.entry, start.since, receipt, *ends, reasons.get(key))


def applying(moment: Moment, read: Iterable[Entry]) -> list[Answer]:
    """Return what *read* says about *moment*, without what does not say it after all."""
    return [a for a in answers(moment, read) if moment.applies(a.entry)]


def _met(rule: ClockRule, waiting: Sequence[Open], read: Sequence[Entry]) -> Answers:
    """Return what met each start."""
    said = applying(rule.met_by, read)
    if not rule.own:
        return pairs(rule, waiting, said)
    by_entry = {answer.entry.id: answer for answer in said}
    return {o.entry.id: by_entry[o.entry.id] for o in waiting if o.entry.id in by_entry}


def _receipts(
    rule: ClockRule, asked: Sequence[Open], read: Sequence[Entry]
) -> dict[str, Answer]:
    """Return what the bodies that were asked say about their receipt, by start."""
    if rule.received is None:
        return {}
    said = answers(rule.received, read)
    found = pairs(rule, asked, said)
    used = {answer.entry.id for answer in found.values()}
    left = [start for start in asked if start.entry.id not in found]
    return found | _slipped(rule, left, [a for a in said if a.entry.id not in used])


def _slipped(
    rule: ClockRule, left: Sequence[Open], said: Iterable[Answer]
) -> dict[str, Answer]:
    """
    Return the receipts that say a day just before their request was sent.

    Nothing arrives before it is sent, so one of the two days was written down wrong.
    Which request it is, its correlation id says; without the receipt nobody would see
    that the advice is owed.
    """
    found: dict[str, Answer] = {}
    for answer in sorted(said, key=turn):
        own = answer.entry.correlationid
        named = [o for o in left if own and o.entry.correlationid == own]
        early = [replace(o, since=o.since - _SLIP) for o in named]
        found = pairs(rule, early, [answer]) | found
    return found


def _begun(rule: ClockRule, asked: Iterable[Open], receipts: Answers) -> Iterator[Open]:
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


def _used(rule: ClockRule, begun: Open, receipts: Answers) -> Answer | None:
    """Return the receipt if it, and not the start's own statement, set the day."""
    receipt = receipts.get(begun.entry.id)
    said_before = _stated(rule, begun.entry) == begun.since
    return None if said_before or _day(receipt) != begun.since else receipt


def _stated(rule: ClockRule, start: Entry) -> date | None:
    """Return the day of receipt that the start itself states."""
    return rule.received.stated(start) if rule.received else None


def stops_of(
    rule: ClockRule, begun: Sequence[Open], read: Sequence[Entry]
) -> dict[str, Answer]:
    """Return what stopped each start: the first of what applies."""
    found: dict[str, Answer] = {}
    for moment in rule.stopped_by:
        for key, answer in _stopping(rule, moment, begun, read).items():
            first = found.setdefault(key, answer)
            found[key] = min(first, answer, key=turn)
    return found


def _stopping(
    rule: ClockRule, moment: Moment, begun: Sequence[Open], read: Sequence[Entry]
) -> Answers:
    """Return what one moment stops: of the answers that starts got, those that apply."""
    if moment.closes_all:
        return of_request(begun, applying(moment, read))
    given = pairs(rule, begun, answers(moment, read))
    return {key: a for key, a in given.items() if moment.applies(a.entry)}


def _reasons(
    rule: ClockRule, begun: Sequence[Open], read: Sequence[Entry]
) -> dict[str, tuple[Answer, str]]:
    """Return why each start is said to be late: the first reason that anyone gave."""
    found: dict[str, tuple[Answer, str]] = {}
    for moment in rule.explained_by:
        for key, answer in pairs(rule, begun, applying(moment, read)).items():
            given = (answer, moment.given_by(answer.entry))
            first = found.setdefault(key, given)
            found[key] = min(first, given, key=lambda one: turn(one[0]))
    return found


def _day(answer: Answer | None) -> date | None:
    """Return the day of *answer*, if there is one."""
    return answer.on if answer else None
