"""One record of a file, judged: what is compared of it, or what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any

from services.education_gateway.translate.files.cells import whole
from services.education_gateway.translate.files.layout import (
    BadCellError,
    Column,
    Finding,
    Judging,
    Link,
    Raw,
    Table,
    Values,
)
from services.runtime.snapshots.comparing import Row, digest_of

About = Mapping[str, Any]
"""`person` as the feed knows them, and what a record of theirs passes on (`told`)."""


@dataclass(slots=True)
class Judged:
    """One record, judged."""

    raw: Raw
    own: str
    """The feed's own key; empty where the row does not say it."""
    link: str = ""
    """Key of the record that says whom it is about, where it does not say so itself."""
    row: Row | None = None
    findings: list[Finding] = field(default_factory=list)
    about: Mapping[str, Any] = field(default_factory=dict)
    """Whom it is about, even where something else in it is wrong."""
    part_of_another: bool = False
    """A good row that an earlier one stands for."""

    @property
    def failed(self) -> bool:
        """Whether a rule is broken, so that the row must be corrected."""
        return any(not finding.warning for finding in self.findings)


def judged(raw: Raw, table: Table, *, feed: str, as_at: date) -> Judged:
    """Return *raw* as a record of *table*, or what is wrong with it."""
    found: list[Finding] = [raw.broken] if raw.broken else []
    judging = Judging(as_at)
    known = {c.name: _cell(raw.values, c, judging, found) for c in table.columns}
    told = _told(raw.values, table, judging, found)
    own = _key(
        {**raw.values, **told, **{k: v for k, v in known.items() if v}}, table, found
    )
    about: dict[str, Any] = {"told": told}
    link = ""
    if isinstance(table.whom, Link):
        link = _link(raw.values, table.whom, found)
    else:
        about["person"] = _person(raw, table, feed, found)
    said = Judged(raw, own, link, findings=found, about=about)
    if not said.failed:
        said.row = Row(
            own=own,
            known={name: value for name, value in known.items() if value},
            other=_rest(raw.values, table),
            carried=about,
            silent=frozenset(c.name for c in table.columns if c.silent),
        )
    return said


def own_key(raw: Raw, table: Table, as_at: date) -> str:
    """Return the feed's own key of a record, judging nothing else; empty if it has none."""
    judging, found = Judging(as_at), list[Finding]()
    checked = {
        c.name: _cell(raw.values, c, judging, found)
        for c in (*table.told, *table.columns)
        if c.name in table.key
    }
    said = {name: value for name, value in checked.items() if value}
    return _key({**raw.values, **said}, table, [])


def about_whom(said: Judged, parent: About) -> Judged:
    """Return a record with the person, and what is told, of the one it belongs to."""
    told = {**parent.get("told", {}), **said.about["told"]}
    said.about = {"person": parent["person"], "told": told}
    if said.row:
        said.row = replace(said.row, carried=said.about)
    return said


def orphan(said: Judged, table: Table) -> Judged:
    """Return a record that belongs to one that nobody has sent."""
    assert isinstance(table.whom, Link)  # noqa: S101 - only these belong to another
    rule = f"names no record of {table.whom.table}, here or in an earlier file"
    remedy = f"Send the {table.whom.table} record with it."
    said.findings.append(Finding(table.whom.column, rule, remedy, value=said.link))
    said.row = None
    return said


def repeated(said: Judged, table: Table) -> Judged:
    """Return a record whose key an earlier row has: which one holds is not ours to say."""
    rule = "has the same key as an earlier row"
    said.findings.append(Finding(table.key[-1], rule, "Send one of the two."))
    said.row = None
    return said


def broken_rule(said: Judged, where: str, rule: str) -> Judged:
    """Return a record one of whose events the catalogue does not take."""
    remedy = "Correct the cells that the event is made from."
    said.findings.append(Finding(where, rule, remedy))
    said.row = None
    return said


def _told(
    values: Values, table: Table, judging: Judging, found: list[Finding]
) -> dict[str, str]:
    """Return what events carry besides; what is wrong in it is left out, and said."""
    wrong: list[Finding] = []
    cells = {c.name: _cell(values, c, judging, wrong) for c in table.told}
    known = {column.name for column in table.columns}
    found += [replace(one, warning=True) for one in wrong if one.column not in known]
    return {name: value for name, value in cells.items() if value}


def _key(values: Values, table: Table, found: list[Finding]) -> str:
    """Return the feed's own key of the record."""
    parts = [whole(values.get(column, "")) for column in table.key]
    missing = [c for c, part in zip(table.key, parts, strict=True) if not part]
    optional = table.optional_key
    for column in missing:
        if column not in optional:
            rule = "is required: it says which record this is"
            found.append(Finding(column, rule, "Fill it in."))
    return "" if set(missing) - optional else "/".join(parts)


def _link(values: Values, link: Link, found: list[Finding]) -> str:
    """Return the key of the record that says whom this one is about."""
    key = whole(values.get(link.column, ""))
    if not key:
        rule = f"is required: it says which {link.table} record this belongs to"
        found.append(Finding(link.column, rule, "Fill it in."))
    return key


def _cell(
    values: Values, column: Column, judging: Judging, found: list[Finding]
) -> str:
    """Return a cell as it is compared, adding what is wrong or doubtful."""
    text = values.get(column.name, "")
    if not text:
        if column.required:
            found.append(Finding(column.name, "is required", "Fill it in."))
        return ""
    try:
        value = column.check(_no_formula(text), judging)
    except BadCellError as bad:
        found.append(Finding(column.name, bad.rule, bad.remedy, value=text))
        return ""
    if judging.doubts:
        found += [
            Finding(column.name, rule, remedy, warning=True, value=text)
            for rule, remedy in judging.doubts
        ]
        judging.doubts.clear()
    return value


def _no_formula(text: str) -> str:
    """Return *text* unless it is a formula: what it would yield is not ours to say."""
    if text.startswith("="):
        raise BadCellError("holds a formula", "Put its value in place of the formula.")
    return text


def _person(
    raw: Raw, table: Table, feed: str, found: list[Finding]
) -> Mapping[str, Any]:
    """Return whom the record describes."""
    assert not isinstance(table.whom, Link)  # noqa: S101 - the caller has looked
    person = table.whom.person(raw.values, feed, found)
    if person is None:
        column = next(iter(table.whom.columns), "")
        rule = "nothing in the row says whom it is about"
        found.append(Finding(column, rule, "Give the person's id, UPN or NHS number."))
    return person or {}


def _rest(values: Values, table: Table) -> bytes:
    """Return a digest of the columns that make no event and are no row numbers."""
    names = _in_order(tuple(values), table.apart)
    return digest_of(part for n in names if values[n] for part in (n, values[n]))


@lru_cache(maxsize=256)
def _in_order(names: tuple[str, ...], apart: frozenset[str]) -> tuple[str, ...]:
    """Return what is compared of a heading, whatever the order of its columns."""
    return tuple(sorted(set(names) - apart))
