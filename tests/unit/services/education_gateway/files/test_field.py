"""Good rows that programs of the field have written in ways of their own are taken."""

import io
import zipfile
from contextlib import ExitStack

import pytest
from openpyxl import Workbook

from services.education_gateway.store.unpacking import unzipped
from services.education_gateway.translate.files import opening
from services.education_gateway.translate.files.cells import day
from services.education_gateway.translate.files.layout import BadCellError
from services.education_gateway.translate.files.telling import Speaker, events
from services.runtime.snapshots.comparing import compared
from tests.support.school_files import (
    AS_AT,
    SEN2,
    csv_of,
    exclusion,
    judged,
    leaver,
    part,
    pupil,
    read,
)

ADDRESSES = csv_of(
    [{"pupilonrolltableid": "t1", "addressesonrolltableid": "a1", "NativeId": "990001"}]
)
SPEAKER = Speaker("urn:dfe:la:931", "feed", AS_AT)


def kept(*parts):
    """Return what is compared of every record, by its key; None of one that is set aside."""
    return {
        said.own: said.row and dict(said.row.known) for said in judged(read(*parts))
    }


WANTED = kept(part(csv_of([pupil(1)])))


def sen2(table, **changes):
    """Return what is compared of the one record of a table of SEN2 that says *changes*."""
    [said] = judged(read(part(csv_of([SEN2[table][0] | changes]))))
    return said.row and said.row.known


@pytest.mark.parametrize(
    "line", [b"\r\n", b"   \r\n", b" , ,\t,,,,,,,,,\r\n", b'""\r\n']
)
def test_lines_that_hold_nothing_are_no_rows(line):
    """Blanks, and delimiters between blanks, wherever they stand."""
    text = csv_of([pupil(1)])
    assert kept(part(text + line)) == WANTED
    assert kept(part(line + text)) == WANTED


def test_blank_rows_of_a_sheet_are_no_rows():
    """A cell of blanks at the end of a sheet is none."""
    book = Workbook()
    book.active.append([*pupil(1)])
    book.active.append([*pupil(1).values()])
    book.active.append(["  ", None, " "])
    out = io.BytesIO()
    book.save(out)

    assert kept(part(out.getvalue())) == WANTED


@pytest.mark.parametrize(
    "before", [b"\r\n\r\n", b"sep=;\r\n", b'"sep=;"\r\n', b" \r\n"]
)
def test_what_stands_before_the_heading_does_not_hide_its_delimiter(before):
    """Blank lines, and the line that tells a spreadsheet what separates."""
    assert kept(part(before + csv_of([pupil(1)], ";"))) == WANTED


def test_rows_keep_their_numbers_behind_such_lines():
    """A report names the row that a spreadsheet shows."""
    text = b"sep=;\r\n\r\n" + csv_of([pupil(1)], ";")
    assert [said.raw.row for said in judged(read(part(text)))] == [4]


def test_columns_without_a_name_are_not_read():
    """However many there are, and wherever they stand."""
    heading, row = csv_of([pupil(1)]).decode().splitlines()
    text = f",,{heading}\r\n0,x,{row}\r\n"

    assert kept(part(text.encode())) == WANTED


def test_what_a_desktop_leaves_in_an_archive_is_no_file():
    """In folders too; a zip of a folder is what people make."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("export/pupils.csv", csv_of([pupil(1)]))
        for name in ("export/.DS_Store", "__MACOSX/export/._p.csv", "export/Thumbs.db"):
            archive.writestr(name, b"\x00\x00")
    with ExitStack() as held:
        parts = unzipped(part(out.getvalue(), "export.zip"), held)

        assert [one.name for one in parts] == ["export/pupils.csv"]


@pytest.mark.parametrize("name", ["b.csv", "a.csv"])
def test_a_table_of_the_census_that_is_not_read_is_left_out(name):
    """Addresses and attendance carry the pupil's number too; the roll is taken."""
    parts = [part(csv_of([pupil(1)]), "b0.csv"), part(ADDRESSES, name)]
    delivery = opening.delivery(sorted(parts, key=lambda one: one.name))

    assert [one.table for one in delivery.files] == ["pupilonroll"]
    assert [remark.warning for _, remark in delivery.remarks] == [True]


@pytest.mark.parametrize(
    "text",
    [
        *("03/09/2024", "3/9/2024 0:00", "03-09-2024", "03.09.2024", "2024/09/03"),
        *("03-Sep-2024", "3 September 2024", "2024-SEPT-03", "2024-Sep-03 00:00:00"),
    ],
)
def test_dates_in_forms_of_the_field_are_read(text):
    """The day comes before the month, and a month may have its name."""
    assert day(text) == "2024-09-03"


