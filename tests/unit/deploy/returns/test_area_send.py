"""The inspection's lists: who is in which, and that no cell is a formula."""

from datetime import date

import pytest
from openpyxl import load_workbook

from deploy.returns import area_send
from deploy.returns.cases import record_of
from deploy.returns.persons import Person

COUNCIL = "urn:dfe:la:931"
SCHOOL = "urn:dfe:urn:991001"
ON = date(2026, 3, 2)


def entry(kind, on, **data):
    """Return an entry as the timeline shows it."""
    return {
        "type": kind,
        "occurred": on,
        "correlationid": "one",
        "source": COUNCIL,
        "data": data,
    }


PLAN = entry(
    "ehcp.final_issued.v1", "2024-05-01", issued_on="2024-05-01", school=SCHOOL
)
SUPPORT = entry(
    "sen_support.started.v1", "2025-09-10", provision_to="K", needs=["SLCN"]
)


def rows_of(*entries, **rest):
    """Return both lists for one child."""
    person = Person(2, "P2", "Vale", "Ann", date(2018, 5, 4), rest)
    return area_send.lists([(person, record_of(entries, COUNCIL))], ON)


@pytest.mark.parametrize(
    ("entries", "sizes"),
    [
        ((PLAN,), (1, 0)),
        ((SUPPORT,), (0, 1)),
        ((SUPPORT, PLAN), (1, 0)),
        ((PLAN, entry("ehcp.ceased.v1", "2025-07-31", ceased_on="2025-07-31")), (0, 0)),
        ((entry("concern.raised.v1", "2025-01-10"),), (0, 0)),
    ],
)
def test_who_is_in_which_list(entries, sizes):
    """A plan in force comes before SEN support; neither is in no list."""
    rows = rows_of(*entries)

    assert (len(rows["List_1"]), len(rows["List_2"])) == sizes


def test_what_the_timeline_says_of_a_plan():
    """Issued first, amended last, reviewed last, and suspensions of twelve months."""
    [row] = rows_of(
        PLAN,
        entry("ehcp.amended_final.v1", "2025-06-20", issued_on="2025-06-20"),
        entry("annual_review.held.v1", "2025-04-20", held_on="2025-04-20"),
        entry("school.suspension.v1", "2025-02-01"),
        entry("school.suspension.v1", "2025-10-01"),
        upn="A1",
        absence="4.5",
    )["List_1"]

    assert row["Date initial EHC plan issued"] == date(2024, 5, 1)
    assert row["Date updated EHC plan issued"] == date(2025, 6, 20)
    assert row["Date EHC plan last reviewed"] == date(2025, 4, 20)
    assert row["Suspensions"] == 1
    assert row["Main education establishment – URN"] == "991001"
    assert (row["UPN"], row["Absence"]) == ("A1", "4.5")


def test_no_cell_is_a_formula(tmp_path):
    """Whatever the council's file holds, a spreadsheet runs none of it."""
    rows = rows_of(PLAN, SUPPORT, upn="=HYPERLINK(1)", absence="+1", disability="@x")
    path = tmp_path / "lists.xlsx"
    area_send.write(path, rows)
    book = load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]

    assert [sheet.title for sheet in book] == ["List_1", "List_2"]
    assert [len(list(sheet.columns)) for sheet in book] == [21, 17]
    assert all(cell.data_type != "f" for cell in cells)
    assert "'=HYPERLINK(1)" in {cell.value for cell in cells}
