"""`throughline validate` knows events and the files of feeds, by the rules of the doors."""

import io
import json
import zipfile

import pytest
from typer.testing import CliRunner

from deploy.commands import app
from tests.support.school_files import SEN2, csv_of, pupil

LA = "urn:dfe:la:931"
PERSON = {"local_id": "P88", "family_name": "Vale"}
REQUESTED = {
    "specversion": "1.0",
    "id": "R-1",
    "source": LA,
    "type": "ehcna.requested.v1",
    "occurred": "2026-03-02",
    "data": {"person": PERSON},
}
CTF = b"""<?xml version="1.0"?><CTfile><Header><CTFversion>25.0</CTFversion></Header>
<CTFpupilData/></CTfile>"""
TO_COME = b"<Header><DateTime>2190-01-15T09:00:00</DateTime>"


def run(*arguments):
    """Return exit code and the lines of the command."""
    result = CliRunner().invoke(app, ["validate", *map(str, arguments), "--json"])
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def types(line):
    """Return the types of the events that a file would make."""
    return [one["type"] for one in line["events"]]


def issues(line):
    """Return severity and place of each issue."""
    return [(i["severity"], i["expression"][0]) for i in line["outcome"]["issue"]]


def test_an_array_of_events_says_which_would_be_refused(tmp_path):
    """Good ones with the clocks that would start, bad ones with place and rule: a 6."""
    file = tmp_path / "events.json"
    file.write_text(json.dumps([REQUESTED, REQUESTED | {"occurred": "2026-02-30"}]))

    code, [line] = run(file)

    assert code == 6
    assert (line["verdict"], line["rows"], line["failed"]) == ("accepted", 2, 1)
    assert line["events"] == [
        {"type": "ehcna.requested.v1", "occurred": "2026-03-02", "category": "ehc"}
    ]
    assert ("error", "/1/occurred") in issues(line)
    assert {"clock": "ehcp.final", "due": "2026-07-20"}.items() <= next(
        clock for clock in line["clocks"] if clock["clock"] == "ehcp.final"
    ).items()


def test_events_of_another_organisation_are_refused(tmp_path):
    """As whom it is tried is as whom it would be sent: a 5."""
    file = tmp_path / "event.json"
    file.write_text(json.dumps(REQUESTED))

    assert run(file)[0] == 0
    assert run(file, "--as", "urn:dfe:la:825")[0] == 5


def test_a_census_says_its_rows_and_events(tmp_path):
    """Rows, events, what is set aside and why; a value never."""
    file = tmp_path / "2026_spring_pupilonroll.csv"
    rows = [pupil(1), pupil(2, senprovision="Q"), pupil(3, senprovision="E")]
    file.write_bytes(csv_of(rows))

    code, [line] = run(file)

    assert code == 6
    assert (line["kind"], line["rows"], line["failed"]) == ("school-census", 3, 1)
    assert types(line).count("sen_support.started.v1") == 2
    assert issues(line) == [("error", "row 3, senprovision")]
    assert "Vale2" not in json.dumps(line)


def test_a_table_is_read_with_those_beside_it(tmp_path):
    """A request of a person in the table beside it; without that table, a remark."""
    [request] = SEN2["requests"]
    requests = [request, request | {"requeststableid": "r2", "persontableid": "p9"}]
    child = tmp_path / "Blade-Export_15-01-2026_requests.csv"
    child.write_bytes(csv_of(requests))
    _, [alone] = run(child)
    (tmp_path / "Blade-Export_15-01-2026_person.csv").write_bytes(
        csv_of(SEN2["person"])
    )
    code, [beside] = run(child)

    assert (alone["failed"], alone["rows"]) == (0, 2)
    assert issues(alone) == [("warning", "file")]
    assert (code, beside["rows"], beside["failed"]) == (6, 2, 1)
    assert types(alone) == types(beside) * 2
    assert issues(beside) == [("error", "row 3, persontableid")]


