"""`throughline validate` says what would become of files, and runs no service."""

import json
import shutil

from typer.testing import CliRunner

from deploy.commands import app
from deploy.validation import kinds
from services.runtime.settings import CONTRACTS
from tests.support import mns, nems
from tests.support.bars import body_of, referral_bundle

ORGANISATION = (
    b'<Organization xmlns="http://hl7.org/fhir"><active value="true"/></Organization>'
)


def run(*arguments):
    """Return exit code and standard output of the command."""
    result = CliRunner().invoke(app, ["validate", *map(str, arguments)])
    return result.exit_code, result.stdout


def test_a_folder_is_one_line_a_file(tmp_path):
    """JSON and XML are tried, other files passed over; 5 where one would be refused."""
    (tmp_path / "a.json").write_bytes(body_of(referral_bundle()))
    (tmp_path / "b.xml").write_bytes(ORGANISATION)
    (tmp_path / "c.json").write_bytes(b'{"resourceType": "Patient", "name": {}}')
    (tmp_path / "d.txt").write_bytes(b"nothing")

    code, out = run(tmp_path, "--json")
    lines = [json.loads(line) for line in out.splitlines()]

    assert code == 5
    assert [line["verdict"] for line in lines] == ["accepted", "accepted", "refused"]
    assert lines[0].keys() == {
        *("file", "verdict", "outcome", "events"),
        *("repairs", "warnings"),
    }
    assert lines[0]["events"][0]["type"] == "referral.received.v1"
    assert lines[0]["events"][0].keys() == {"type", "occurred", "category"}
    assert lines[2]["outcome"]["issue"][0]["expression"] == ["Patient.name"]


def test_a_person_reads_verdict_event_and_reason(tmp_path):
    """Without --json a file is a few plain lines."""
    file = tmp_path / "a.json"
    file.write_bytes(b'{"resourceType": "Patient", "name": {}}')

    code, out = run(file)

    assert code == 5
    assert out.startswith(f"refused  {file}\n    error  Patient.name  ")


def test_a_file_that_is_not_there_is_a_3(tmp_path):
    """Nothing is judged that cannot be found."""
    assert run(tmp_path / "none.json")[0] == 3


def test_good_files_are_a_0(tmp_path):
    """Nothing refused, nothing to mend."""
    file = tmp_path / "a.xml"
    file.write_bytes(ORGANISATION)

    assert run(file, "--json")[0] == 0


def test_notices_of_national_services_are_judged_as_a_mailbox_would(tmp_path):
    """NEMS's STU3 is no R4, and MNS's CloudEvent no resource: each is its own kind."""
    (tmp_path / "a.xml").write_bytes(nems.death())
    (tmp_path / "b.json").write_text(json.dumps(mns.signal("pds-change-of-gp-2")))
    (tmp_path / "c.xml").write_bytes(nems.death().replace(b"<timestamp", b"<when"))

    code, out = run(tmp_path, "--json")
    lines = [json.loads(line) for line in out.splitlines()]

    assert code == 5
    assert [line["verdict"] for line in lines] == ["accepted", "accepted", "refused"]
    assert [e["type"] for line in lines for e in line["events"]] == [
        "person.died.v1",
        "gp.changed.v1",
    ]
    assert "STU3" in lines[2]["outcome"]["issue"][0]["diagnostics"]


def test_a_broken_table_is_named_and_is_a_2(tmp_path, monkeypatch):
    """Neither a trace nor a verdict about the file."""
    contracts = tmp_path / "contracts"
    shutil.copytree(CONTRACTS, contracts)
    (contracts / "publishers" / "broken.yaml").write_text("publisher: [")
    monkeypatch.setattr(kinds, "CONTRACTS", contracts)
    monkeypatch.setattr(kinds, "KINDS", (kinds.Fhir(),))
    file = tmp_path / "a.json"
    file.write_bytes(body_of(referral_bundle()))

    result = CliRunner().invoke(app, ["validate", str(file)])

    assert result.exit_code == 2
    assert "broken.yaml cannot be understood" in result.stderr
