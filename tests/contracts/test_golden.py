"""
Mappings say today what the pairs of files say they did.

To add a pair, put `NAME.fhir.json` (or `.fhir.xml`; of a mailbox `.mns.json` or
`.nems.xml`) into tests/golden/health with invented people, run
`python -m tests.support.golden NAME`, and read what it wrote.
"""

import json

import pytest

from schemas.events import CATALOGUE
from services.health_gateway.translate import retold
from tests.support.fhir import heard
from tests.support.golden import FOLDER, beside, content, expected, inputs

PAIRS = inputs()
ROWS = {f"row_{nth:02}" for nth in range(1, 33)} - {"row_15"}
"""Rows of what health records say; a move needs two versions (see the next test)."""


@pytest.mark.parametrize("path", PAIRS, ids=lambda path: path.name.partition(".")[0])
def test_an_input_becomes_what_its_pair_says(path):
    """Each event, with its record, its person and its data, and every warning."""
    wanted = json.loads(beside(path).read_text(encoding="utf-8"))

    assert expected(path) == wanted


@pytest.mark.parametrize("path", PAIRS, ids=lambda path: path.name.partition(".")[0])
def test_what_a_door_passes_on_means_the_same(path):
    """The translator reads less than the door did, and reads the same in it."""
    told = heard()

    for piece in (piece for piece in content(path).pieces if piece.statements):
        assert retold(piece.value, told, piece.place) == piece.statements


def test_every_row_and_every_line_of_the_table_has_a_pair():
    """What the field's table and BaRS's decision table promise is shown by example."""
    names = {path.name for path in PAIRS}
    types = {
        event["type"]
        for path in PAIRS
        for event in json.loads(beside(path).read_text("utf-8"))["events"]
    }
    lines = heard().tables.table.rows

    assert {row for row in ROWS if not any(n.startswith(row) for n in names)} == set()
    assert {line.type for line in lines} - types == set()
    assert types <= CATALOGUE.keys()


def test_every_file_of_the_folder_belongs_to_a_pair():
    """Nothing lies there that no test reads."""
    known = {*PAIRS, *(beside(path) for path in PAIRS)}

    assert {path for path in FOLDER.iterdir() if path.is_file()} == known
