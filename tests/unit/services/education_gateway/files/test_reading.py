"""Files as the field writes them, and files that something has happened to."""

import io
import zipfile
from datetime import date, timedelta

import pytest
from openpyxl import Workbook

from services.education_gateway.translate.files import opening, text_rows, workbook
from services.education_gateway.translate.files.cells import day
from services.education_gateway.translate.files.layout import (
    BadCellError,
    BrokenFileError,
)
from services.education_gateway.translate.files.speaking import not_to_come, spoken_day
from tests.support.school_files import SEN2, csv_of, judged, part, pupil, read, zipped

PUPILS = [pupil(nth) for nth in range(5)]


def known(content, name="file.csv"):
    """Return what is compared of every record of one file."""
    return [(one.own, one.row.known) for one in judged(read(part(content, name)))]


WANTED = known(csv_of(PUPILS))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_delimiter_is_read(delimiter):
    """The commonest candidate of the heading separates."""
    assert known(csv_of(PUPILS, delimiter)) == WANTED


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings_of_the_field_are_read(encoding):
    """By its mark, else UTF-8, else Windows-1252."""
    text = csv_of([pupil(1, surname="Müller")]).decode()
    [said] = judged(read(part(text.encode(encoding))))

    assert said.row.carried["person"]["family_name"] == "Müller"


def test_shuffled_columns_are_the_same_file():
    """Columns go by their names; nothing of what is compared differs."""
    shuffled = [dict(reversed(row.items())) for row in PUPILS]
    first, second = (judged(read(part(csv_of(x)))) for x in (PUPILS, shuffled))

    assert [one.row for one in first] == [one.row for one in second]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2022-Sep-28 00:00:00", "2022-09-28"),
        ("2022-09-28", "2022-09-28"),
        ("2022-09-28T00:00:00", "2022-09-28"),
        ("28/09/2022", "2022-09-28"),
    ],
)
def test_dates_as_the_field_writes_them(text, expected):
    """COLLECT's form, ISO 8601, and day before month."""
    assert day(text) == expected


@pytest.mark.parametrize(
    "text", ["2022-02-30", "09/28/2022", "soon", "2022-Foo-01", "31/12/9999"]
)
def test_what_is_no_date_is_said(text):
    """A day that does not exist, or stands for none, is no date either."""
    with pytest.raises(BadCellError):
        day(text)


