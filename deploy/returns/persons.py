"""The council's own file of persons: names, numbers and postcodes by its local ids."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Final

NEEDED: Final = ("local_id", "surname", "forename", "date_of_birth")
_DAYS: Final = ("%Y-%m-%d", "%d/%m/%Y")
_ENCODINGS: Final = ("utf-8-sig", "cp1252")


class NotPersonsError(ValueError):
    """The file cannot be used; the text says which row and which rule, never a value."""


@dataclass(frozen=True, slots=True)
class Person:
    """One row of the file."""

    row: int
    """As a spreadsheet counts: the heading is 1."""
    local_id: str
    surname: str
    forename: str
    born: date
    rest: Mapping[str, str] = field(repr=False)
    """Every other column, by its name in small letters; blank cells left out."""

    def get(self, column: str) -> str:
        """Return a cell of another column, or nothing."""
        return self.rest.get(column, "")


def persons(path: Path) -> list[Person]:
    """Return every row; raises NotPersonsError for a file that is no such file."""
    rows = list(_read(path))
    seen: dict[str, int] = {}
    for person in rows:
        first = seen.setdefault(person.local_id, person.row)
        if first != person.row:
            raise NotPersonsError(f"rows {first} and {person.row}: one local_id twice")
    return rows


def _read(path: Path) -> Iterator[Person]:
    """Yield the rows."""
    lines = _text(path).splitlines()
    if not lines:
        raise NotPersonsError("the file is empty")
    reader = csv.DictReader(lines)
    names = [name.strip().lower() for name in reader.fieldnames or ()]
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise NotPersonsError(f"row 1: these columns are missing: {', '.join(missing)}")
    reader.fieldnames = names
    for number, row in enumerate(reader, 2):
        yield _person(number, {k: (v or "").strip() for k, v in row.items() if k})


def _text(path: Path) -> str:
    """Return what the file holds, in the encodings that councils' systems write."""
    raw = path.read_bytes()
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotPersonsError("the file is neither UTF-8 nor Windows-1252")


def _person(number: int, row: dict[str, str]) -> Person:
    """Return one row, judged."""
    for name in NEEDED:
        if not row.get(name):
            raise NotPersonsError(f"row {number}: {name} is required")
    return Person(
        row=number,
        local_id=row["local_id"],
        surname=row["surname"],
        forename=row["forename"],
        born=_day(number, row["date_of_birth"]),
        rest={k: v for k, v in row.items() if k not in NEEDED and v},
    )


def _day(number: int, text: str) -> date:
    """Return a date of birth."""
    for form in _DAYS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a civil date
        except ValueError:
            continue
    rule = "date_of_birth is a day as 2018-05-04 or 04/05/2018"
    raise NotPersonsError(f"row {number}: {rule}")
