"""What should be there: each acknowledged record once, under which event ids."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tests.checker.evidence import Acknowledgement, Answer, Collected, Journal, Record
from tests.checker.moments import moment

_LONE_EVENT_DOOR: Final = "health"
"""A message there makes one event, wherever in its Bundle it stood."""
_ACCEPTED: Final = "accepted"
_OURS: Final = ("clock.", "person.linked.", "message.refused.")
"""Events that Throughline itself makes: nobody sent them."""

Fact = tuple[str, str, datetime]


@dataclass(frozen=True, slots=True)
class Effect:
    """One version of one record, however often it was sent: one effect."""

    record: Record
    messages: frozenset[str]
    """The messages that brought it."""
    states: tuple[str, ...]
    """In which states the doors say that its events are."""
    ids: frozenset[str]
    """The events that were made of it; where it was sent twice, perhaps two."""
    latest: bool
    """Whether no later version of the record was acknowledged."""

    @property
    def refs(self) -> tuple[str, ...]:
        """References for a finding."""
        record = self.record
        said = f"{record.sourcerecord} v{record.sourceversion}"
        return f"child {record.child}", record.sender, said, *sorted(self.messages)


@dataclass(frozen=True, slots=True)
class Expected:
    """Everything that should be there."""

    effects: tuple[Effect, ...]
    by_event: Mapping[str, Effect]
    heard: Mapping[str, tuple[int, int]]
    """Event id to the order in which it was acknowledged: message, place."""
    tolerated: frozenset[Fact]
    """Facts of requests that nobody answered: they may be there or not."""


def expected(collected: Collected) -> Expected:
    """Return what should be there, from the journal and the doors' own answers."""
    effects = tuple(_effects(collected))
    by_event = {event: effect for effect in effects for event in effect.ids}
    given_up = frozenset(_fact_of(record) for record in collected.journal.given_up)
    return Expected(effects, by_event, _heard(collected), given_up)


def is_ours(event: Answer) -> bool:
    """Return whether Throughline itself made *event*."""
    return str(event["type"]).startswith(_OURS)


def fact(event: Answer) -> Fact:
    """Return what an entry or a feed's event says, without its id."""
    return event["source"], event["type"], moment(event["occurred"])


def _fact_of(record: Record) -> Fact:
    """Return what a record says."""
    return record.sender, record.type, moment(record.occurred)


def message_refs(journal: Journal) -> dict[str, str | None]:
    """Return the message_ref of each request id; a repeat may not have named it."""
    refs: dict[str, str | None] = {}
    for taken in journal.acknowledged:
        refs[taken.request_id] = refs.get(taken.request_id) or taken.message_ref
    return refs


def _accepted(collected: Collected) -> Iterator[tuple[Acknowledgement, Record]]:
    """Yield each record that a door accepted, in the order of acknowledgement."""
    for taken in collected.journal.acknowledged:
        for record in taken.records:
            if record.status == _ACCEPTED:
                yield taken, record


def _events_of(
    collected: Collected, ref: str | None, record: Record
) -> Iterator[Answer]:
    """Yield what the door says was made of *record* in the message *ref*."""
    answer = collected.messages.get(ref) if ref else None
    for event in answer["events"] if answer else ():
        if record.door == _LONE_EVENT_DOOR or event["place"] == record.place:
            yield event


def _effects(collected: Collected) -> Iterator[Effect]:
    """Yield one effect for each version of each record."""
    refs = message_refs(collected.journal)
    said: dict[tuple[str, str, int], list[tuple[Record, str | None]]]
    said = defaultdict(list)
    newest: dict[tuple[str, str], int] = {}
    for taken, record in _accepted(collected):
        said[record.key].append((record, refs[taken.request_id]))
        sender, name, version = record.key
        newest[sender, name] = max(version, newest.get((sender, name), version))
    for (sender, name, version), times in said.items():
        yield _effect(collected, times, latest=version == newest[sender, name])


def _effect(
    collected: Collected, times: list[tuple[Record, str | None]], *, latest: bool
) -> Effect:
    """Return the one effect of a record that was sent once or more."""
    events = [e for record, ref in times for e in _events_of(collected, ref, record)]
    record = times[0][0]
    named = frozenset(ref for _, ref in times if ref)
    return Effect(
        record=record,
        messages=named,
        states=tuple(event["state"] for event in events),
        ids=frozenset(e["id"] for e in events) if named else _seen(collected, record),
        latest=latest,
    )


def _seen(collected: Collected, record: Record) -> frozenset[str]:
    """
    Return the events that say what *record* says.

    For a message whose only answer was that it had been sent before: no ref is known.
    """
    return frozenset(
        event["id"]
        for event in collected.feed
        if not is_ours(event) and fact(event) == _fact_of(record)
    )


def _heard(collected: Collected) -> dict[str, tuple[int, int]]:
    """Return in which order each event's message was acknowledged."""
    refs = message_refs(collected.journal)
    heard: dict[str, tuple[int, int]] = {}
    for taken, record in _accepted(collected):
        for event in _events_of(collected, refs[taken.request_id], record):
            heard.setdefault(event["id"], (taken.number, record.place))
    return heard
