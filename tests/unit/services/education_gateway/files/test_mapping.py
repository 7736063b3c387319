"""A mapping that an analyst writes: checked, tried on a sample, and made into events."""

import json

import pytest
import yaml
from typer.testing import CliRunner

from services.education_gateway.cli import app
from services.education_gateway.store.mappings import Mappings, read
from services.education_gateway.translate import to_statement
from services.education_gateway.translate.files import opening, survey, telling
from services.runtime.snapshots.comparing import compared
from tests.support.agencies import COUNCIL
from tests.support.school_files import AS_AT, csv_of, part

MAPPING = {
    "mapping": "ehc-cases",
    "version": 2,
    "sender": COUNCIL,
    "feed": "cases",
    "mode": "state",
    "key": ["Case"],
    "person": {
        "local_id": "Person",
        "upn": "UPN",
        "date_of_birth": "DOB",
    },
    "dates": ["DD/MM/YYYY", "DD-MON-YY"],
    "delimiter": ";",
    "events": [
        {
            "type": "ehcna.requested.v1",
            "occurred": "Request received",
            "data": {
                "received_on": {"column": "Request received", "kind": "date"},
                "request_source": {
                    "column": "Source",
                    "codes": {"Parent": "1", "School": "2"},
                },
            },
        },
        {
            "type": "ehcna.decided.v1",
            "occurred": "Decided",
            "when": {"column": "Decision", "among": ["Yes", "No"]},
            "data": {
                "decision": {
                    "column": "Decision",
                    "codes": {"Yes": "assess", "No": "refuse", "Open": "assess"},
                }
            },
        },
    ],
}
CASE = {
    "Case": "C1",
    "Person": "P1",
    "UPN": "M931123424001",
    "DOB": "04/05/2015",
    "Request received": "03-Mar-25",
    "Source": "Parent",
    "Decided": "10/04/2025",
    "Decision": "Yes",
}


@pytest.fixture
def written(tmp_path):
    """Return what writes a mapping, with changes, to a file."""

    def write(**changes):
        """Write it."""
        file = tmp_path / "mapping.yaml"
        file.write_text(yaml.safe_dump(MAPPING | changes))
        return file

    return write


def judged(mapping, *rows):
    """Return the records of a case system's export, as the mapping has them."""
    content = csv_of(rows, mapping.delimiter or ",")
    delivery = opening.delivery([part(content)], mapping)
    whole = survey.surveyed(delivery, feed=mapping.feed, as_at=AS_AT)
    [opened] = delivery.files
    return delivery, [
        j for b in survey.batches(opened, whole, after=0, size=9) for j in b
    ]


def told(mapping, row, kept=None):
    """Return the statements of one row after what was kept of it, and what is kept."""
    delivery, [said] = judged(mapping, row)
    found = compared(said.row, kept)
    table = delivery.layout.table(said.raw.table)
    speaker = telling.Speaker(COUNCIL, mapping.feed, AS_AT)
    events = list(telling.events(found.change, table, speaker)) if found.change else []
    for aspect, event in events:
        found.change.said[aspect] = event["sourceversion"]
    return [to_statement(e, sender=COUNCIL, place=2) for _, e in events], found.kept


def test_a_row_becomes_the_events_that_the_mapping_says(written):
    """Dates by their forms, codes by their list, the person apart from other feeds."""
    requested, decided = told(read(written()), CASE)[0]

    assert (requested.type, requested.occurred) == ("ehcna.requested.v1", "2025-03-03")
    assert requested.data["request_source"] == "1"
    assert requested.person["local_id"] == "cases/P1"
    assert decided.data["decision"] == "assess"


def test_ids_may_be_those_of_the_senders_events(written):
    """Only where the mapping says so is a local id shared with them."""
    mapping = read(written(person_ids="organisation"))

    assert told(mapping, CASE)[0][0].person["local_id"] == "P1"


def test_a_date_that_is_gone_takes_back_what_was_said(written):
    """The withdrawal names the version; what is said anew stands again."""
    mapping = read(written())
    (_, decided), kept = told(mapping, CASE)
    [withdrawn], later = told(mapping, CASE | {"Decided": ""}, kept)
    [again], _ = told(mapping, CASE, later)

    assert withdrawn.type == "event.withdrawn.v1"
    assert withdrawn.data["withdraws"] == {
        "sourcerecord": decided.sourcerecord,
        "sourceversion": decided.sourceversion,
    }
    assert again.sourcerecord == decided.sourcerecord
    assert again.sourceversion > decided.sourceversion


def test_rows_that_do_not_apply_make_no_event(written):
    """`when` says which rows make one."""
    assert len(told(read(written()), CASE | {"Decision": "Open"})[0]) == 1


def test_a_code_that_the_mapping_lacks_fails_the_row(written):
    """The analyst is told to add it or to correct it."""
    _, [said] = judged(read(written()), CASE | {"Source": "Grandparent"})

    assert [one.column for one in said.findings] == ["source"]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"mode": "sometimes"}, "mode"),
        ({"events": [{"type": "no.such.v1", "occurred": "x"}]}, "not in the catalogue"),
        (
            {
                "events": [
                    {
                        "type": "ehcna.requested.v1",
                        "occurred": "x",
                        "data": {"nothing": "x"},
                    }
                ]
            },
            "not a member",
        ),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_a_wrong_mapping_says_where(written, changes, fault):
    """Exit 5, a line a fault."""
    ran = CliRunner().invoke(app, ["check", str(written(**changes)), "--json"])

    assert ran.exit_code == 5
    assert fault in "\n".join(json.loads(ran.stdout)["faults"])


