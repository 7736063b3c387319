"""The clocks that statements would start, before anything is known of any child."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from schemas.clocks.clock import Clock, clocks_of
from schemas.clocks.rule import ClockRule
from schemas.entry import Entry
from schemas.events import category_of
from schemas.statement import Statement


def clocks_started(
    people: Mapping[str, Sequence[Statement]],
    source: str,
    rules: Sequence[ClockRule],
    *,
    today: date,
    at: str,
) -> Mapping[int, Sequence[Clock]]:
    """
    Return the clocks that statements would start, by the place of the one that does.

    Only what is stated together is looked at: what is known of the child already is
    not, so that a trial tells nobody anything about anyone.
    """
    started: defaultdict[int, list[Clock]] = defaultdict(list)
    for person, said in people.items():
        entries = [_entry(one, person, source, at) for one in said]
        for clock in clocks_of(entries, rules, today):
            started[int(clock.events[0])].append(clock)
    return started


def _entry(said: Statement, person: str, source: str, at: str) -> Entry:
    """Return a statement as the clocks would read it; its place is its id."""
    return Entry(
        id=str(said.place),
        type=said.type,
        source=source,
        time=at,
        knownat=at,
        occurred=said.occurred,
        occurredprecision=said.occurredprecision,
        category=category_of(said.type),
        sensitivity=said.sensitivity,
        correlationid=said.correlationid or "",
        causationid="",
        personref=person,
        sourcerecord=said.sourcerecord,
        sourceversion=said.sourceversion,
        data=said.data,
    )
