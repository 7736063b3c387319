"""Whatever has happened to a file, its sender is told, and no more of it is believed."""

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from services.education_gateway.translate.files.layout import BrokenFileError
from tests.support.mutated import CASES, KINDS, bent, cuts, sheet, uploaded
from tests.support.school_files import SEN2, csv_of, pupil, zipped

ROOT = Path(__file__).parents[5]
SEED = 20260115
EARLY = ("cut off", "no whole archive", "is empty", "holds no rows")
FORMULAS = ["=1+1", '=HYPERLINK("http://127.0.0.1")', "@SUM(A1)", "+1+1", "\t=1"]
MOST_MB = 350
BOMBS = """
import sys
sys.path.insert(0, ".")
from tests.support.memory import peak_mb
from tests.unit.services.education_gateway.files import test_mutated as here
for name, (file, rule) in here.bombs().items():
    said = here.outcome({file[0]: file[1]})
    assert isinstance(said, str) and rule in said, (name, said)
print(peak_mb())
"""


def outcome(files, mapping=None):
    """Return the rule for which a delivery is refused, or what would become of it."""
    try:
        return uploaded(files, mapping)
    except BrokenFileError as broken:
        assert broken.remedy
        return broken.rule


def facts(said):
    """Return the events of a delivery, in order."""
    return [(one.type, one.occurred) for one in said.events]


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_file_is_read_without_a_finding(kind):
    """What the others are compared with."""
    said = outcome(*KINDS[kind])

    assert said.failed == 0
    assert len(said.events) >= 8
    assert [one for _, one in said.findings if "cut off" in one.rule] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_was_cut_is_refused_or_says_so(kind):
    """Refused whole; or the rows before the cut, and of one without an end a warning."""
    files, mapping = KINDS[kind]
    for name, content in files.items():
        for short in cuts(content, Random(SEED), 6):
            said = outcome({**files, name: short}, mapping)
            if isinstance(said, str):
                assert any(one in said for one in (*EARLY, "lacks the columns"))
                continue
            rules = [one.rule for _, one in said.findings]
            ended = short.endswith(b"\n")
            assert ended or any("cut off" in rule for rule in rules)


@pytest.mark.parametrize("kind", [one for one in KINDS if one.endswith("xml")])
def test_of_a_document_that_was_cut_nothing_is_taken_in(kind):
    """Wherever it was cut: that is what its sender reads."""
    [(name, content)] = KINDS[kind][0].items()
    for short in cuts(content, Random(SEED), 20):
        assert outcome({name: short}) == (
            "ends before its end: it was cut off, so nothing of it was taken in"
        )


def test_what_a_quotation_mark_swallows_is_missed():
    """One that is not closed takes the rows behind it into its cell."""
    lines = csv_of([pupil(n) for n in range(9)]).splitlines(keepends=True)
    last = lines[4].rstrip().rpartition(b",")
    lines[4] = last[0] + b',"' + last[2] + b"\r\n"

    assert "a quotation mark is not closed" in outcome({"roll.csv": b"".join(lines)})


@pytest.mark.parametrize(
    "kind", ["census csv", "mapped csv", "mapped xlsx", "sen2 csv"]
)
def test_shuffled_columns_say_the_same(kind):
    """Columns go by their names."""
    files, mapping = KINDS[kind]
    tables = {
        "census csv": {"roll.csv": [pupil(n) for n in range(9)]},
        "sen2 csv": {f"{name}.csv": rows for name, rows in SEN2.items()},
    }
    case = [
        {"Received": "04/03/2025", "Case": f"C{n}", "Note": "a", "Person": f"P{n}"}
        for n in range(9)
    ]
    write = sheet if kind == "mapped xlsx" else csv_of
    rows = tables.get(kind) or {next(iter(files)): case}
    shuffled = {
        name: write([dict(reversed(row.items())) for row in table])
        for name, table in rows.items()
    }

    assert facts(outcome(shuffled, mapping)) == facts(outcome(files, mapping))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("encoding", ["utf-16-le", "cp037", "cp1252"])
def test_another_encoding_is_read_or_named(kind, encoding):
    """What cannot be read is refused with what to do, and nothing else happens."""
    files, mapping = KINDS[kind]
    if kind == "mapped xlsx":
        pytest.skip("a workbook says its own")
    wrong = {name: one.decode().encode(encoding) for name, one in files.items()}
    said = outcome(wrong, mapping)

    assert isinstance(said, str) or facts(said) == facts(outcome(files, mapping))


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("write", [csv_of, sheet])
def test_a_formula_makes_no_event(formula, write):
    """It fails its row where it would be told, and is never worked out."""
    for column in ("Case", "Person", "Received"):
        row = {"Case": "C1", "Person": "P1", "Received": "04/03/2025"}
        said = outcome(
            {"cases.csv": write([row, row | {"Case": "C2"} | {column: formula}])}, CASES
        )
        if column == "Received":
            assert said.failed == 1
            assert said.findings[0][1].remedy
        assert formula not in str(facts(said))


@pytest.mark.parametrize("kind", KINDS)
def test_bytes_that_changed_crash_nothing(kind):
    """Some are lost, some are others: refused, or reported, or read."""
    files, mapping = KINDS[kind]
    random = Random(SEED)
    for name, content in files.items():
        for _ in range(40 if len(files) == 1 else 8):
            said = outcome({**files, name: bent(content, random)}, mapping)
            assert isinstance(said, str) or said.rows >= 0


def bombs():
    """Return files that would grow without end, and the rule that each breaks."""
    laughs = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(9)
    )
    doctype = f"<!DOCTYPE CTfile [{laughs}]>".encode()
    flat = b"<Message>" + b"<a/>" * 400_000 + b"</Message>"
    wide = b"<CTfile><Header/><Pupil>" + b"<a>1</a>" * 1_000_000 + b"</Pupil></CTfile>"
    deep = b"<CTfile>" + b"<a>" * 100_000
    huge = zipped(**{"xl/workbook.xml": b"<a/>", "xl/x.xml": b"\x00" * 60_000_000})
    return {
        "laughs": (("a.xml", doctype + b"<CTfile>&l8;</CTfile>"), "document type"),
        "laughs in a book": (
            ("a.xlsx", zipped(**{"xl/workbook.xml": doctype + b"<a>&l8;</a>"})),
            "document type",
        ),
        "zip": (("a.xlsx", huge), "unpacks to more"),
        "zip in zip": (("a.zip", zipped(**{"a.zip": huge})), ""),
        "no header": (("a.xml", flat), "no file that this gateway reads"),
        "one record": (("a.xml", wide), "more elements"),
        "nested": (("a.xml", deep), ""),
        "one cell": (("a.csv", b"upn,nhs_number\r\n" + b"9" * 9_000_000), "cell"),
        "columns": (
            ("a.csv", b",".join(b"c%d" % n for n in range(500_000))),
            "columns",
        ),
    }


def test_bombs_are_refused_in_bounded_memory():
    """Of entities, archives, elements, cells and columns."""
    ran = subprocess.run(  # noqa: S603 - our own text
        [sys.executable, "-c", BOMBS],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )

    assert ran.returncode == 0, ran.stderr[-2000:]
    assert int(ran.stdout) < MOST_MB
