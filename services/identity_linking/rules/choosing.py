"""
Who is one child. Pure: a registry of what is known goes in, decisions come out.

A number links only together with a date of birth and a name, all agreeing; nothing
that contradicts is ever linked. A false link shows a child's record to the wrong
people; a missed one is a delay.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from schemas.identifiers import upn_is_temporary
from services.identity_linking.rules.names import by_own_names
from services.identity_linking.rules.registry import Registry, Stated


@dataclass(frozen=True, slots=True)
class Choice:
    """What the rules say of one person after a message."""

    reason: str
    """`founded`, `linked`, `joined`, or `kept` when nothing moves."""
    children: tuple[str, ...] = ()
    """Children that are one, the one that stays first; empty to found a new one."""
    evidence: tuple[str, ...] = ()
    doubts: tuple[tuple[str, str], ...] = ()
    """Children that matched and were not linked, with the reason; for a steward."""


def choose(registry: Registry, ref: str, named: str | None = None) -> Choice:
    """
    Return which child *ref* belongs to, by everything said of it so far.

    A person who has no child yet belongs to the one *named* by our reference, unless
    what is said of it contradicts that.
    """
    own = registry.persons[ref].child
    if named and not own and _fits(registry, ref, named):
        return Choice("linked", (named,), ("child-ref",))
    choice = _by_numbers(registry, ref, own)
    if named and not own:
        return replace(choice, doubts=(*choice.doubts, (named, "contradiction")))
    return choice


def _by_numbers(registry: Registry, ref: str, own: str | None) -> Choice:
    """
    Return which child the numbers lead to, with birth and name, or its sender's names.
    """
    matched = _matches(registry, ref)
    called, unclear = by_own_names(registry, ref)
    for child in called:
        matched.setdefault(child, set()).add("own-name")
    good = {c: e for c, e in matched.items() if c != own and _fits(registry, ref, c)}
    doubts = tuple(
        sorted((c, "contradiction") for c in matched if c != own and c not in good)
    )
    doubts += tuple(
        sorted((c, "several-children") for c in unclear - good.keys() if c != own)
    )
    if not _one_child(registry, good):
        doubts += tuple(sorted((child, "several-children") for child in good))
        good = {}
    evidence = tuple(sorted({word for words in good.values() for word in words}))
    if not good:
        return Choice(
            "kept" if own else "founded", (own,) if own else (), doubts=doubts
        )
    children = sorted({*good, *([own] if own else [])}, key=_by_age(registry))
    reason = "joined" if len(children) > 1 else "linked"
    return Choice(reason, tuple(children), evidence, doubts)


def _by_age(registry: Registry) -> Any:  # noqa: ANN401 - a sort key
    """Return the sort key that puts the child founded first in front."""
    return lambda child: (registry.founded[child], child)


def _matches(registry: Registry, ref: str) -> dict[str, set[str]]:
    """Return the children that something said of *ref* agrees with, and by what."""
    found: dict[str, set[str]] = {}
    for said in registry.persons[ref].said:
        for number in said.numbers:
            for other in registry.by_number.get(number, set()) - {ref}:
                child = registry.persons[other].child
                if child and _agree(registry.persons[other].said, said, number):
                    found.setdefault(child, set()).add(f"{number[0]}+birth+name")
    return found or _own_bare(registry, ref)


def _own_bare(registry: Registry, ref: str) -> dict[str, set[str]]:
    """
    Return the one child that a number alone leads to among its sender's own persons.

    A sender that has given the number with full particulars may use it alone; anyone
    else's number alone proves nothing (design §3).
    """
    person = registry.persons[ref]
    if not person.said or not all(said.bare for said in person.said):
        return {}
    children = {
        known.child
        for said in person.said
        for number in said.numbers
        for other in registry.by_number.get(number, set()) - {ref}
        if (known := registry.persons[other]).sender == person.sender
        and known.child
        and any(s.born and (s.family_name or s.given_name) for s in known.said)
    }
    return {children.pop(): {"own-number"}} if len(children) == 1 else {}


def bare_followers(registry: Registry, ref: str) -> list[str]:
    """Return the persons whose number alone may follow where *ref* has gone."""
    sender = registry.persons[ref].sender
    return sorted(
        other
        for said in registry.persons[ref].said
        for number in said.numbers
        for other in registry.by_number.get(number, set()) - {ref}
        if registry.persons[other].sender == sender
        and all(known.bare for known in registry.persons[other].said)
    )


def _agree(said: Iterable[Stated], mine: Stated, number: tuple[str, str]) -> bool:
    """Return whether something in *said* gives *number* and agrees with *mine*."""
    return any(number in one.numbers and _same_child(one, mine) for one in said)


def _same_child(one: Stated, other: Stated) -> bool:
    """Return whether birth and every name that both give agree, at least one name."""
    if not one.born or one.born != other.born:
        return False
    names = [
        (plain(one.family_name), plain(other.family_name)),
        (plain(one.given_name), plain(other.given_name)),
    ]
    both = [(a, b) for a, b in names if a and b]
    return bool(both) and all(a == b for a, b in both)


def plain(name: str | None) -> str:
    """Return *name* without case, accents, spaces, hyphens and apostrophes."""
    spread = unicodedata.normalize("NFKD", (name or "").casefold())
    return "".join(letter for letter in spread if letter.isalnum())


def _fits(registry: Registry, ref: str, child: str) -> bool:
    """Return whether no person of *child* contradicts, or is parted from, *ref*'s."""
    own = registry.persons[ref].child
    mine = registry.members.get(own, set()) | {ref} if own else {ref}
    return all(
        _may_join(registry, one, other)
        for one in mine
        for other in registry.members.get(child, set())
    )


def _one_child(registry: Registry, children: Iterable[str]) -> bool:
    """Return whether none of *children* contradicts another: matching is no chain."""
    listed = sorted(children)
    return all(
        _may_join(registry, one, other)
        for place, child in enumerate(listed)
        for rest in listed[place + 1 :]
        for one in registry.members[child]
        for other in registry.members[rest]
    )


def _may_join(registry: Registry, one: str, other: str) -> bool:
    """Return whether two persons may be of one child."""
    if (min(one, other), max(one, other)) in registry.parted:
        return False
    return not any(
        _contradict(registry, a, b)
        for a in registry.persons[one].said
        for b in registry.persons[other].said
    )


def _contradict(registry: Registry, one: Stated, other: Stated) -> bool:
    """Return whether two statements cannot be about one child."""
    if one.born and other.born and one.born != other.born:
        return True
    mine, theirs = one.good_nhs_number, other.good_nhs_number
    if mine and theirs and not registry.is_one_number(mine, theirs):
        return True
    upn, upn_of_other = _lasting(one.good_upn), _lasting(other.good_upn)
    return bool(upn and upn_of_other and upn != upn_of_other)


def _lasting(upn: str | None) -> str | None:
    """Return *upn* unless it is temporary: a permanent one may follow it."""
    return None if upn is None or upn_is_temporary(upn) else upn
