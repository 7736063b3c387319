"""A file of a million rows is read row by row: what is held is bounded."""

import subprocess
import sys

import pytest

from tests.support.agencies import upn
from tests.support.school_files import csv_of, pupil

ROWS = 1_000_000
MOST_MB = 500
READING = """
import resource, sys
from datetime import date
from services.education_gateway.translate.files import opening, survey
with open(sys.argv[1], "rb") as stream:
    delivery = opening.delivery([opening.Part("pupils.csv", stream)])
    whole = survey.surveyed(delivery, feed="feed", as_at=date(2026, 1, 15))
    [opened] = delivery.files
    batches = survey.batches(opened, whole, after=0, size=500)
    good = sum(not said.failed for batch in batches for said in batch)
print(whole.rows, good, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.long
def test_a_million_rows_are_read_in_bounded_memory(tmp_path):
    """Every row is judged, the last as the first."""
    file = tmp_path / "pupils.csv"
    heading, row = csv_of([pupil(0, upn=upn(1))]).decode().splitlines()
    with file.open("w") as out:
        out.write(heading + "\r\n")
        out.writelines(
            row.replace("t000000", f"t{nth:07d}") + "\r\n" for nth in range(ROWS)
        )

    ran = subprocess.run(  # noqa: S603 - our own text
        [sys.executable, "-c", READING, str(file)],
        capture_output=True,
        check=True,
        text=True,
    )

    rows, good, megabytes = map(int, ran.stdout.split())
    assert (rows, good) == (ROWS, ROWS)
    assert megabytes < MOST_MB
