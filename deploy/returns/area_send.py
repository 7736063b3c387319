"""
The person-level lists that inspectors ask a local area for: List 1 and List 2.

Source: Ofsted and CQC, area SEND inspections, person-level data template, as its
columns stood before the revision of June 2025.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from deploy.returns.cases import Fact, Record
from deploy.returns.files import plain
from deploy.returns.persons import Person
from deploy.returns.sen2 import needs

Cell = str | int | date | None
_ABOUT: Final = ("Unique ID", "UPN", "ULN", "Date of birth", "Gender", "Ethnicity")
_PLAN: Final = (
    "Date initial EHC plan issued",
    "Date updated EHC plan issued",
    "Date EHC plan last reviewed",
)
_PLACE: Final = (
    "SEN primary need",
    "Main education establishment – URN",  # noqa: RUF001 - the template's own dash
    "Main education establishment – phase",  # noqa: RUF001
    "Subsidiary education establishment – phase (dual registration)",  # noqa: RUF001
)
_REST: Final = (
    "Suspensions",
    "Permanent exclusions",
    "Absence",
    "Pupil Premium",
    "Known to children's social care?",
    "Which children's social care team?",
    "Does the child or young person have a disability?",
)
LIST_1: Final = (*_ABOUT, *_PLAN, *_PLACE, "Elective home education", *_REST)
"""Children with an EHC plan: 21 columns."""
LIST_2: Final = (*_ABOUT, *_PLACE, *_REST)
"""Children with SEN support: 17 columns."""
_DATE: Final = "dd/mm/yyyy"


def lists(
    told: Iterable[tuple[Person, Record]], on: date
) -> Mapping[str, list[dict[str, Cell]]]:
    """Return the rows of both lists, as things stood on a day."""
    rows: dict[str, list[dict[str, Cell]]] = {"List_1": [], "List_2": []}
    for person, record in told:
        plan = _plan(record, on)
        if plan:
            rows["List_1"].append(
                _about(person, record, on) | _planned(record, plan, on)
            )
        elif _supported(record, on):
            rows["List_2"].append(_about(person, record, on))
    return rows


def _plan(record: Record, on: date) -> Fact | None:
    """Return the first final plan, where one is in force."""
    plans = [f for f in record.facts if f.type == "ehcp.final_issued.v1" and f.on <= on]
    ended = record.last("ehcp.ceased.v1", until=on)
    in_force = plans and (ended is None or ended.on < plans[-1].on)
    return plans[0] if in_force else None


def _supported(record: Record, on: date) -> bool:
    """Return whether the child has SEN support: what was last said decides."""
    said = record.last("sen_support.started.v1", "sen_support.changed.v1", until=on)
    return said is not None and said.data.get("provision_to") == "K"


def _about(person: Person, record: Record, on: date) -> dict[str, Cell]:
    """Return what both lists hold: the file's own, and what the timeline says."""
    known: dict[str, Cell] = {
        "Unique ID": person.local_id,
        "UPN": person.get("upn"),
        "ULN": person.get("uln"),
        "Date of birth": person.born,
        "Gender": person.get("sex"),
        "Ethnicity": person.get("ethnicity"),
        "SEN primary need": next(needs(record, on), None),
        _PLACE[1]: _school(record, on),
        _PLACE[2]: person.get("phase"),
        _PLACE[3]: person.get("subsidiary_phase"),
        "Suspensions": _count(record, "school.suspension", on),
        "Permanent exclusions": _count(record, "school.exclusion", on),
        "Absence": person.get("absence"),
        "Pupil Premium": person.get("pupil_premium"),
        _REST[4]: person.get("social_care"),
        _REST[5]: person.get("social_care_team"),
        _REST[6]: person.get("disability"),
    }
    return {name: None if value == "" else value for name, value in known.items()}


def _planned(record: Record, plan: Fact, on: date) -> dict[str, Cell]:
    """Return what List 1 holds besides."""
    amended = record.last("ehcp.amended_final.v1", until=on)
    reviewed = record.last("annual_review.held.v1", until=on)
    home = record.last("education.ehe_started.v1", until=on)
    back = record.last("education.ehe_ended.v1", until=on)
    at_home = home is not None and (back is None or back.on < home.on)
    return {
        _PLAN[0]: plan.on,
        _PLAN[1]: amended.on if amended else None,
        _PLAN[2]: reviewed.on if reviewed else None,
        "Elective home education": "Yes" if at_home else "No",
    }


def _school(record: Record, on: date) -> str | None:
    """Return the URN of the school that was last named."""
    named = [fact.school for fact in record.facts if fact.school and fact.on <= on]
    return named[-1] if named else None


def _count(record: Record, kind: str, on: date) -> int:
    """Return how often something of that kind happened in the twelve months before."""
    since = date(on.year - 1, on.month, min(on.day, 28))
    return sum(since < fact.on <= on for fact in record.named(kind))


def write(path: Path, rows: Mapping[str, Sequence[Mapping[str, Cell]]]) -> None:
    """Write the workbook; no cell of it is a formula, whatever the data hold."""
    book = Workbook(write_only=False)
    for place, (title, columns) in enumerate((("List_1", LIST_1), ("List_2", LIST_2))):
        sheet = book.active if place == 0 else book.create_sheet()
        assert isinstance(sheet, Worksheet)  # noqa: S101 - a new book has one
        sheet.title = title
        sheet.freeze_panes = "A2"
        sheet.append(columns)
        for number, row in enumerate(rows[title], 2):
            _fill(sheet, number, [row.get(name) for name in columns])
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


def _fill(sheet: Worksheet, number: int, values: Sequence[Cell]) -> None:
    """Fill one row: text stays text, days are days."""
    for column, value in _filled(values):
        cell = sheet.cell(number, column)
        cell.value = plain(value) if isinstance(value, str) else value
        if isinstance(value, str):
            cell.data_type = "s"
        elif isinstance(value, date):
            cell.number_format = _DATE


def _filled(values: Sequence[Cell]) -> Iterator[tuple[int, Cell]]:
    """Yield the cells that hold something, counted from 1."""
    yield from ((n, value) for n, value in enumerate(values, 1) if value is not None)
