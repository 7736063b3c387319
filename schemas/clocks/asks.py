"""What bodies were asked for and have not given: before and after it reached them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from schemas.clocks import counting
from schemas.clocks.facts import Facts, applying, facts_of, stops_of
from schemas.clocks.pairing import Open, pairs
from schemas.clocks.rule import ClockRule
from schemas.entry import Entry
from schemas.history import standing

ACKNOWLEDGED_IN: Final = 2
"""Working days in which a body says that a request reached it; ours, not the law's."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request of one body."""

    start: Entry
    sent_on: date
    received_on: date | None
    """None: nobody has said that it arrived, so no time runs yet."""
    due: date | None
    """Last day; None before it arrived."""
    open: bool
    """Neither answered nor taken back."""
    explained: str | None

    @property
    def acknowledge_by(self) -> date:
        """Return the last day on which its receipt is said in time."""
        return counting.working_days(self.sent_on, ACKNOWLEDGED_IN)

    def unacknowledged(self, today: date) -> bool:
        """Return whether nobody has said in time that it arrived."""
        return self.open and not self.received_on and today > self.acknowledge_by


def asks_of(entries: Iterable[Entry], rule: ClockRule) -> list[Ask]:
    """Return every request that starts a clock of *rule* when it is received."""
    current = standing(e for e in entries if e.sensitivity != "safeguarding")
    read = [entry for entry in current if entry.category in rule.reads]
    begun = list(facts_of(rule, read))
    known = {facts.start.id for facts in begun}
    used = {facts.end.entry.id for facts in begun if facts.end}
    arrived = (_arrived(rule, facts) for facts in begun)
    return [*arrived, *_waiting(rule, read, known, used)]


def _arrived(rule: ClockRule, facts: Facts) -> Ask:
    """Return a request that arrived."""
    return Ask(
        start=facts.start,
        sent_on=rule.start.on(facts.start),
        received_on=facts.started,
        due=rule.due(facts.started),
        open=facts.end is None,
        explained=facts.explained,
    )


def _waiting(
    rule: ClockRule, read: Sequence[Entry], known: set[str], used: set[str]
) -> Iterator[Ask]:
    """Yield the requests of which nobody says that they arrived."""
    sent = [Open(a.entry, a.on) for a in applying(rule.start, read)]
    opens = [start for start in sent if start.entry.id not in known]
    stops = stops_of(rule, opens, read)
    waiting = [
        replace(o, until=stops[o.entry.id].on if o.entry.id in stops else None)
        for o in opens
    ]
    answers = [a for a in applying(rule.met_by, read) if a.entry.id not in used]
    met = pairs(rule, waiting, answers)
    for start in opens:
        done = start.entry.id in met or start.entry.id in stops
        yield Ask(start.entry, start.since, None, None, not done, None)
