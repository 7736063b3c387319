"""
What a set of entries amounts to: their order, which stand, which came late.

Everything here is a function of the set: the order in which entries arrived, and
whether a correction or a withdrawal came before what it names, changes nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from schemas.entry import Entry
from schemas.identifiers import is_organisation

WITHDRAWAL: Final = "event.withdrawn.v1"
MOVED: Final = "moved-"
"""
Begins the record of a withdrawal that we make ourselves, of an event whose record turned
out to be about another person. No sender's record is hashed to it.
"""
_LONDON: Final = ZoneInfo("Europe/London")
_NO_INSTANT: Final = datetime.min.replace(tzinfo=UTC)

State = Literal["linked", "superseded", "withdrawn"]
Order = tuple[date, datetime]
Named = tuple[int | None, int | None, str | None]
"""
The one version that is named, or None for all; up to which, and heard until when, or None
for no limit.
"""
Versions = Mapping[tuple[str, str], Collection[Named]]
"""By sender and record, the versions that something names."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry at its place in a history."""

    entry: Entry
    state: State
    late: bool
    """Heard more than one day after the London date on which it happened."""
    supersedes: str | None
    """Id of the entry that stated the next lower version of the same record."""
    supersededby: str | None
    """Id of the entry that stated the next higher version of the same record."""


def history(entries: Iterable[Entry]) -> list[Placed]:
    """Return every entry once, in the order of (occurred, time, id), with its state."""
    known = {entry.id: entry for entry in entries}
    higher = _superseded(known.values())
    lower = {by: of for of, by in higher.items() if _statements_differ(known, of, by)}
    withdrawn = _withdrawn(e for e in known.values() if e.id not in higher)
    moved = _named(e for e in known.values() if is_move(e))
    return [
        Placed(
            entry,
            _state(entry, withdrawn, moved, superseded=entry.id in higher),
            is_late(entry),
            lower.get(entry.id),
            higher.get(entry.id),
        )
        for entry in sorted(known.values(), key=_place)
    ]


