"""
What a set of entries amounts to: their order, which stand, which came late.

Everything here is a function of the set: the order in which entries arrived, and
whether a correction or a withdrawal came before what it names, changes nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Final, Literal
from zoneinfo import ZoneInfo

from schemas.entry import Entry
from schemas.identifiers import is_organisation

WITHDRAWAL: Final = "event.withdrawn.v1"
_LONDON: Final = ZoneInfo("Europe/London")
_NO_INSTANT: Final = datetime.min.replace(tzinfo=UTC)

State = Literal["linked", "superseded", "withdrawn"]
Order = tuple[date, datetime]


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
    lower = {by: of for of, by in higher.items() if _versions_differ(known, of, by)}
    withdrawn = _withdrawn(e for e in known.values() if e.id not in higher)
    return [
        Placed(
            entry,
            _state(entry, withdrawn, superseded=entry.id in higher),
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
    return _order_of(entry.occurred)[0]


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
        and named.get("sourceversion") in {None, entry.sourceversion}
    )


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


def _version(entry: Entry) -> int:
    """Return the version of the sender's record that *entry* states."""
    return entry.sourceversion


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
    """Yield the links of one record; of one version stated twice, the first counts."""
    ordered = sorted(record, key=lambda e: (e.sourceversion, e.time, e.id))
    versions = [[e.id for e in same] for _, same in groupby(ordered, _version)]
    for first, *again in versions:
        yield from ((repeated, first) for repeated in again)
    for below, above in pairwise(versions):
        yield below[0], above[0]


def _versions_differ(known: dict[str, Entry], of: str, by: str) -> bool:
    """Return whether *by* states another version than *of*, not the same one again."""
    return known[of].sourceversion != known[by].sourceversion


def _withdrawn(entries: Iterable[Entry]) -> dict[tuple[str, str], set[int | None]]:
    """Return the versions that withdrawals name, by sender and record; None is all."""
    named: defaultdict[tuple[str, str], set[int | None]] = defaultdict(set)
    for entry in entries:
        if entry.type == WITHDRAWAL and (what := entry.data.get("withdraws")):
            record = (entry.source, what["sourcerecord"])
            named[record].add(what.get("sourceversion"))
    return named


def _state(
    entry: Entry,
    withdrawn: dict[tuple[str, str], set[int | None]],
    *,
    superseded: bool,
) -> State:
    """
    Return whether *entry* stands.

    A withdrawal is not itself withdrawn: what it took back is said again, under a
    higher version or a new record, or the withdrawal is corrected by its own next
    version.
    """
    named = withdrawn.get((entry.source, entry.sourcerecord), ())
    if entry.type != WITHDRAWAL and (None in named or entry.sourceversion in named):
        return "withdrawn"
    return "superseded" if superseded else "linked"
