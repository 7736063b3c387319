"""Which events go into whose feed. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from schemas.clocks import ClockRule
from schemas.entry import Entry
from schemas.history import WITHDRAWAL
from services.runtime import refs
from services.runtime.decide import Reach, hears_of_clock, visible

RECALLED: Final = "person.recalled.v1"


@dataclass(frozen=True, slots=True)
class Notice:
    """A clock event or a link decision, as it was read."""

    id: str
    kind: str
    """`clock`, `link` or `recall`."""
    person: str
    clock: str | None
    said: Mapping[str, str]
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a feed before it has a position."""

    org: str
    event_id: str
    kind: str
    person: str


def recall(person: str, at: str) -> Notice:
    """
    Return the notice that tells a subscriber to discard what it has of *person*.

    What it may still have follows it in the feed. It gives no reason: whoever may know
    of a restriction is told by an event of its own. *at* is RFC 3339 UTC.
    """
    own = str(refs.made_id("recall", person, at))
    said = {
        "id": own,
        "source": "urn:throughline:delivery",
        "type": RECALLED,
        "time": at,
        "occurred": at,
        "occurredprecision": "instant",
        "personref": person,
        "knownat": at,
        "category": "identity",
        "sensitivity": "normal",
    }
    return Notice(own, "recall", person, None, said, {"persons": [person]})


def lines_for(
    reach: Reach,
    entries: Sequence[Entry],
    fresh: Sequence[Entry],
    given: Collection[str],
) -> list[Line]:
    """
    Return what a child's events add to the feed of the one who reaches it.

    The new events; of persons not *given* before, the earlier ones too. Both lists come
    in the order in which the stream had them, and keep it.
    """
    behind = [entry for entry in entries if entry.personref not in given]
    withdrawn = any(entry.type == WITHDRAWAL for entry in entries)
    judged = entries if behind or withdrawn else fresh
    wanted = {e.id for e in fresh} | {e.id for e in behind}
    return [
        Line(reach.org, entry.id, "event", entry.personref)
        for entry in visible(judged, reach)
        if entry.id in wanted or entry.type == WITHDRAWAL
    ]


def hears(reach: Reach, clock: str | None, rules: Iterable[ClockRule]) -> bool:
    """Return whether clock events of that kind go to the one who reaches the child."""
    of_kind = [rule for rule in rules if rule.clock == clock]
    return bool(of_kind) and all(hears_of_clock(reach, rule) for rule in of_kind)
