"""Scope rules and cohorts as they lie in files, and what they say of one statement."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import yaml
from pydantic import ValidationError

from schemas.errors import Stopped
from schemas.events import category_of
from schemas.scope import SCHEMES, ScopeFile, ScopeRule, listed_by
from schemas.statement import Statement
from services.runtime import refs
from services.runtime.settings import Shared


@dataclass(frozen=True, slots=True)
class Rules:
    """Every rule, and every list that one of them names."""

    rules: tuple[ScopeRule, ...]
    cohorts: Mapping[str, frozenset[str]]
    """Keyed hashes of identifiers, by the list's name."""


@dataclass(frozen=True, slots=True)
class Held:
    """What holds for one publisher on one day."""

    everyone: bool
    services: frozenset[str]
    listed: frozenset[str]
    """Keyed hashes of the identifiers that its cohorts list."""

    @property
    def narrow(self) -> bool:
        """Whether anyone is left out."""
        return not self.everyone


_IDENTITY: Final = "identity"
"""Category of what comes beside a referral to say whose it is."""
_EVERYONE: Final = Held(everyone=True, services=frozenset(), listed=frozenset())


def listed(key: bytes, scheme: str, value: str) -> str:
    """Return the keyed hash by which a cohort lists an identifier."""
    return refs.keyed(key, "cohort", scheme, value)


def held_for(
    rules: Rules, publisher: str, day: date, *, development: bool
) -> Held | None:
    """Return what holds; None where nothing may be taken from *publisher*."""
    own = [r for r in rules.rules if r.publisher == publisher and r.in_force(day)]
    if not own:
        return _EVERYONE if development else None
    return Held(
        everyone=any(rule.hears_of == "everyone" for rule in own),
        services=frozenset(name for rule in own for name in rule.services),
        listed=frozenset[str]().union(
            *(rules.cohorts[rule.cohort] for rule in own if rule.cohort)
        ),
    )


def is_inside(held: Held, statement: Statement, key: bytes) -> bool:
    """
    Return whether *statement* is about a child that the rules are about.

    A withdrawal that names no person says of no child anything but that one of the
    sender's records no longer holds.
    """
    if held.everyone or not statement.person:
        return True
    if statement.data.get("service") in held.services:
        return True
    return any(listed(key, *one) in held.listed for one in listed_by(statement.person))


def beside(
    statements: Sequence[Statement], left: Collection[int], publisher: str, key: bytes
) -> frozenset[int]:
    """
    Return which of those *left* out may stay beside others that are inside.

    They say who a child is, and of no service anything; the others are of that child.
    """
    inside = {
        refs.person_ref(key, publisher, one.person)
        for index, one in enumerate(statements)
        if one.person and index not in left
    }
    return frozenset(
        index
        for index in left
        if _says_who(statements[index])
        and refs.person_ref(key, publisher, statements[index].person) in inside
    )


def _says_who(statement: Statement) -> bool:
    """Return whether it states who a child is; a row of a file has no type yet."""
    return bool(statement.type) and category_of(statement.type) == _IDENTITY


def read(shared: Shared) -> Rules:
    """Return what the files say; raises Stopped naming a bad or missing one."""
    files = sorted((shared.contracts / "scope").glob("*.yaml"))
    rules = tuple(rule for path in files for rule in _file(path).rules)
    names = {rule.cohort for rule in rules if rule.cohort}
    return Rules(rules, {name: _cohort(shared.cohort_folder / name) for name in names})


def _file(path: Path) -> ScopeFile:
    """Return one file of rules; raises Stopped."""
    try:
        return ScopeFile.model_validate(yaml.safe_load(path.read_text()))
    except (ValidationError, yaml.YAMLError) as bad:
        why = type(bad).__name__
        raise Stopped(f"{path.name} cannot be understood: {why}") from bad


def _cohort(path: Path) -> frozenset[str]:
    """Return the hashes that a list holds, one a line; raises Stopped."""
    try:
        return frozenset(path.read_text("ascii").split())
    except (OSError, UnicodeDecodeError):
        raise Stopped(f"the cohort {path.name} is not there or not readable") from None


def stamped(shared: Shared) -> str:
    """Return what changes when a file of rules or a cohort does."""
    files = [*(shared.contracts / "scope").glob("*.yaml")]
    files += [path for path in shared.cohort_folder.glob("*") if path.is_file()]
    seen = [f"{path} {path.stat().st_mtime_ns}" for path in sorted(files)]
    return hashlib.sha256("\n".join(seen).encode()).hexdigest()


def cohort_lines(key: bytes, lines: Iterable[str]) -> list[str]:
    """
    Return the hashes of a list of identifiers, in an order that tells nothing.

    Each line is `scheme,value`, or an NHS number alone; raises ValueError with the
    number of a line that is neither.
    """
    found = set()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        scheme, _, value = line.strip().rpartition(",")
        if (scheme or SCHEMES[0]) not in SCHEMES or not value:
            raise ValueError(f"line {number} is not scheme,value")
        found.add(listed(key, scheme or SCHEMES[0], value))
    return sorted(found)