UNQUOTED = """
mapping: ehc-cases
version: 1
sender: urn:dfe:la:931
feed: cases
mode: state
key: [Case]
person: {local_id: Person}
dates: [dd/mm/yyyy]
events:
  - type: ehcna.decided.v1
    occurred: Decided
    when: {column: Decision, among: [Yes, No]}
    data:
      decision: {column: Decision, codes: {Yes: assess, "No": refuse, 3: refuse}}
      notified_on: {column: Decided, kind: day}
"""


def test_faults_are_said_as_the_analyst_would_find_them(tmp_path):
    """Where, counted from 1; what YAML made of it; once each, and nothing that follows."""
    file = tmp_path / "mapping.yaml"
    file.write_text(UNQUOTED)
    ran = CliRunner().invoke(app, ["check", str(file), "--json"])
    faults = dict(one.split(": ", 1) for one in json.loads(ran.stdout)["faults"])

    assert faults.keys() == {
        "dates, number 1",
        "events, number 1, data, decision, codes, one of the codes",
        "events, number 1, data, notified_on, kind",
        "events, number 1, when, among, number 1",
        "events, number 1, when, among, number 2",
    }
    assert "quotation marks" in faults["events, number 1, when, among, number 1"]
    assert "DD/MM/YYYY" in faults["dates, number 1"]


def test_what_is_no_yaml_says_the_line(tmp_path):
    """Of a slip in the third line the third line is named."""
    file = tmp_path / "mapping.yaml"
    file.write_text("mapping: a\nversion: 1\nsender: [\n")

    assert "line 4: is no YAML" in CliRunner().invoke(app, ["check", str(file)]).stdout


def test_dates_are_those_of_the_mapping(written):
    """Of birth too; a wrong one is told which forms the mapping has."""
    mapping = read(written(dates=["DD.MM.YYYY", "DD-MON-YY"]))
    wrong = {"DOB": "May 2015", "Decided": "2025/04/10"}
    good = {"DOB": "04.05.2015", "Decided": "10.04.2025"}
    _, [first, second] = judged(mapping, CASE | good, CASE | {"Case": "C2"} | wrong)

    assert first.row.carried["person"]["date_of_birth"] == "2015-05-04"
    said = {one.column: one.remedy for one in second.findings}
    assert said.keys() == {"dob", "decided"}
    assert all("DD.MM.YYYY or DD-MON-YY" in remedy for remedy in said.values())


def test_headings_that_a_sample_lacks_may_be_the_mappings_fault(written, tmp_path):
    """Whoever wrote the mapping is told to look there as well."""
    sample = tmp_path / "cases.csv"
    sample.write_bytes(csv_of([{"Case": "C1"}], ";"))
    said = ["check", str(written()), "--sample", str(sample)]

    assert "correct the mapping" in CliRunner().invoke(app, said).stdout


def test_a_mapping_is_tried_on_a_sample(written, tmp_path):
    """What it would make is counted; a row that fails is named, without its value."""
    sample = tmp_path / "cases.csv"
    sample.write_bytes(csv_of([CASE, CASE | {"Case": "C2", "Source": "Gran"}], ";"))
    said = ["check", str(written()), "--sample", str(sample), "--json"]
    ran = CliRunner().invoke(app, said)
    answer = json.loads(ran.stdout)

    assert (ran.exit_code, answer["rows"], answer["failed"]) == (6, 2, 1)
    assert answer["events"] == {"ehcna.requested.v1": 1, "ehcna.decided.v1": 1}
    assert answer["findings"][0].startswith("row 3, source")
    assert "Gran" not in ran.stdout


def test_the_highest_version_of_a_mapping_is_in_force(tmp_path):
    """A new file is read without a restart."""
    folder = tmp_path / "mappings"
    folder.mkdir()
    mappings = Mappings(tmp_path)
    for version in (2, 1):
        text = yaml.safe_dump(MAPPING | {"version": version})
        (folder / f"v{version}.yaml").write_text(text)

    assert mappings.of(COUNCIL, "cases").version == 2
    assert mappings.of(COUNCIL, "other") is None


@pytest.mark.parametrize(
    "text",
    ["1850-03-04", "2250-01-01T00:00:00", "31/12/9999", "20250303", "2025-W10-1"],
)
def test_a_day_that_nobody_means_is_none_in_a_mapped_file_either(written, text):
    """As a workbook keeps dates, in ISO's own form, or in a form of the mapping."""
    _, [said] = judged(read(written()), CASE | {"Decided": text})

    assert said.failed
    assert said.findings[0].column == "decided"


def test_a_birth_that_nobody_means_fails_its_row(written):
    """It would part the child from everyone."""
    _, [said] = judged(read(written()), CASE | {"DOB": "1850-03-04"})

    [found] = said.findings
    assert (said.failed, found.column, found.rule) == (
        True,
        "dob",
        "is not from 1900 to 2199",
    )
