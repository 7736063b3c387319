"""One batch of translated events while it is decided about."""

from dataclasses import dataclass, field
from datetime import datetime

from services.identity_linking import rules, store, translate
from services.identity_linking.translate import Claim, Told


@dataclass(slots=True)
class Batch:
    """What a batch of events changes, gathered before it is written."""

    registry: rules.Registry
    epoch: int
    knownat: datetime
    stamp: str
    """`knownat` as events carry it."""
    known: dict[Claim, store.Known]
    """Which event holds what this batch claims, whichever door it came by."""
    sent: list[Told] = field(default_factory=list)
    """What went on, in order."""
    places: dict[str, str] = field(default_factory=dict)
    """Child of each person of the batch."""
    decided: list[translate.Decided] = field(default_factory=list)
    founded: list[tuple[str, int]] = field(default_factory=list)
    joined: list[tuple[str, str]] = field(default_factory=list)
    reviews: set[tuple[str, str, str]] = field(default_factory=set)
    """Person, child that it was not linked to or that it has left, and why."""
    refused: set[tuple[str, str]] = field(default_factory=set)
    """Statements of which nothing is kept, by person and digest."""

    def today(self, child: str) -> str:
        """Return what *child* is called since this batch's joins."""
        joined = dict(self.joined)
        while child in joined:
            child = joined[child]
        return child
