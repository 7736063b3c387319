"""
Who may see what: one pure function, and everything is denied by default.

`reach` asks once for a viewer and a child, `decide` for each event, and both look
things up that `agreements_of` made ready. Nothing that a viewer may not see takes part
in an answer, so it cannot change one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from schemas.agreement import Agreement
from schemas.clocks import ClockRule
from schemas.entry import Entry
from schemas.history import telling, withdraws
from schemas.naming import Naming
from services.runtime.terms import (
    DENIED,
    WITHOUT_A_ROLE,
    Agreements,
    Decision,
    Terms,
    Viewer,
    in_force,
)

_BARE_WITHDRAWAL: Final = frozenset({"withdraws"})
_DRIVES_CLOCKS: Final = frozenset({"normal", "restricted"})


_Seen = tuple[Entry, Decision]


@dataclass(frozen=True, slots=True)
class Reach:
    """That a viewer may see something of a child, and under which agreement."""

    org: str
    role: str
    terms: Terms
    own_only: bool = False
    """The child is outside the agreement's area; only what the viewer sent is seen."""

    @property
    def agreement(self) -> Agreement:
        """The agreement that holds."""
        return self.terms.agreement


def reach(
    viewer: Viewer, namings: Collection[Naming], agreements: Agreements
) -> Reach | None:
    """
    Return under which agreement *viewer* sees something of a child, or None.

    One role acts: the first of the token's that has an agreement in force. Under it
    the first agreement that covers the child holds alone; nothing is added up.
    """
    role, terms = _acting(viewer, agreements)
    for one in terms:
        if any(_covers(one, naming, viewer.org) for naming in namings):
            return Reach(viewer.org, role, one)
    if terms and any(naming.own and naming.org == viewer.org for naming in namings):
        return Reach(viewer.org, role, terms[0], own_only=True)
    return None


def decide(
    reach: Reach | None, *, category: str, sensitivity: str, source: str
) -> Decision:
    """Return whether an event of that kind, sent by *source*, may be shown."""
    if reach is None:
        return DENIED
    if source == reach.org:
        return reach.terms.own
    if reach.own_only or sensitivity not in reach.agreement.sensitivities:
        return DENIED
    return reach.terms.granted.get(category, DENIED)


def visible(entries: Iterable[Entry], reach: Reach | None) -> list[Entry]:
    """
    Return the entries that may be shown, each with the data that may be shown.

    A withdrawal is shown with what it takes back, and to its sender: so one that
    names nothing visible is no sign of anything, and one that arrived first appears
    when what it names does.
    """
    whole = list(entries)
    seen = {e.id: (e, d) for e in whole if (d := _of(reach, e)).permitted}
    records = _by_record(seen.values())
    takes_back = {
        e.id: (e, also)
        for e in whole
        if e.id not in seen and (also := _of_withdrawal(reach, e, records))
    }
    shown = seen | takes_back
    told = telling([entry for entry in whole if entry.id in shown])
    return [_shown(*shown[entry.id]) for entry in told]


def visible_clocks_rules(
    reach: Reach | None, rules: Iterable[ClockRule]
) -> list[ClockRule]:
    """
    Return the rules whose clocks may be shown, computed from the visible entries.

    A clock is shown to those who see in full all that it could rest on: with less,
    they would be shown a wrong one.
    """
    if reach is None or reach.own_only:
        return []
    return [rule for rule in rules if _sees_all_of(reach.terms, rule)]


def hears_of_clock(reach: Reach | None, rule: ClockRule) -> bool:
    """
    Return whether the clock events of *rule* may be delivered.

    They are made once for everybody, from all entries that are not about
    safeguarding, so a recipient must be one who may see each of those.
    """
    return bool(visible_clocks_rules(reach, [rule])) and (
        reach is not None and reach.agreement.sensitivities >= _DRIVES_CLOCKS
    )


def _acting(viewer: Viewer, agreements: Agreements) -> tuple[str, list[Terms]]:
    """Return the role that acts, and what it was granted; nothing if none does."""
    for role in viewer.roles or WITHOUT_A_ROLE:
        held = in_force(viewer, role, agreements)
        if held:
            return role, [terms for terms in held if terms.granted]
    return "", []


def _covers(terms: Terms, naming: Naming, org: str) -> bool:
    """Return whether *naming* makes the child one of those the agreement is about."""
    if terms.councils is not None:
        return naming.org in terms.councils and _names(terms, naming)
    return naming.org == org and (naming.sent_and_stands or _names(terms, naming))


def _names(terms: Terms, naming: Naming) -> bool:
    """Return whether it comes from an event that may be seen, and still stands."""
    return _sees(terms, naming.category, naming.sensitivity) and not any(
        _sees(terms, *undoer) for undoer in naming.undone_by
    )


def _sees(terms: Terms, category: str, sensitivity: str) -> bool:
    """Return whether the agreement grants both."""
    return category in terms.granted and sensitivity in terms.agreement.sensitivities


def _sees_all_of(terms: Terms, rule: ClockRule) -> bool:
    """Return whether every member that the clock reads is shown as content."""
    return all(
        (granted := terms.granted.get(category, DENIED)).mode == "content"
        and (granted.fields is None or granted.fields >= members)
        for category, members in rule.members.items()
    )


def _of(reach: Reach | None, entry: Entry) -> Decision:
    """Return the decision on *entry*."""
    return decide(
        reach,
        category=entry.category,
        sensitivity=entry.sensitivity,
        source=entry.source,
    )


def _by_record(seen: Iterable[_Seen]) -> Mapping[tuple[str, str], list[_Seen]]:
    """Return what is seen by its sender's record."""
    records: defaultdict[tuple[str, str], list[_Seen]] = defaultdict(list)
    for entry, decision in seen:
        records[entry.source, entry.sourcerecord].append((entry, decision))
    return records


def _of_withdrawal(
    reach: Reach | None,
    entry: Entry,
    records: Mapping[tuple[str, str], Sequence[_Seen]],
) -> Decision | None:
    """Return the decision on a withdrawal: that on what it takes back, if seen."""
    if reach is None or entry.sensitivity not in reach.agreement.sensitivities:
        return None
    record = (entry.data.get("withdraws") or {}).get("sourcerecord", "")
    seen = records.get((entry.source, record), ())
    named = [decision for other, decision in seen if withdraws(entry, other)]
    whole = [decision for decision in named if decision.whole]
    bare = [replace(d, mode="content", fields=_BARE_WITHDRAWAL) for d in named]
    return next(iter(whole or bare), None)


def _shown(entry: Entry, decision: Decision) -> Entry:
    """Return *entry* with the data that may be shown."""
    if decision.whole:
        return entry
    shown = decision.fields if decision.mode == "content" else None
    return replace(
        entry, data={k: v for k, v in entry.data.items() if k in (shown or ())}
    )
