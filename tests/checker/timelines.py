"""Each child's timeline: every record once, the right child's, in order, no more."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from tests.checker.evidence import Answer, Collected, Finding
from tests.checker.expect import Effect, Expected, fact
from tests.checker.moments import moment

_GONE: Final = frozenset({"superseded", "withdrawn", "erased"})
_WHERE: Final = "timeline"


def timelines(collected: Collected, wanted: Expected) -> Iterator[Finding]:
    """Yield what is wrong with the timelines of the load's children."""
    by_child: dict[int, list[Effect]] = defaultdict(list)
    for effect in wanted.effects:
        by_child[effect.record.child].append(effect)
    for child, effects in sorted(by_child.items()):
        refs = sorted(collected.found.get(child, ())) or [""]
        for ref in refs:
            entries = collected.timelines.get(ref) or ()
            yield from _missing_or_doubled(effects, entries)
            yield from _not_of_this_child(child, ref, entries, wanted)
            yield from _altered(entries, wanted)
            yield from _out_of_order(entries, wanted)


def _is_current(entry: Answer) -> bool:
    """Return whether an entry stands: nothing superseded it or took it back."""
    return not entry["supersededby"] and entry["state"] not in _GONE


def _missing_or_doubled(
    effects: Sequence[Effect], entries: Sequence[Answer]
) -> Iterator[Finding]:
    """Yield records that have no current entry, or several."""
    current = Counter(entry["id"] for entry in entries if _is_current(entry))
    for effect in effects:
        shown = sum(current[event] for event in effect.ids)
        if shown and not effect.latest:
            yield Finding("stale", _WHERE, effect.refs)
        elif not shown and effect.latest:
            yield Finding("lost", _WHERE, effect.refs)
        elif shown > 1:
            yield Finding("doubled", _WHERE, effect.refs)


def _not_of_this_child(
    child: int, ref: str, entries: Sequence[Answer], wanted: Expected
) -> Iterator[Finding]:
    """Yield entries of another child, and entries that nobody sent."""
    for entry in entries:
        owner = wanted.by_event.get(entry["id"])
        refs = (f"child {child}", ref, entry["id"])
        if owner is not None and owner.record.child != child:
            yield Finding("misattributed", _WHERE, (*refs, *owner.refs))
        if owner is None and fact(entry) not in wanted.tolerated:
            yield Finding("extra", _WHERE, refs)


def _altered(entries: Sequence[Answer], wanted: Expected) -> Iterator[Finding]:
    """Yield entries that say something other than what was sent."""
    for entry in entries:
        owner = wanted.by_event.get(entry["id"])
        if owner is None:
            continue
        if not says(entry, owner):
            yield Finding("altered", _WHERE, (entry["id"], *owner.refs))
        if owner.record.late and not entry["late"]:
            yield Finding("not-shown-late", _WHERE, (entry["id"], *owner.refs))


def says(event: Answer, effect: Effect) -> bool:
    """Return whether *event* says what was sent, and names the message it was in."""
    record = effect.record
    sent = record.sender, record.type, moment(record.occurred)
    named = not effect.messages or event["causationid"] in effect.messages
    return named and fact(event) == sent


def _out_of_order(entries: Sequence[Answer], wanted: Expected) -> Iterator[Finding]:
    """Yield entries before which one stands that belongs after them."""
    for one, other in pairwise(entries):
        if _place(one) > _place(other):
            yield Finding("out-of-order", _WHERE, (one["id"], other["id"]))
    for events in heard_by_person(entries, wanted).values():
        inorder = sorted(events, key=lambda event: wanted.heard[event["id"]])
        yield from backwards(inorder, "time", _WHERE)
        yield from backwards(inorder, "knownat", _WHERE)


def _place(entry: Answer) -> tuple[object, object, str]:
    """Return where in a timeline an entry belongs."""
    return moment(entry["occurred"]), moment(entry["time"]), entry["id"]


def heard_by_person(
    events: Sequence[Answer], wanted: Expected
) -> Mapping[str, Sequence[Answer]]:
    """Return the events of each person as one sender knows them, as they stand."""
    persons: dict[str, list[Answer]] = defaultdict(list)
    for event in events:
        if event["id"] in wanted.heard:
            persons[wanted.by_event[event["id"]].record.person].append(event)
    return persons


def backwards(
    events: Sequence[Answer], attribute: str, where: str
) -> Iterator[Finding]:
    """Yield neighbours whose *attribute* goes back in time."""
    for one, other in pairwise(events):
        if moment(one[attribute]) > moment(other[attribute]):
            yield Finding("out-of-order", where, (attribute, one["id"], other["id"]))
