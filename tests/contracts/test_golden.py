"""
Mappings say today what the pairs of files say they did.

To add a pair, put `NAME.fhir.json` (or `.fhir.xml`; of a mailbox `.mns.json` or
`.nems.xml`) into tests/golden/health with invented people, run
`python -m tests.support.golden NAME`, and read what it wrote.
"""

import json

import pytest

from schemas.events import CATALOGUE
from services.health_gateway.translate import Tables, retold
from services.health_gateway.translate.tables import Publisher
from tests.support.bars import SENDER
from tests.support.fhir import TABLES, heard
from tests.support.golden import (
    FOLDER,
    READINGS,
    beside,
    content,
    digests,
    expected,
    inputs,
)

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


def test_what_is_said_otherwise_has_another_version():
    """
    An event says by which mapping it was made, and that mapping says it every time.

    Where this fails after a change in code, raise READING in translate/tables.py; then,
    as after a change in the tables, run `python -m tests.support.golden NAME`.
    """
    readings = json.loads(READINGS.read_text(encoding="utf-8"))

    assert readings == {"version": TABLES.version(SENDER), "pairs": digests()}


def test_each_table_is_in_the_version():
    """What only one publisher's table says changes the version of that publisher alone."""
    before = {org: TABLES.version(org) for org in (SENDER, "urn:ods:XYZ")}
    table = Publisher(publisher=SENDER)
    changed = Tables(TABLES.national, TABLES.table, [table], TABLES.notices)

    assert changed.version(SENDER) != before[SENDER]
    assert changed.version("urn:ods:XYZ") == before["urn:ods:XYZ"]
    assert Tables.of(TABLES.content(SENDER)).version(SENDER) == before[SENDER]
