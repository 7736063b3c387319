"""A first reading of a whole delivery, before anything of it is taken in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

import orjson

from services.education_gateway.translate.files import rows
from services.education_gateway.translate.files.layout import Link, Raw, Table
from services.education_gateway.translate.files.opening import Delivery, Opened
from services.education_gateway.translate.files.rows import About, Judged
from services.runtime.snapshots.comparing import Row, key_of

Place = tuple[int, int]
"""File and row."""


@dataclass(slots=True)
class Group:
    """Rows that are one record: where the first good one stands, and what they list."""

    first: Place
    listed: list[tuple[int, str]] = field(default_factory=list)

    @property
    def said(self) -> str:
        """What the rows list, in the order of their rank, each once."""
        return ",".join(dict.fromkeys(code for _, code in sorted(self.listed)))


@dataclass(slots=True)
class Survey:
    """What is known of a delivery before any of it is compared."""

    delivery: Delivery
    feed: str
    as_at: date
    keys: dict[str, set[bytes]] = field(default_factory=dict)
    """Keys of the records that are there, by table."""
    repeated: set[Place] = field(default_factory=set)
    """Rows whose key an earlier row has."""
    people: dict[str, dict[str, bytes]] = field(default_factory=dict)
    """Whom records are about, for those that belong to them, by table and key."""
    groups: dict[str, dict[str, Group]] = field(default_factory=dict)
    keyless: dict[str, int] = field(default_factory=dict)
    """Rows that do not say which record they are, by table."""
    rows: int = 0

    @property
    def missed(self) -> list[str]:
        """Tables of the delivery from which absence says anything."""
        return [name for name in self.keys if self.delivery.layout.misses(name)]

    def missed_on(self, name: str) -> date | None:
        """Return the one day of which a table's absences speak; of a state None: any."""
        period = self.delivery.layout.table(name).mode == "period"
        return self.as_at if period else None

    @property
    def unsaid(self) -> list[str]:
        """
        Tables that belong to it and are not in it: it says nothing of their records.

        XML names no tables, so that one without records is not in it.
        """
        layout = self.delivery.layout
        belong = [name for name in layout.tables if layout.misses(name)]
        apart = {one.table for one in self.delivery.files}
        return [n for n in belong if not self.keys.get(n) and n not in apart]

    def about(self, table: str, key: str) -> About | None:
        """Return whom a record of this delivery is about, if it is in it."""
        found = self.people.get(table, {}).get(key)
        return orjson.loads(found) if found else None


def surveyed(delivery: Delivery, *, feed: str, as_at: date) -> Survey:
    """Read all of *delivery*; raises BrokenFileError where it cannot be read to its end."""
    survey = Survey(delivery, feed, as_at)
    parents = {
        table.whom.table
        for table in delivery.layout.tables.values()
        if isinstance(table.whom, Link)
    }
    for opened in delivery.files:
        for name in [opened.table] if opened.table else delivery.layout.tables:
            survey.keys.setdefault(name, set())
        for raw in opened.records():
            survey.rows += 1
            table = delivery.layout.table(raw.table)
            _look(survey, opened, raw, table, whole=raw.table in parents)
    return survey


def _look(
    survey: Survey, opened: Opened, raw: Raw, table: Table, *, whole: bool
) -> None:
    """Take note of one record."""
    if whole or table.grouped:
        said = rows.judged(raw, table, feed=survey.feed, as_at=survey.as_at)
        own = said.own
        if whole:
            _index(survey, said, table)
        if table.grouped and said.row:
            _group(survey, opened.index, said, table)
    else:
        own = rows.own_key(raw, table, survey.as_at)
    if not own:
        survey.keyless[table.name] = survey.keyless.get(table.name, 0) + 1
        return
    there = survey.keys.setdefault(table.name, set())
    key = key_of(own)
    if key in there and not table.grouped:
        survey.repeated.add((opened.index, raw.row))
    there.add(key)


def _index(survey: Survey, said: Judged, table: Table) -> None:
    """Keep whom a record is about for those that belong to it."""
    if isinstance(table.whom, Link):
        parent = survey.about(table.whom.table, said.link)
        if parent is None:
            return
        rows.about_whom(said, parent)
    if said.own and said.about.get("person"):
        people = survey.people.setdefault(table.name, {})
        people.setdefault(said.own, _packed(said.about))


def _packed(about: About) -> bytes:
    """Return whom a record is about, in as little as it takes: orjson's own holds 4 kB."""
    return bytes(memoryview(orjson.dumps(about)))


def _group(survey: Survey, file: int, said: Judged, table: Table) -> None:
    """Add a row to the record that it is part of."""
    assert said.row is not None  # noqa: S101 - the caller has looked
    groups = survey.groups.setdefault(table.name, {})
    group = groups.setdefault(said.own, Group((file, said.raw.row)))
    rank, code = (said.row.known[column] for column in table.grouped)
    group.listed.append((int(rank), code))


def batches(
    opened: Opened, survey: Survey, *, after: int, size: int
) -> Iterator[Sequence[Judged]]:
    """Yield the records of a file behind row *after*, judged, *size* at a time."""
    records = (raw for raw in opened.records() if raw.row > after)
    while raws := list(islice(records, size)):
        yield [_judged(raw, opened, survey) for raw in raws]


def _judged(raw: Raw, opened: Opened, survey: Survey) -> Judged:
    """Return a record, judged; of a group its first good row stands for all."""
    table = survey.delivery.layout.table(raw.table)
    said = rows.judged(raw, table, feed=survey.feed, as_at=survey.as_at)
    if (opened.index, raw.row) in survey.repeated:
        return rows.repeated(said, table)
    if table.grouped and said.row:
        group = survey.groups[table.name][said.own]
        if group.first != (opened.index, raw.row):
            said.row, said.part_of_another = None, True
        else:
            said.row = grouped(said.row, group)
    return said


def grouped(row: Row, group: Group) -> Row:
    """Return the record that the rows of a group are together."""
    known: Mapping[str, str] = {"needs": group.said}
    return Row(row.own, known, b"", row.carried)
