"""What has changed about a child's clocks, and what is to be warned of. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from schemas.clocks import Clock, ClockRule, clocks_of, revision_of
from schemas.clocks.asks import Ask, asks_of
from schemas.entry import Entry
from schemas.history import standing

_DIED: Final = "person.died.v1"
_PLAN: Final = "ehcp.final"
_WEEK: Final = 7

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
    clock: str
    """Its kind: the name of the rule's clock."""
    home: str
    """The child under whose key all that is published of it is put."""
    child: str = ""
    """Whose it was when it was last published; nobody's once it is withdrawn."""

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
    home: str
    """As `Kept.home`."""


def has_died(entries: Iterable[Entry]) -> bool:
    """Return whether a standing event says that the child has died."""
    every = list(entries)
    return any(entry.type == _DIED for entry in every) and any(
        entry.type == _DIED for entry in standing(every)
    )


def changes(
    before: Mapping[str, Kept], now: Iterable[Clock], child: str
) -> list[Change]:
    """
    Return what is to be published so that readers know the clocks of *now*.

    They are of *child* today; a clock of which something was published stays in the lane
    of its home: of two lanes, a reader that is behind could read the later one first.
    """
    found: list[Change] = []
    for clock in now:
        kept = before.get(clock.id)
        number, home = (kept.changes, kept.home) if kept else (0, child)
        if kept is None or kept.facts != clock.facts:
            for kind in _kinds(kept, clock):
                number += 1
                found.append(Change(kind, clock, number, home))
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


def kept_after(change: Change) -> Kept:
    """Return what to keep of a clock once *change* was published of it."""
    own, number = change.clock, change.number
    return Kept(own.id, own.facts, _ended(own), number, own.clock, change.home)


def kept_of(body: Mapping[str, Any], home: str) -> Kept:
    """Return what to keep of a clock of which *body* was published last."""
    own, number = body["id"], body["revision"]
    if body["change"] == "withdrawn":
        return Kept(own, "", ended=True, changes=number, clock=body["clock"], home=home)
    names = ("owed_by", "started", "due", "met_on", "stopped_on")
    revision = revision_of(own, *(body[name] for name in names))
    facts = "|".join(filter(None, (revision, body["explained"])))
    ended = body["met_on"] is not None or body["stopped_on"] is not None
    return Kept(own, facts, ended, number, body["clock"], home)


def gone(
    before: Mapping[str, Kept],
    now: Iterable[Clock],
    counted: Mapping[str, Iterable[ClockRule]],
) -> list[str]:
    """Return the clocks whose start no longer stands, of those *counted*, by child."""
    standing = {clock.id for clock in now}
    names = {child: {r.clock for r in rules} for child, rules in counted.items()}
    return sorted(
        own
        for own, kept in before.items()
        if kept.facts
        and own not in standing
        and kept.clock in names.get(kept.child, ())
    )


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


@dataclass(frozen=True, slots=True)
class Asked:
    """Where a request is found: by whom it asks, and by who asked."""

    ask_id: str
    org: str
    person_ref: str
    open: bool
    """False only where everybody who may see the request sees that it is done."""


def asked(entries: Sequence[Entry], rules: Iterable[ClockRule]) -> Iterator[Asked]:
    """
    Yield where the requests of one child are found.

    A request counts as done when events of ordinary sensitivity say so: whoever may
    see the request may see those, so nobody misses one that is open to them.
    """
    usual = [entry for entry in entries if entry.sensitivity == "normal"]
    for rule in receipts(rules):
        open_ids = {ask.start.id for ask in asks_of(usual, rule) if ask.open}
        for entry in filter(rule.start.said_by, entries):
            open_ = entry.sensitivity != "normal" or entry.id in open_ids
            for org in {entry.source, _body(rule, entry)}:
                yield Asked(entry.id, org, entry.personref, open_)


def receipts(rules: Iterable[ClockRule]) -> list[ClockRule]:
    """Return the rules of clocks that start when a body has received a request."""
    return [rule for rule in rules if rule.received]


def owed(
    seen: Sequence[Entry], rules: Sequence[ClockRule], org: str, today: date
) -> list[dict[str, Any]]:
    """Return what of *seen* is open and asked of *org*, or by it; as the API says it."""
    plan = _plan(seen, rules, today)
    return [
        _shown(rule, ask, plan, today)
        for rule in receipts(rules)
        for ask in asks_of(seen, rule)
        if ask.open and org in {ask.start.source, _body(rule, ask.start)}
    ]


def owing(
    seen: Sequence[Entry],
    rules: Sequence[ClockRule],
    org: str,
    today: date,
    live_from: Mapping[str, date],
) -> Counter[str]:
    """
    Return how much of one child *org* owes, and what it asked for and hears nothing of.

    What began before its source was live (*live_from*) is left out, as of warnings.
    """
    found = Counter[str]()
    for rule in receipts(rules):
        for ask in asks_of(seen, rule):
            if ask.open and ask.sent_on >= live_from.get(ask.start.source, date.min):
                found.update(_steps(ask, _body(rule, ask.start), org, today))
    others = [rule for rule in rules if not rule.received]
    for clock in clocks_of(seen, others, today):
        kind = warning(clock, today, live_from)
        if clock.owed_by == org and kind in ("due_soon", "breached"):
            found[kind] += 1
    return found


def _steps(ask: Ask, body: str, org: str, today: date) -> Iterator[str]:
    """Yield what *org* is to do about one open request, as a digest counts it."""
    if org == body:
        yield "answer" if ask.received_on else "acknowledge"
        if ask.due and today > ask.due:
            yield "overdue"
    if org == ask.start.source != body and ask.unacknowledged(today):
        yield "unacknowledged"


def _body(rule: ClockRule, entry: Entry) -> str:
    """Return whom a request asks."""
    named: str = entry.data.get(rule.owed_by) or entry.source
    return named


def _plan(
    seen: Sequence[Entry], rules: Sequence[ClockRule], today: date
) -> Clock | None:
    """Return the clock of the plan that all this is for, if one is running."""
    plans = [rule for rule in rules if rule.clock == _PLAN]
    running = [c for c in clocks_of(seen, plans, today) if not _ended(c)]
    return running[0] if running else None


def _shown(
    rule: ClockRule, ask: Ask, plan: Clock | None, today: date
) -> dict[str, Any]:
    """Return one open request as the API says it."""
    body = _body(rule, ask.start)
    unknown = ask.explained is not None and "not known" in ask.explained
    return {
        "id": ask.start.id,
        "type": ask.start.type,
        "title": rule.title,
        "regulation": rule.regulation,
        "correlationid": ask.start.correlationid,
        "asked_by": ask.start.source,
        "body": body,
        "advice": ask.start.data.get("advice"),
        "sent_on": ask.sent_on.isoformat(),
        "acknowledge_by": ask.acknowledge_by.isoformat(),
        "unacknowledged": ask.unacknowledged(today),
        "received_on": ask.received_on.isoformat() if ask.received_on else None,
        "due": ask.due.isoformat() if ask.due else None,
        "overdue": bool(ask.due and today > ask.due),
        "explained": ask.explained,
        "waiting_on": ask.start.source if unknown else body,
        "plan": _weeks(plan, today) if plan else None,
    }


def _weeks(plan: Clock, today: date) -> dict[str, Any]:
    """Return in which week of its limit the plan is, counted from 1."""
    limit = (plan.due - plan.started).days // _WEEK
    return {
        "week": max((today - plan.started).days // _WEEK + 1, 1),
        "weeks": limit,
        "due": plan.due.isoformat(),
    }
