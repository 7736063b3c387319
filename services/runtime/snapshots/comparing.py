"""What one record of a snapshot changes. Pure: what was kept comes in, what is, goes out."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

Mode = Literal["state", "period"]
"""`state`: absence is removal. `period`: absence says nothing (leavers, exclusions)."""

Known = Mapping[str, str]
"""Values that make events, by column; a blank one is left out."""

_SEPARATOR: Final = "\x1f"


@dataclass(frozen=True, slots=True)
class Row:
    """One record as a snapshot states it."""

    own: str
    """The feed's own key of the record."""
    known: Known
    other: bytes
    """Digest of everything else that is compared."""
    carried: Mapping[str, object]
    """Kept beside the record and never compared: whom it is about."""
    silent: frozenset[str] = frozenset()
    """Columns of which a blank says nothing: the value heard before stands."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One record as the previous snapshots left it."""

    known: Known
    other: bytes
    carried: Mapping[str, object]
    version: int
    """Raised by each difference that makes events; 1 when first heard of."""
    gone: bool = False
    said: dict[str, int] = field(default_factory=dict)
    """Version under which each fact of the record was last told."""


@dataclass(frozen=True, slots=True)
class Change:
    """A difference in what makes events."""

    kind: Literal["added", "changed", "removed"]
    own: str
    before: Known
    after: Known
    carried: Mapping[str, object]
    version: int
    said: dict[str, int] = field(default_factory=dict)
    """Version under which each fact of the record was told before."""

    def differs(self, *columns: str) -> bool:
        """Return whether one of *columns* says something else than before."""
        return any(self.before.get(c) != self.after.get(c) for c in columns)


@dataclass(frozen=True, slots=True)
class Compared:
    """What becomes of one record."""

    kept: Kept | None
    """What is to be written; None where nothing differs."""
    change: Change | None = None
    others: bool = False
    """Something else differs, which makes no event and is counted."""


def key_of(own: str) -> bytes:
    """Return the 16 bytes by which a record is found again."""
    return hashlib.blake2b(own.encode(), digest_size=16).digest()


def digest_of(values: Iterable[str]) -> bytes:
    """Return 8 bytes that change when one of *values* does."""
    text = _SEPARATOR.join(values).encode()
    return hashlib.blake2b(text, digest_size=8).digest()


def compared(row: Row, kept: Kept | None) -> Compared:
    """Return what *row* changes beside what was *kept* of it."""
    if kept is None or kept.gone:
        version = kept.version + 1 if kept else 1
        change = Change("added", row.own, {}, dict(row.known), row.carried, version)
        return Compared(_after(row, change), change)
    after = _with_silences(row, kept)
    if after != kept.known:
        said = (kept.known, after, row.carried, kept.version + 1, kept.said)
        change = Change("changed", row.own, *said)
        return Compared(_after(row, change), change)
    if row.other != kept.other:
        same = replace(kept, other=row.other, carried=row.carried)
        return Compared(same, others=True)
    return Compared(None)


def removed(own: str, kept: Kept) -> Compared:
    """Return what the absence of a record from a *state* changes."""
    version = kept.version + 1
    change = Change("removed", own, kept.known, {}, kept.carried, version, kept.said)
    gone = Kept({}, kept.other, kept.carried, version, gone=True)
    return Compared(gone, change)


def is_shrunken(known: int, absent: int, share: float) -> bool:
    """Return whether more than *share* of the *known* records of a state are gone."""
    return absent > known * share


def _with_silences(row: Row, kept: Kept) -> Known:
    """Return what *row* says, with what it says nothing of as it was."""
    stands = {c: kept.known[c] for c in row.silent if c in kept.known}
    return {**stands, **row.known}


def _after(row: Row, change: Change) -> Kept:
    """Return what is kept of *row* after a difference."""
    return Kept(change.after, row.other, row.carried, change.version, said=change.said)
