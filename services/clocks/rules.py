"""What has changed about a child's clocks, and what is to be warned of. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from schemas.clocks import Clock, revision_of

Kind = Literal[
    "started",
    "due_soon",
    "met",
    "met_late",
    "breached",
    "explained",
    "stopped",
    "withdrawn",
]


@dataclass(frozen=True, slots=True)
class Kept:
    """A clock as it was last published."""

    clock_id: str
    facts: str
    """Its `facts`: dates, debtor, explanation; empty once it is withdrawn."""
    ended: bool
    changes: int

    @property
    def revision(self) -> str:
        """Its dates and debtor alone: what warnings are about."""
        return self.facts.partition("|")[0]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to publish of a clock."""

    kind: Kind
    clock: Clock
    number: int
    """Counts what was published of this clock, from 1."""


def changes(before: Mapping[str, Kept], now: Iterable[Clock]) -> list[Change]:
    """Return what is to be published so that readers know the clocks of *now*."""
    found: list[Change] = []
    for clock in now:
        kept = before.get(clock.id)
        number = kept.changes if kept else 0
        if kept is None or kept.facts != clock.facts:
            for kind in _kinds(kept, clock):
                number += 1
                found.append(Change(kind, clock, number))
    return found


def _kinds(kept: Kept | None, clock: Clock) -> Iterable[Kind]:
    """Yield what there is to say about a clock that is new or has changed."""
    revision, _, explained = kept.facts.partition("|") if kept else ("", "", "")
    if revision != clock.revision:
        if kept is None or kept.ended or not _ended(clock):
            yield "started"
        if clock.met_on:
            yield "met" if clock.met_on <= clock.due else "met_late"
        elif clock.stopped_on:
            yield "stopped"
    if explained != (clock.explained or ""):
        yield "explained"


def _ended(clock: Clock) -> bool:
    """Return whether nothing more is owed."""
    return clock.met_on is not None or clock.stopped_on is not None


def kept_after(clock: Clock, number: int) -> Kept:
    """Return what to keep of *clock* once *number* things were published of it."""
    return Kept(clock.id, clock.facts, _ended(clock), number)


def kept_of(body: Mapping[str, Any]) -> Kept:
    """Return what to keep of a clock of which *body* was published last."""
    own, number = body["id"], body["revision"]
    if body["change"] == "withdrawn":
        return Kept(own, "", ended=True, changes=number)
    names = ("owed_by", "started", "due", "met_on", "stopped_on")
    revision = revision_of(own, *(body[name] for name in names))
    facts = "|".join(filter(None, (revision, body["explained"])))
    ended = body["met_on"] is not None or body["stopped_on"] is not None
    return Kept(own, facts, ended, number)


def gone(before: Mapping[str, Kept], now: Iterable[Clock]) -> list[str]:
    """Return the clocks whose start no longer stands."""
    standing = {clock.id for clock in now}
    return sorted(k for k, kept in before.items() if kept.facts and k not in standing)


def warning(
    clock: Clock, day: date, live_from: Mapping[str, date] | None = None
) -> Kind | None:
    """
    Return what *day*'s tick has to say of *clock*, as it stands on that day.

    Of one that started before its source was live (*live_from*), nothing.
    """
    if live_from and clock.started < live_from.get(clock.source, date.min):
        return None
    if clock.state == "due_soon" and day <= clock.due:
        return "due_soon"
    if clock.state == "breached" and day > clock.due:
        return "breached"
    lapsed = clock.state == "stopped" and not _ended(clock)
    return "stopped" if lapsed else None
