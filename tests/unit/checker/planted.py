"""Evidence in which one thing was changed on purpose."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.checker.compare import compare
from tests.checker.evidence import Collected
from tests.checker.expect import expected

Event = dict[str, Any]


def kinds(collected: Collected) -> set[tuple[str, str]]:
    """Return which kinds of finding there are, and where."""
    return {(finding.kind, finding.where) for finding in compare(collected)}


def changed_feed(
    honest: Collected, change: Callable[[list[Event]], object]
) -> Collected:
    """Return the evidence with a changed feed."""
    feed = copy.deepcopy(list(honest.feed))
    change(feed)
    return replace(honest, feed=feed)


def changed_timelines(
    honest: Collected, change: Callable[[dict[str, list[Event]]], object]
) -> Collected:
    """Return the evidence with changed timelines."""
    timelines = copy.deepcopy(dict(honest.timelines))
    change(timelines)
    return replace(honest, timelines=timelines)


def changed_message(
    honest: Collected, change: Callable[[dict[str, Any]], object]
) -> Collected:
    """Return the evidence with the door's answer changed for one current record."""
    event = next(e for e in honest.feed if e["state"] == "current")
    messages = copy.deepcopy(dict(honest.messages))
    change(messages[event["causationid"]])
    return replace(honest, messages=messages)


def spoken_of_twice(
    honest: Collected, door: str, *, at_once: bool = False
) -> tuple[int, int]:
    """Return the feed's places of two events of one person, of one message or two."""
    wanted = expected(honest)
    last: dict[str, int] = {}
    for place, event in enumerate(honest.feed):
        record = wanted.by_event[event["id"]].record
        before = last.get(record.person)
        if before is not None and record.door == door:
            same = honest.feed[before]["causationid"] == event["causationid"]
            if same == at_once:
                return before, place
        last[record.person] = place
    raise AssertionError("no person was spoken of twice")


def swap(items: list[Event], one: int, other: int) -> None:
    """Exchange two."""
    items[one], items[other] = items[other], items[one]