def test_a_folder_with_the_header_of_a_return_is_one_delivery(tmp_path):
    """The header holds no row and is no fault; alone it is, and says what is missing."""
    for name, rows in SEN2.items():
        file = tmp_path / f"Blade-Export_15-01-2026_{name}.csv"
        file.write_bytes(csv_of(rows))
    code, lines = run(tmp_path)
    for file in tmp_path.iterdir():
        if not file.name.endswith("_sen2.csv"):
            file.unlink()
    alone, [header] = run(tmp_path)

    assert (code, {line["verdict"] for line in lines}) == (0, {"accepted"})
    assert sum(line["rows"] for line in lines) == 9
    assert alone == 5
    assert "none of its tables" in header["outcome"]["issue"][0]["diagnostics"]


def test_an_archive_is_one_delivery(tmp_path):
    """The nine files of a return, packed, are read as the door reads them."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, rows in SEN2.items():
            archive.writestr(f"Blade-Export_15-01-2026_{name}.csv", csv_of(rows))
    file = tmp_path / "return.zip"
    file.write_bytes(packed.getvalue())

    code, [line] = run(file)

    assert (code, line["kind"], line["failed"]) == (0, "sen2", 0)
    assert "ehcp.final_issued.v1" in types(line)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a_pupilonroll.csv", csv_of([pupil(1)])),
        ("b_pupilonroll.csv", csv_of([pupil(1, senprovision="Q")])),
        ("c.csv", b"colour,shape\r\nred,round\r\n"),
        ("d.xml", CTF),
        ("e.xml", b"<CTfile><CTFpupilData><Pupil>"),
        ("f.json", json.dumps(REQUESTED).encode()),
        ("g.json", json.dumps(REQUESTED | {"occurred": "2026-02-30"}).encode()),
        ("h.csv", b"\x81\x8d\x00\xff"),
    ],
)
def test_the_outcome_is_an_operation_outcome(tmp_path, name, body):
    """Of files of every kind, good or bad: one issue at least, each whole."""
    file = tmp_path / name
    file.write_bytes(body)

    _, [line] = run(file)

    said = line["outcome"]
    assert said["resourceType"] == "OperationOutcome"
    assert said["issue"]
    for issue in said["issue"]:
        assert issue.keys() == {"severity", "code", "expression", "diagnostics"}
        assert all(issue["expression"])
        assert issue["code"] in {"invalid", "business-rule", "informational"}


@pytest.mark.parametrize("name", ["noise", "noise.bin", "noise.csv"])
def test_what_is_no_text_is_told_in_the_words_of_the_files_door(tmp_path, name):
    """Whatever its name: not that it should be FHIR."""
    file = tmp_path / name
    file.write_bytes(b"\x90\x81\x8d\x00\xff\x03noise")

    code, [line] = run(file)

    [issue] = line["outcome"]["issue"]
    assert code == 5
    assert issue["diagnostics"].startswith("is neither UTF-8 nor Windows-1252")


@pytest.mark.parametrize(
    ("name", "body", "verdict"),
    [
        ("a.xml", CTF, "accepted"),
        ("b.csv", b"colour,shape\r\nred,round\r\n", "refused"),
        ("c.csv", b"", "refused"),
        ("d.xlsx", b"PK\x03\x04 and no more", "refused"),
        ("e.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><CTfile>&a;</CTfile>', "refused"),
        ("f.xml", b"<CTfile><CTFpupilData><Pupil>", "refused"),
        ("g.xml", CTF.replace(b"<Header>", TO_COME), "refused"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(tmp_path, name, body, verdict):
    """No kind, nothing, cut off, or with entities: one line each and never a trace."""
    file = tmp_path / name
    file.write_bytes(body)

    code, [line] = run(file)

    assert line["verdict"] == verdict
    assert code == (5 if verdict == "refused" else 0)
    assert verdict == "accepted" or line["outcome"]["issue"][0]["diagnostics"]


def test_a_person_reads_how_many_of_each(tmp_path):
    """Of a large file events are counted, and only the first faults are listed."""
    file = tmp_path / "x_pupilonroll.csv"
    rows = [pupil(n) for n in range(30)]
    rows += [pupil(n, senprovision="Q") for n in range(30, 60)]
    file.write_bytes(csv_of(rows))

    out = CliRunner().invoke(app, ["validate", str(file)]).stdout.splitlines()

    assert "        30  sen_support.started.v1" in out
    assert out[-1] == "    and 10 more; --json lists all"
