"""The subscriber's feed: every record once, in the order heard, of the right child."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final

from tests.checker.evidence import Answer, Collected, Finding
from tests.checker.expect import Expected, fact, is_ours
from tests.checker.timelines import backwards, heard_by_person, says

_WHERE: Final = "feed"
_LINKED: Final = "person.linked."


def feeds(collected: Collected, wanted: Expected) -> Iterator[Finding]:
    """Yield what is wrong with the subscriber's feed."""
    yield from _missing_or_doubled(collected, wanted)
    yield from _out_of_order(collected, wanted)
    yield from _altered(collected, wanted)
    yield from _misattributed(collected, wanted)
    yield from _extra(collected, wanted)
    yield from _joined(collected, wanted)


def _missing_or_doubled(collected: Collected, wanted: Expected) -> Iterator[Finding]:
    """Yield records that the feed does not carry, and events that it carries twice."""
    times = Counter(event["id"] for event in collected.feed)
    for event, count in sorted(times.items()):
        if count > 1:
            yield Finding("doubled", _WHERE, (event,))
    for effect in wanted.effects:
        shown = sum(1 for event in effect.ids if times[event])
        if shown != 1:
            yield Finding("doubled" if shown else "lost", _WHERE, effect.refs)


def _out_of_order(collected: Collected, wanted: Expected) -> Iterator[Finding]:
    """Yield events of one person that stand before what was acknowledged earlier."""
    for events in heard_by_person(collected.feed, wanted).values():
        for one, other in pairwise(events):
            if wanted.heard[one["id"]] > wanted.heard[other["id"]]:
                yield Finding("out-of-order", _WHERE, (one["id"], other["id"]))
        yield from backwards(events, "time", _WHERE)


def _altered(collected: Collected, wanted: Expected) -> Iterator[Finding]:
    """Yield events that say something other than what was sent."""
    for event in collected.feed:
        owner = wanted.by_event.get(event["id"])
        if owner is not None and not says(event, owner):
            yield Finding("altered", _WHERE, (event["id"], *owner.refs))


def _persons(collected: Collected, wanted: Expected) -> Mapping[str, str]:
    """Return each person's personref: the one that most of their events carry."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for person, events in heard_by_person(collected.feed, wanted).items():
        votes[person].update(event["personref"] for event in events)
    return {person: vote.most_common(1)[0][0] for person, vote in votes.items()}


def _misattributed(collected: Collected, wanted: Expected) -> Iterator[Finding]:
    """Yield events that carry another person's ref, or lead to another child."""
    persons = _persons(collected, wanted)
    for event in collected.feed:
        owner = wanted.by_event.get(event["id"])
        if owner is None:
            continue
        stranger = event["personref"] != persons.get(owner.record.person)
        astray = owner.latest and not _leads_to(event, collected)
        if (stranger and event["id"] in wanted.heard) or astray:
            yield Finding("misattributed", _WHERE, (event["id"], *owner.refs))


def _leads_to(event: Answer, collected: Collected) -> bool:
    """Return whether the timeline of the event's child has the event."""
    entries = collected.timelines.get(event["subject"]) or ()
    return any(entry["id"] == event["id"] for entry in entries)


def _extra(collected: Collected, wanted: Expected) -> Iterator[Finding]:
    """Yield events of the load's persons that nobody sent."""
    known = set(_persons(collected, wanted).values())
    for event in collected.feed:
        if event["id"] in wanted.by_event or is_ours(event):
            continue
        if event["personref"] in known and fact(event) not in wanted.tolerated:
            yield Finding("extra", _WHERE, (event["id"],))


def _joined(collected: Collected, wanted: Expected) -> Iterator[Finding]:
    """Yield persons' refs and child_refs that stand for more than one child."""
    children: dict[str, set[int]] = defaultdict(set)
    for event in collected.feed:
        owner = wanted.by_event.get(event["id"])
        if owner is not None:
            children[event["personref"]].add(owner.record.child)
            children[event["subject"]].add(owner.record.child)
    for event in collected.feed:
        if event["type"].startswith(_LINKED):
            for person in event["data"]["persons"]:
                children[event["data"]["child_ref"]] |= children.get(person, set())
    for ref, several in sorted(children.items()):
        if len(several) > 1:
            yield Finding("misattributed", _WHERE, (ref, *map(str, sorted(several))))
