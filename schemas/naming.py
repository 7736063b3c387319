"""Whom the events of one child name: what makes a child one of an agency's circle."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from schemas.agreement import WITHDRAWAL_CATEGORY
from schemas.entry import Entry
from schemas.history import WITHDRAWAL, history, organisations_named, withdraws

_Record = tuple[str, str, bool]
"""Sender, record, and whether it is of withdrawals."""


@dataclass(frozen=True, slots=True)
class Naming:
    """That an organisation sent, or is named in, an event of the child."""

    org: str
    category: str
    sensitivity: str
    own: bool
    """It sent the event."""
    undone_by: frozenset[tuple[str, str]] = frozenset()
    """
    Category and sensitivity of what superseded or withdrew the event: it no longer
    names anyone to a viewer who may see one of these.
    """

    @property
    def sent_and_stands(self) -> bool:
        """
        Whether it sent the event and has not taken it back.

        Whoever sent something of the wrong child, and says so, does not go on seeing
        that child.
        """
        withdrawal = self.category == WITHDRAWAL_CATEGORY
        return self.own and not self.undone_by and not withdrawal


def namings(entries: Iterable[Entry]) -> frozenset[Naming]:
    """Return who sent, and who is named in, the events of one child."""
    records: defaultdict[_Record, list[Entry]] = defaultdict(list)
    withdrawals: defaultdict[_Record, list[Entry]] = defaultdict(list)
    for placed in history(entries):
        entry = placed.entry
        takes_back = entry.type == WITHDRAWAL
        records[entry.source, entry.sourcerecord, takes_back].append(entry)
        if takes_back and placed.state == "linked":
            named = entry.data.get("withdraws") or {}
            withdrawals[entry.source, named.get("sourcerecord", ""), False].append(
                entry
            )
    return frozenset(
        naming
        for key, record in records.items()
        for entry, beaten_by in _beaten(record)
        for naming in _named_by(
            entry, beaten_by | _taken_back(entry, withdrawals.get(key, ()))
        )
    )


def _named_by(entry: Entry, undone_by: frozenset[tuple[str, str]]) -> Iterator[Naming]:
    """Yield the sender of *entry* and those whom its data name."""
    said = (entry.category, entry.sensitivity)
    yield Naming(entry.source, *said, own=True, undone_by=undone_by)
    for org in organisations_named(entry) - {entry.source}:
        yield Naming(org, *said, own=False, undone_by=undone_by)


def _beaten(
    record: Iterable[Entry],
) -> Iterator[tuple[Entry, frozenset[tuple[str, str]]]]:
    """
    Yield each entry of a record with category and sensitivity of what supersedes it.

    A higher version does, and of one version stated twice the one that came first.
    """
    higher: frozenset[tuple[str, str]] = frozenset()
    stated = sorted(record, key=lambda e: (-e.sourceversion, -e.revision, e.time, e.id))
    for entry in stated:
        yield entry, higher
        higher |= {(entry.category, entry.sensitivity)}


def _taken_back(
    entry: Entry, withdrawals: Iterable[Entry]
) -> frozenset[tuple[str, str]]:
    """
    Return as what a viewer would see that *entry* was taken back.

    A withdrawal is seen by those who see what it withdraws and its own sensitivity.
    """
    return frozenset(
        (entry.category, w.sensitivity) for w in withdrawals if withdraws(w, entry)
    )