def broken(content, name="file.csv"):
    """Return the rule that a delivery breaks."""
    with pytest.raises(BrokenFileError) as refused:
        read(part(content, name))
    assert refused.value.remedy
    return refused.value.rule


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "is empty"),
        (csv_of(PUPILS)[:-40], text_rows.CUT_OFF),
        (b"a,b\r\n1,2\r\n", "its feed has no mapping"),
        (b"UPN,NHS,Case,Decided\r\n1,2,3,4\r\n", "its feed has no mapping"),
        (b"upn,nhs number,nhs\r\n1,2,3\r\n", "its feed has no mapping"),
        (b"NativeId,pupilonrolltableid\r\nS,1\r\n", "lacks the columns"),
        (b"upn,upn,nhs_number\r\n", "names a column twice"),
        (b"\x81\x8d\x8f,\x90\r\n", "neither UTF-8 nor Windows-1252"),
        (csv_of(PUPILS).replace(b"Ann", b"A\x00n"), "NUL"),
        (csv_of(PUPILS) + b'x,"' + b"y" * 200_000, "quotation mark"),
        (b"PK\x03\x04" + b"\x00" * 200, "no whole archive"),
        (b"<Message><Header>", "ends before its end"),
        (b"<Message><Header></Message>", "not well-formed"),
        (b"<a/>", "is no file that this gateway reads"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_is_wrong(content, rule):
    """Which rule, and what to do; nothing of it is taken in."""
    assert rule in broken(content)


def test_an_entity_bomb_is_refused():
    """A document type can hide a file of any size, so none is read."""
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><CTfile>&c;</CTfile>'

    assert "document type" in broken(bomb, "bomb.xml")


def test_a_zip_bomb_is_refused_before_it_unpacks():
    """What unpacks out of all proportion is no workbook."""
    bomb = zipped(**{"xl/workbook.xml": b"<a/>", "xl/x.xml": b"\x00" * 50_000_000})

    assert len(bomb) < 100_000
    assert "unpacks to more" in broken(bomb, "bomb.xlsx")


def test_a_workbook_of_too_many_texts_says_so():
    """They are held in memory at once; the same rows as CSV are not."""
    texts = {"xl/workbook.xml": b"<a/>", "xl/sharedStrings.xml": b" " * 68_000_000}

    assert "64 MB of texts" in broken(zipped(**texts), "many.xlsx")


def test_an_entity_bomb_in_a_workbook_is_refused():
    """Its parts are XML as well."""
    part_of_it = b"<!DOCTYPE a [<!ENTITY b 'b'>]><a>&b;</a>"
    bomb = zipped(**{"xl/workbook.xml": part_of_it})

    assert "document type" in broken(bomb, "bomb.xlsx")


def sheet(*rows):
    """Return a workbook of one sheet."""
    book, made = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(made)
    return made.getvalue()


def test_a_sheet_is_read_as_text_is_and_a_formula_fails_its_row():
    """What a formula would yield is not ours to say."""
    rows = [list(PUPILS[0]), *(list(one.values()) for one in PUPILS)]
    rows[2][rows[0].index("senprovision")] = '="K"'
    said = judged(read(part(sheet(*rows), "pupils.xlsx")))

    assert [one.failed for one in said] == [False, True, False, False, False]
    assert said[1].findings[0].rule == "holds a formula"


def test_blank_cells_at_the_end_of_a_sheets_row_are_blank():
    """A workbook leaves them out; a cell beside the table is what fails a row."""
    heading = [*PUPILS[0], "left", "note"]
    beside = [*PUPILS[1].values(), "", "", "odd"]
    content = sheet(heading, list(PUPILS[0].values()), beside)
    said = judged(read(part(content, "pupils.xlsx")))

    assert [one.failed for one in said] == [False, True]
    assert said[0].raw.values["note"] == ""
    assert "heading" in said[1].findings[0].remedy
    assert "delimiter" not in said[1].findings[0].remedy


def test_a_password_or_garbage_is_no_workbook():
    """The parts must be those of a workbook."""
    odd = zipped(**{"xl/workbook.xml": b"nothing"})

    assert "workbook" in broken(odd, "odd.xlsx")
    assert not workbook.is_workbook(zipfile.ZipFile(io.BytesIO(zipped(a=b"b"))))


def test_a_ragged_row_fails_alone():
    """Rows with too few cells are set aside; the others are good."""
    lines = csv_of(PUPILS).split(b"\r\n")
    lines[2] = b",".join(lines[2].split(b",")[:-2])
    said = judged(read(part(b"\r\n".join(lines))))

    assert [one.failed for one in said] == [False, True, False, False, False]
    assert "cells where the heading has" in said[1].findings[0].rule


def test_a_key_that_comes_twice_fails_the_second_row():
    """Which of the two holds is not ours to say."""
    said = judged(read(part(csv_of([*PUPILS, PUPILS[0]]))))

    assert [one.failed for one in said] == [False] * 5 + [True]


def test_the_nine_files_of_a_return_are_one_delivery():
    """Each is known by its columns; the return's own header says the day."""
    parts = [part(csv_of(rows), f"{name}.csv") for name, rows in SEN2.items()]
    found = opening.delivery(parts)

    assert found.layout.kind == "sen2"
    assert found.as_at.isoformat() == "2026-01-15"
    assert len(found.files) == 8
    assert found.left_out == ()


@pytest.mark.parametrize("stated", [None, date(2026, 1, 16)])
def test_a_day_that_is_yet_to_come_is_refused(stated):
    """Stated, or in the file: it would keep out what comes before that day."""
    parts = [part(csv_of(rows), f"{name}.csv") for name, rows in SEN2.items()]
    found = opening.delivery(parts)
    today = (stated or found.as_at) - timedelta(days=1)
    not_to_come(found, stated, today + timedelta(days=1))
    not_to_come(found, today, today)

    with pytest.raises(BrokenFileError, match="yet to come") as refused:
        not_to_come(found, stated, today)
    assert "as_at" in refused.value.remedy


def test_a_doubt_about_a_row_that_is_set_aside_says_not_that_it_is_taken_in():
    """A bad UPN beside a bad code: the one is a doubt, and only the other a fault."""
    row = pupil(1, senprovision="Q") | {"upn": "M93112342400A"}

    [said] = judged(read(part(csv_of([row]))))

    [doubt] = [one for one in said.findings if one.warning]
    assert said.failed
    assert doubt.column == "upn"
    assert "taken in" not in doubt.remedy


def test_mended_rows_speak_of_the_day_of_what_they_mend():
    """What is stated goes first, then what the files say, then the delivery mended."""
    silent = opening.delivery([part(csv_of([pupil(1)]), "pupilonroll.csv")])
    dated = opening.delivery(
        [part(csv_of(rows), f"{name}.csv") for name, rows in SEN2.items()]
    )
    stated, mended = date(2025, 9, 1), date(2025, 10, 2)

    assert spoken_day(silent, None, mended) == mended
    assert spoken_day(dated, None, mended) == dated.as_at
    assert spoken_day(dated, stated, mended) == stated
    assert spoken_day(silent, None, None) is None


def test_files_of_several_kinds_are_not_one_delivery():
    """Each kind is a snapshot of its own."""
    person = part(csv_of(SEN2["person"]))
    with pytest.raises(BrokenFileError, match="several kinds"):
        opening.delivery([part(csv_of(PUPILS)), person])
