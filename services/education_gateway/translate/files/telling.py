"""A difference becomes events, written as the events door would have them."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from services.education_gateway.translate.files.census import LEAVER
from services.education_gateway.translate.files.layout import Fact, Table
from services.education_gateway.translate.files.saying import WITHDRAWN, withdrawn
from services.runtime.snapshots.comparing import Change, Kept

_LONGEST: Final = 190


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who says what a file says, and of which day."""

    sender: str
    feed: str
    as_at: date


def events(
    change: Change, table: Table, speaker: Speaker
) -> Iterator[tuple[str, dict[str, Any]]]:
    """
    Yield aspect and structured CloudEvent of each fact that *change* makes.

    A record that is gone from a period was said in error; what a group listed is a
    state, which has no date to be taken back with.
    """
    person = change.carried["person"]
    gone = change.kind == "removed" and table.mode == "period" and not table.grouped
    for fact in withdrawn(change) if gone else table.facts(change):
        yield fact.aspect, _event(fact, change, table, speaker, person)


def _event(
    fact: Fact, change: Change, table: Table, speaker: Speaker, person: object
) -> dict[str, Any]:
    """Return one event."""
    record = fact.record or record_of(fact, change, table, speaker.feed)
    occurred = fact.occurred or speaker.as_at.isoformat()
    return {
        "specversion": "1.0",
        "id": record,
        "source": speaker.sender,
        "type": fact.type,
        "occurred": occurred,
        "occurredprecision": "day" if fact.occurred else "by",
        "sourcerecord": record,
        "sourceversion": fact.version or (1 if fact.alone else change.version),
        "sensitivity": fact.sensitivity,
        "data": {"person": person, **_data(fact, change, table, speaker.feed)},
    }


def record_of(fact: Fact, change: Change, table: Table, feed: str) -> str:
    """
    Return the sender's record of a fact: feed, table, row, and what of the row it is.

    A fact of its own each time carries the version of the row as well.
    """
    aspect = f"{fact.aspect}/{change.version}" if fact.alone else fact.aspect
    record = f"{feed}/{table.name}/{change.own}/{aspect}"
    if len(record) <= _LONGEST and record.isprintable():
        return record
    digest = hashlib.sha256(change.own.encode()).hexdigest()[:32]
    return f"{feed[:40]}/{table.name[:40]}/{digest}/{aspect[:60]}"


def leaver_record(own: str, kept: Kept, table: Table, feed: str) -> str:
    """Return the record under which a pupil's absence from the roll was told."""
    change = Change("removed", own, {}, {}, {}, kept.version)
    return record_of(Fact("", LEAVER, {}, alone=True), change, table, feed)


def _data(fact: Fact, change: Change, table: Table, feed: str) -> Mapping[str, Any]:
    """Return the data, a withdrawal naming the record that it takes back."""
    if fact.type != WITHDRAWN:
        return fact.data
    of = Fact("", str(fact.data["withdraws"]), {})
    withdrawn: dict[str, Any] = {"sourcerecord": record_of(of, change, table, feed)}
    if of.aspect in change.said:
        withdrawn["sourceversion"] = change.said[of.aspect]
    return {**fact.data, "withdraws": withdrawn}
