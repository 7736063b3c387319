"""A file that is cut holds nothing of what is left out, and reads as before."""

import io

import pytest
from openpyxl import Workbook

from services.education_gateway.translate.files import opening
from services.education_gateway.translate.files.cutting import cut
from services.education_gateway.translate.files.mapping import CaseMapping
from services.education_gateway.translate.files.opening import Part
from tests.support.school_files import csv_of, pupil

MAPPING = CaseMapping.model_validate(
    {
        "mapping": "cases",
        "version": 1,
        "sender": "urn:dfe:la:931",
        "feed": "cases",
        "header_row": 3,
        "delimiter": ";",
        "mode": "state",
        "key": ["Case"],
        "dates": ["DD/MM/YYYY"],
        "person": {"local_id": "Case"},
        "events": [
            {"type": "concern.raised.v1", "occurred": "On"},
        ],
    }
)
SEN2 = """<?xml version="1.0" encoding="windows-1252"?>
<x:Message xmlns:x="urn:x"><Header><CollectionDetails><Collection>SEN2</Collection>
<ReferenceDate>2026-01-15</ReferenceDate></CollectionDetails></Header><Persons>
<Person><Surname>Väle</Surname><UPN>M931123424001</UPN><Requests>
<ReceivedDate>2025-03-03</ReceivedDate></Requests></Person><!-- Hollis -->
<Person><Surname>Hollis</Surname><UPN>D931400123017</UPN></Person>
<Person><Surname>Ünder</Surname><UPN>H931200019042</UPN></Person>
</Persons></x:Message>""".encode("cp1252")


def opened(content, mapping=None):
    """Return a file as what it is."""
    [one] = opening.delivery([Part("a", io.BytesIO(content))], mapping).files
    return one


def copied(content, keep, mapping=None):
    """Return the bytes of a copy with some rows, and what is read from it."""
    out = io.BytesIO()
    cut(opened(content, mapping), keep, out)
    again = opened(out.getvalue(), mapping)
    return out.getvalue(), [(one.row, one.values) for one in again.records()]


def read(content, mapping=None):
    """Return what is read of a file, by row."""
    return {one.row: one.values for one in opened(content, mapping).records()}


@pytest.mark.parametrize(("encoding", "delimiter"), [("utf-8", ","), ("cp1252", ";")])
def test_rows_of_text_keep_their_numbers(encoding, delimiter):
    """Whatever the encoding, and though a cell holds the end of a line."""
    rows = [pupil(n, surname=f"Väle{n}") for n in range(4)]
    rows[1]["surname"] = '"Hol\nlis"'
    content = csv_of(rows, delimiter).decode().encode(encoding)

    raw, found = copied(content, {3, 5})

    assert found == [(n, read(content)[n]) for n in (3, 5)]
    assert b"V\xc3\xa4le0" not in raw
    assert b"V\xc3\xa4le2" not in raw


def test_a_sheet_becomes_text_under_its_own_heading():
    """Rows above the heading stay, and a mapping reads the copy as it read the sheet."""
    book = Workbook()
    for row in (["Report"], [], ["Case", "On"], ["C1", "02/03/2026"], ["C2", "x"]):
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)

    raw, found = copied(content.getvalue(), {4}, MAPPING)

    assert found == [(4, {"case": "C1", "on": "02/03/2026"})]
    assert b"C2" not in raw


def test_a_sheets_blank_cells_at_the_end_are_blank_in_the_copy():
    """The copy is text, in which every row has all cells; text stays as it came."""
    book = Workbook()
    for row in ([], [], ["Case", "On", "Note"], ["C1", "02/03/2026"]):
        book.active.append(row or ["above"])
    content = io.BytesIO()
    book.save(content)
    short = opened(b"a\r\nb\r\nCase;On;Note\r\nC1;02/03/2026\r\n", MAPPING)
    out = io.BytesIO()
    cut(short, {4}, out)

    _, found = copied(content.getvalue(), {4}, MAPPING)

    assert found == [(4, {"case": "C1", "on": "02/03/2026", "note": ""})]
    assert out.getvalue().endswith(b"C1;02/03/2026\r\n")


def test_of_a_document_whole_people_are_left_out():
    """With all that is within them, comments too; the rest reads as before."""
    before = list(read(SEN2).values())
    raw, found = copied(SEN2, {1, 4})

    assert [row for row, _ in found] == [1, 2, 4]

    assert [values for _, values in found] == [before[0], before[1], before[3]]
    assert "Hollis" not in raw.decode()
    assert opened(raw).as_at.isoformat() == "2026-01-15"
