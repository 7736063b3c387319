"""What is to be sent, in which order: a pure function of a seed and a day."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Final
from uuid import UUID

import orjson

from tests.load import bars
from tests.load.children import Child, children
from tests.load.records import HEALTH, Draft, drafts

_DOUBLED: Final = 0.05
_LARGEST_ARRAY: Final = 6
_LANES: Final = 8
"""Lanes a sender: one is sent in order, several at once."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One request, complete to the byte."""

    request_id: str
    sender: str
    door: str
    """`education` or `health`."""
    content_type: str
    body: bytes
    drafts: tuple[Draft, ...]
    """The records that it carries, in their places."""
    lane: str
    """Requests of one lane are sent one after another: a person has one lane."""
    doubled: str = ""
    """`resent` (same request id) or `reminted` (new request id, same bytes)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole load."""

    children: tuple[Child, ...]
    sends: tuple[Sent, ...]


def plan(seed: int, *, today: date, events: int = 5000, count: int = 200) -> Plan:
    """Return a load of *events* distinct events of *count* children."""
    rng = Random(seed)
    known = children(rng, count)
    made = drafts(rng, seed, known, events, today)
    singles = [_message(rng, seed, known, batch) for batch in _batches(rng, made)]
    return Plan(tuple(known), tuple(_with_doubles(rng, singles, events)))


def _batches(rng: Random, made: Iterable[Draft]) -> list[tuple[Draft, ...]]:
    """Return the records as singles and small arrays, each of one lane, in order."""
    open_: dict[str, list[Draft]] = defaultdict(list)
    sizes: dict[str, int] = {}
    done: list[tuple[Draft, ...]] = []
    for draft in made:
        lane = _lane(draft)
        open_[lane].append(draft)
        size = sizes.setdefault(lane, _size(rng))
        if draft.door == HEALTH or len(open_[lane]) >= size:
            done.extend(_closed(open_.pop(lane)))
            sizes.pop(lane)
    return done + [batch for rest in open_.values() for batch in _closed(rest)]


def _closed(batch: Sequence[Draft]) -> list[tuple[Draft, ...]]:
    """Return the array so far, and a referral by itself: health has another door."""
    if batch[-1].door != HEALTH:
        return [tuple(batch)]
    return [part for part in (tuple(batch[:-1]), (batch[-1],)) if part]


def _size(rng: Random) -> int:
    """Return how many records the next message carries."""
    return 1 if rng.random() < 0.6 else rng.randint(2, _LARGEST_ARRAY)


def _lane(draft: Draft) -> str:
    """Return the lane of a record's person."""
    return f"{draft.sender}/{draft.child % _LANES}"


def _message(
    rng: Random, seed: int, known: Sequence[Child], batch: tuple[Draft, ...]
) -> Sent:
    """Return the request that carries *batch*."""
    first = batch[0]
    kind, body = _body(seed, known, batch)
    return Sent(
        request_id=_uuid(rng),
        sender=first.sender,
        door=first.door,
        content_type=kind,
        body=body,
        drafts=batch,
        lane=_lane(first),
    )


def _body(
    seed: int, known: Sequence[Child], batch: tuple[Draft, ...]
) -> tuple[str, bytes]:
    """Return the content type and the bytes."""
    if batch[0].door == HEALTH:
        [referral] = batch
        at, record = referral.occurred, UUID(referral.sourcerecord)
        return "application/fhir+json", bars.referral(known[referral.child], record, at)
    events = [draft.cloud_event(known[draft.child], seed) for draft in batch]
    if len(events) == 1:
        return "application/cloudevents+json", orjson.dumps(events[0])
    return "application/cloudevents-batch+json", orjson.dumps(events)


def _uuid(rng: Random) -> str:
    """Return a version 4 UUID that the seed decides."""
    return str(UUID(int=rng.getrandbits(128), version=4))


def _with_doubles(rng: Random, singles: list[Sent], events: int) -> list[Sent]:
    """Return the requests with one event in twenty sent twice, some of them later."""
    chosen: dict[int, list[Sent]] = defaultdict(list)
    left = round(events * _DOUBLED)
    for place in rng.sample(range(len(singles)), len(singles)):
        if len(singles[place].drafts) <= left:
            left -= len(singles[place].drafts)
            again = min(len(singles) - 1, place + rng.randint(0, 60))
            chosen[again].append(_double(rng, singles[place]))
    return [sent for place, one in enumerate(singles) for sent in (one, *chosen[place])]


def _double(rng: Random, sent: Sent) -> Sent:
    """Return the same request again, or the same bytes under a new request id."""
    if rng.random() < 0.5:
        return replace(sent, doubled="resent")
    return replace(sent, doubled="reminted", request_id=_uuid(rng))
