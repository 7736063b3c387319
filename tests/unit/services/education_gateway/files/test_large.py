"""A file of a million rows is read row by row: what is held is bounded."""

import io
import subprocess
import sys
import tracemalloc
from datetime import date
from itertools import islice, product

import pytest
from openpyxl import Workbook

from services.education_gateway.translate.files import opening, survey
from tests.support.agencies import nhs_number, upn
from tests.support.school_files import csv_of, pupil

ROWS = 1_000_000
MOST_MB = 500
HEADER = (
    "<Message><Header><CollectionDetails><Collection>CIN</Collection><ReferenceDate>"
    "2026-01-15</ReferenceDate></CollectionDetails></Header><Children>"
)
CHILD = (
    "<Child><LAchildID>c0</LAchildID><UPN>{0}</UPN><PersonBirthDate>2015-05-04"
    "</PersonBirthDate><CINdetails><CINreferralDate>2025-05-06</CINreferralDate>"
    "<CINPlanDates><CINPlanStartDate>2025-06-06</CINPlanStartDate></CINPlanDates>"
    "</CINdetails></Child>\n"
)
FEW = "<Child><LAchildID>c0</LAchildID></Child>"
READING = """
import sys
from datetime import date
from services.education_gateway.translate.files import opening, survey
from tests.support.memory import peak_mb
with open(sys.argv[1], "rb") as stream:
    delivery = opening.delivery([opening.Part("file", stream)])
    whole = survey.surveyed(delivery, feed="feed", as_at=date(2026, 1, 15))
    [opened] = delivery.files
    batches = survey.batches(opened, whole, after=0, size=500)
    good = sum(not said.failed for batch in batches for said in batch)
print(whole.rows, good, peak_mb())
"""


def pupils(count):
    """Yield the lines of a census of *count* pupils."""
    heading, row = csv_of([pupil(0, upn=upn(1))]).decode().splitlines()
    yield heading + "\r\n"
    yield from (row.replace("t000000", f"t{nth:07d}") + "\r\n" for nth in range(count))


def in_need(count):
    """Yield the lines of a return of children in need with *count* records."""
    yield HEADER
    child = CHILD.format(upn(1))
    yield from (child.replace("c0", f"c{nth}") for nth in range(count // 3))
    yield from (FEW.replace("c0", f"d{nth}") for nth in range(count % 3))
    yield "</Children></Message>"


def test_what_is_kept_of_each_person_is_little():
    """A record that others belong to is kept until all are read: in its own size."""
    file = io.BytesIO("".join(in_need(3_000)).encode())
    tracemalloc.start()
    delivery = opening.delivery([opening.Part("file", file)])
    whole = survey.surveyed(delivery, feed="feed", as_at=date(2026, 1, 15))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(whole.people["child"]) == 1_000
    assert held < 3_000_000


def text_file(lines):
    """Return what writes a text of so many records to a path."""

    def write(path, count):
        """Write it line by line."""
        with path.open("w") as out:
            out.writelines(lines(count))

    return write


def crosswalk(path, count):
    """Write a workbook of as many pairs of numbers, row by row."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["UPN", "NHS number", "Traced on", "Method"])
    traced = date(2026, 1, 9)
    pairs = product(map(upn, range(1_000)), [nhs_number(nth) for nth in range(1_000)])
    for pair in islice(pairs, count):
        sheet.append([*pair, traced, "PDS"])
    book.save(path)


@pytest.mark.long
@pytest.mark.parametrize("write", [text_file(pupils), text_file(in_need), crosswalk])
def test_a_million_rows_are_read_in_bounded_memory(tmp_path, write):
    """Every row is judged, the last as the first."""
    file = tmp_path / "file"
    write(file, ROWS)

    ran = subprocess.run(  # noqa: S603 - our own text
        [sys.executable, "-c", READING, str(file)],
        capture_output=True,
        check=True,
        text=True,
    )

    rows, good, megabytes = map(int, ran.stdout.split())
    assert (rows, good) == (ROWS, ROWS)
    assert megabytes < MOST_MB