def standing(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries that are neither superseded nor withdrawn, in order."""
    return [placed.entry for placed in history(entries) if placed.state == "linked"]


def occurred_on(entry: Entry) -> date:
    """Return the London date on which it happened."""
    return london_day(entry.occurred)


def london_day(occurred: str) -> date:
    """Return the London date that a date, or an instant with an offset, says."""
    return _order_of(occurred)[0]


def is_late(entry: Entry) -> bool:
    """Return whether it was heard more than one day after the day it happened."""
    return (_order_of(entry.time)[0] - occurred_on(entry)).days > 1


@lru_cache(maxsize=65536)
def day_of(text: str) -> date:
    """Return the date that `YYYY-MM-DD` says."""
    return date.fromisoformat(text)


def withdraws(withdrawal: Entry, entry: Entry) -> bool:
    """Return whether *withdrawal* names *entry*: same sender, record and version."""
    named = withdrawal.data.get("withdraws") or {}
    return (
        withdrawal.type == WITHDRAWAL != entry.type
        and withdrawal.source == entry.source
        and named.get("sourcerecord") == entry.sourcerecord
        and _is_named(entry, _versions_of(named))
    )


def is_move(entry: Entry) -> bool:
    """Return whether we say that a record is about another person, not its sender."""
    return entry.sourcerecord.startswith(MOVED)


def telling(entries: Sequence[Entry]) -> list[Entry]:
    """
    Return *entries* without moves that say nothing: the later version is here as well.

    Two persons of one sender may be one child; then a record that passed from one to
    the other was merely corrected.
    """
    if not any(is_move(entry) for entry in entries):
        return list(entries)
    highest: dict[tuple[str, str], int] = {}
    for entry in entries:
        if entry.type != WITHDRAWAL:
            record = (entry.source, entry.sourcerecord)
            highest[record] = max(
                entry.sourceversion, highest.get(record, entry.sourceversion)
            )
    return [entry for entry in entries if not _is_idle(entry, highest)]


def _is_idle(entry: Entry, highest: dict[tuple[str, str], int]) -> bool:
    """Return whether *entry* is a move of a version that a higher one supersedes."""
    if not is_move(entry):
        return False
    named = entry.data["withdraws"]
    top = highest.get((entry.source, named["sourcerecord"]))
    return top is not None and bool(top > named["sourceversion"])


def statement_of(entry: Entry) -> tuple[int, int]:
    """Return version and revision: of a record, the highest pair stands."""
    return entry.sourceversion, entry.revision


def organisations_named(entry: Entry) -> frozenset[str]:
    """Return the organisations that the data of *entry* name; not its sender."""
    return frozenset(filter(is_organisation, _texts(entry.data.values())))


def _texts(values: Iterable[object]) -> Iterator[str]:
    """Yield the texts among *values* and within the lists among them."""
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, list | tuple):
            yield from _texts(value)


@lru_cache(maxsize=65536)
def _order_of(text: str) -> Order:
    """
    Return the London date that *text* says, then the instant within it.

    A day without a time comes before every instant of that day. Within a day the
    instant itself decides, so the hour that the clocks repeat in October is in order.
    """
    if "T" not in text.upper():
        return date.fromisoformat(text), _NO_INSTANT
    instant = datetime.fromisoformat(text)
    return instant.astimezone(_LONDON).date(), instant.astimezone(UTC)


def _place(entry: Entry) -> tuple[Order, str, str]:
    """Return what a history is sorted by."""
    return _order_of(entry.occurred), entry.time, entry.id


def _superseded(entries: Collection[Entry]) -> dict[str, str]:
    """
    Return which entry supersedes which, by id: the lower one's to the higher one's.

    A withdrawal never supersedes what it withdraws, though senders may give both the
    same record id.
    """
    records: defaultdict[tuple[str, str, bool], list[Entry]] = defaultdict(list)
    for entry in entries:
        key = (entry.source, entry.sourcerecord, entry.type == WITHDRAWAL)
        records[key].append(entry)
    return {
        of: by
        for record in records.values()
        if len(record) > 1
        for of, by in _chain(record)
    }


def _chain(record: list[Entry]) -> Iterator[tuple[str, str]]:
    """Yield the links of one record; of one statement made twice, the first counts."""
    ordered = sorted(record, key=lambda e: (*statement_of(e), e.time, e.id))
    statements = [[e.id for e in same] for _, same in groupby(ordered, statement_of)]
    for first, *again in statements:
        yield from ((repeated, first) for repeated in again)
    for below, above in pairwise(statements):
        yield below[0], above[0]


def _statements_differ(known: dict[str, Entry], of: str, by: str) -> bool:
    """Return whether *by* states something else than *of*, not the same once more."""
    return statement_of(known[of]) != statement_of(known[by])


def _withdrawn(entries: Iterable[Entry]) -> Versions:
    """Return the versions that senders' withdrawals among *entries* take back."""
    return _named(e for e in entries if e.type == WITHDRAWAL and not is_move(e))


def _named(withdrawals: Iterable[Entry]) -> Versions:
    """Return the versions that *withdrawals* name."""
    named: defaultdict[tuple[str, str], set[Named]] = defaultdict(set)
    for entry in withdrawals:
        if what := entry.data.get("withdraws"):
            record = (entry.source, what["sourcerecord"])
            named[record].add(_versions_of(what))
    return named


def _versions_of(withdraws: Mapping[str, Any]) -> Named:
    """Return which versions a withdrawal's data name."""
    get = withdraws.get
    return get("sourceversion"), get("upto"), get("until")


def _is_named(entry: Entry, named: Named) -> bool:
    """Return whether *entry* states a version that is among those *named*."""
    one, upto, until = named
    version = entry.sourceversion
    if one not in {None, version} or (upto is not None and version > upto):
        return False
    return until is None or _heard(entry.time) <= _heard(until)


@lru_cache(maxsize=65536)
def _heard(text: str) -> datetime:
    """Return the instant that *text* says."""
    return datetime.fromisoformat(text)


def _state(
    entry: Entry, withdrawn: Versions, moved: Versions, *, superseded: bool
) -> State:
    """
    Return whether *entry* stands.

    A withdrawal is not itself withdrawn: what it took back is said again, under a
    higher version or a new record, or the withdrawal is corrected by its own next
    version. What moved to another person is superseded there.
    """
    if entry.type != WITHDRAWAL:
        if _names(withdrawn, entry):
            return "withdrawn"
        superseded = superseded or _names(moved, entry)
    return "superseded" if superseded else "linked"


def _names(versions: Versions, entry: Entry) -> bool:
    """Return whether *entry* is of one of *versions*."""
    named = versions.get((entry.source, entry.sourcerecord), ())
    return any(_is_named(entry, one) for one in named)
