"""What a message was translated into, beside what it says by today's mapping. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from schemas.history import MOVED, WITHDRAWAL
from schemas.restriction import RESTRICTED
from services.runtime import refs
from services.runtime.intake.made import Made

OTHER_PERSON: Final = "it would be about another person"
_OURS: Final = frozenset({WITHDRAWAL, RESTRICTED})
"""Types that no mapping decides."""

Version = tuple[str, int]
"""A sender's record, as a keyed hash, and its version."""
Named = tuple[str, str, int]
"""Sender, record and version, as a receipt has them."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was published of one version of a record, under one type."""

    source: str
    sourcerecord: str
    sourceversion: int
    type: str
    digest: bytes
    event_id: UUID
    person_ref: str
    message_ref: UUID
    place: int
    revision: int
    mapping: str

    @property
    def of(self) -> Version:
        """The record and its version."""
        return self.sourcerecord, self.sourceversion


@dataclass(frozen=True, slots=True)
class Change:
    """One event that would be, or was, published anew, or that no mapping makes now."""

    was: Told | None
    now: Made | None
    left: str = ""
    """Why it stays as it is, where it does."""

    @property
    def person_ref(self) -> str:
        """Whom it is about."""
        return (
            self.was.person_ref if self.was else self.now.person_ref if self.now else ""
        )


@dataclass(slots=True)
class Compared:
    """What becomes of the events of one message."""

    revised: list[tuple[Told, Made]] = field(default_factory=list)
    fresh: list[Made] = field(default_factory=list)
    """Of records of which nothing was said under this version before."""
    gone: list[Told] = field(default_factory=list)
    """No longer stated at all."""
    restated: list[tuple[Told, Made]] = field(default_factory=list)
    """Stated again, after an earlier mapping had not."""
    left: list[Change] = field(default_factory=list)

    @property
    def changes(self) -> list[Change]:
        """All of it, each event once."""
        both = {was.of: Change(was, now) for was, now in self.restated}
        both |= {was.of: Change(was, now) for was, now in self.revised}
        return [
            *both.values(),
            *(Change(None, now) for now in self.fresh),
            *(Change(was, None) for was in self.gone),
            *self.left,
        ]


def compare(
    message: UUID,
    made: Sequence[Made],
    told: Sequence[Told],
    *,
    unread: Collection[int] = (),
    silenced: Mapping[Version, int] | None = None,
) -> Compared:
    """
    Return what differs between what was *told* and what *made* says.

    *unread*: places that cannot be judged now, of which nothing is gone. *silenced*:
    how often each version was taken back, or stated again, because a mapping changed.
    """
    known: defaultdict[Version, list[Told]] = defaultdict(list)
    for one in told:
        known[one.of].append(one)
    silent = {of for of, times in (silenced or {}).items() if times % 2}
    found = Compared()
    for event in made:
        _judge(found, message, event, known.get(_of(event), []), silent)
    stated = {_of(event) for event in made}
    for of, rows in known.items():
        top = _top(rows, message)
        mine = top.message_ref == message and top.type not in _OURS
        if mine and top.place not in unread and of not in stated | silent:
            found.gone.append(top)
    return found


def senders_own(named: Iterable[Named]) -> set[Named]:
    """Return what senders said: that a record moved is ours, and no mapping decides it."""
    return {one for one in named if not one[1].startswith(MOVED)}


def _of(event: Made) -> Version:
    """Return which version of which record *event* states."""
    return event.sourcerecord, event.statement.sourceversion


def _top(rows: Sequence[Told], message: UUID) -> Told:
    """Return the translation that stands; of two equal ones that of *message*."""
    return max(rows, key=lambda row: (row.revision, row.message_ref == message))


def _judge(
    found: Compared,
    message: UUID,
    event: Made,
    rows: Sequence[Told],
    silent: Collection[Version],
) -> None:
    """Note what becomes of one event of *message*."""
    if not rows:
        found.fresh.append(event)
        return
    top = _top(rows, message)
    if top.message_ref != message or event.statement.type in _OURS:
        return
    if top.person_ref != event.person_ref:
        found.left.append(Change(top, event, OTHER_PERSON))
        return
    if (top.type, top.digest) != (event.statement.type, event.digest):
        found.revised.append((top, _revision(top, event)))
    if _of(event) in silent:
        found.restated.append((top, event))


def _revision(top: Told, event: Made) -> Made:
    """Return *event* as the next revision of what *top* is."""
    return event.as_revision(top.revision + 1, top.event_id)


def silence(source: str, of: Version, key: bytes) -> str:
    """Return the record, ours, that says whether a version of a sender's is stated."""
    return refs.keyed(key, "not-stated", source, of[0], str(of[1]))