@pytest.mark.parametrize(
    "text", ["03/09/24", "03-09/2024", "3-Se-2024", "13/13/2024", ""]
)
def test_what_may_be_another_day_is_no_date(text):
    """Two digits are no year, and nothing is guessed."""
    with pytest.raises(BadCellError):
        day(text)


@pytest.mark.parametrize(
    ("table", "column", "written", "known"),
    [
        ("requests", "requestsource", "1.0", "1"),
        ("requests", "requestsource", "01", "1"),
        ("requests", "rya", "1.0", "true"),
        ("requests", "exported", "0.0", "0"),
        ("namedplan", "dp", "0.0", "0"),
        ("namedplan", "ceasereason", "3.0", "3"),
        ("namedplan", "planres", "a", "A"),
        ("plandetail", "urn", "990001.0", "990001"),
        ("plandetail", "ukprn", "10001234.0", "10001234"),
        ("plandetail", "senunitindicator", "0.0", "false"),
    ],
)
def test_codes_that_a_program_made_numbers_of_are_codes(table, column, written, known):
    """One blank in a column makes its numbers fractions; a leading nought is none more."""
    assert sen2(table, **{column: written})[column] == known


@pytest.mark.parametrize("written", ["N", "0", "False", "0.0"])
def test_a_plan_without_residence_is_a_plan(written):
    """A plain no in an item of codes keeps no plan out."""
    known = sen2("namedplan", planres=written)
    assert (known["startdate"], "planres" in known) == ("2025-07-18", False)


def test_a_year_group_that_became_a_number_is_told():
    """It is carried by the admission, not lost with a warning."""
    for written in ("5.0", "05"):
        [said] = judged(read(part(csv_of([pupil(1, ncyearactual=written)]))))
        assert (said.about["told"]["ncyearactual"], said.findings) == ("5", [])


def test_a_school_that_became_a_number_is_the_same_school():
    """Its pupils are those of before, and events name it."""
    text = csv_of([pupil(1, NativeId="990001.0")])
    assert kept(part(text)) == WANTED
    row = exclusion(1, "x1", NativeId="990001.0")
    [said] = judged(read(part(csv_of([row]))))
    whole = read(part(csv_of([row])))
    table = whole.delivery.layout.table("termlyexclusionsonroll")
    [(_, event)] = events(compared(said.row, None).change, table, SPEAKER)

    assert event["data"]["school"] == "urn:dfe:urn:990001"
    assert said.about["person"] == {"local_id": "feed/990001/t000001"}


def test_a_leaver_is_the_same_however_dates_are_written():
    """The next export writes its dates otherwise, and nobody has left twice."""
    dates = {"entrydate": "03/09/2024", "leavingdate": "12/12/2025"}
    assert kept(part(csv_of([leaver(1)]))) == kept(part(csv_of([leaver(1, **dates)])))


def test_slips_in_the_names_of_items_are_known():
    """CSV and XML say the same by them."""
    text = csv_of(SEN2["requests"][:1]).replace(b"requestsource", b"rquestsource")
    [said] = judged(read(part(text)))
    xml = (
        "<Message><Header><CollectionDetails><Collection>SEN2</Collection>"
        "</CollectionDetails></Header><Person><UPN>M931123424001</UPN><Requests>"
        "<ReceivedDate>2025-03-03</ReceivedDate><RquestSource>1</RquestSource>"
        "</Requests></Person></Message>"
    )
    _, request = judged(read(part(xml.encode())))

    assert said.row.known["requestsource"] == "1"
    assert request.row.known["requestsource"] == "1"


@pytest.mark.parametrize("written", ["999 123 4519", "999-123-4519", "9991234519.0"])
def test_numbers_are_read_as_people_and_programs_write_them(written):
    """In a crosswalk, whose row would fail, and in any other table."""
    rows = [{"UPN": "m931 1234 24001", "NHS number": written}]
    [said] = judged(read(part(csv_of(rows))))

    assert said.own == "M931123424001/9991234519"
    assert said.about["person"]["nhs_number"] == "9991234519"
    assert said.findings == []


@pytest.mark.parametrize("before", ["", "\r\n \n"])
def test_xml_is_read_behind_blank_lines(before):
    """Its declaration is no longer at the beginning; codes are in capitals."""
    xml = (
        f"{before}<?xml version='1.0' encoding='windows-1252'?><Message><Header>"
        "<CollectionDetails><Collection>CIN</Collection></CollectionDetails></Header>"
        "<Child><LAchildID>Z\xfc1</LAchildID><CINdetails><CINreferralDate>06/05/2025"
        "</CINreferralDate><ReferralSource>1a</ReferralSource></CINdetails></Child>"
        "</Message>"
    )
    child, referral = judged(read(part(xml.encode("cp1252"), "cin.xml")))

    assert child.own == "Z\xfc1"
    assert referral.row.known == {
        "cinreferraldate": "2025-05-06",
        "referralsource": "1A",
    }
