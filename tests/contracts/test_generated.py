"""What the contracts say is made from what runs, and is current."""

import pytest
import typer

from deploy import generate
from deploy.documents import doors, events, services, wording
from schemas.errors import Stopped
from schemas.events import CATALOGUE


@pytest.fixture(scope="module")
def wanted():
    """Yield every generated file as it would be made now."""
    return generate.documents()


def test_no_generated_file_is_stale(wanted):
    """A change of the code and the change of its contract come together."""
    assert generate.stale(generate.CONTRACTS, wanted) == []


def test_every_type_and_service_is_described(wanted):
    """No event and no service is left out of the contracts."""
    schemas = {f"events/{name}/schema.json" for name in CATALOGUE}
    described = {f"openapi/{name}.yaml" for name in services.built()}

    assert wanted.keys() == {*schemas, *described, "asyncapi.yaml"}


def test_a_changed_a_missing_and_a_forgotten_file_are_stale(tmp_path, wanted):
    """The check sees what differs, what is not there, and what is no longer made."""
    generate.write(tmp_path, wanted)
    changed, missing = "asyncapi.yaml", "events/concern.raised.v1/schema.json"
    forgotten = "events/concern.raised.v0/schema.json"
    (tmp_path / changed).write_text("asyncapi: 2.0.0\n")
    (tmp_path / missing).unlink()
    (tmp_path / forgotten).parent.mkdir()
    (tmp_path / forgotten).write_text("{}")

    found = generate.stale(tmp_path, wanted)

    assert found == sorted([changed, missing, forgotten])


def test_writing_mends_what_is_stale_and_leaves_examples(tmp_path, wanted):
    """Generating again makes all current and touches no file that people write."""
    example = tmp_path / "events" / "concern.raised.v1" / "examples" / "one.json"
    example.parent.mkdir(parents=True)
    example.write_text("{}")
    old = tmp_path / "openapi" / "gone.yaml"
    old.parent.mkdir()
    old.write_text("openapi: 3.1.0\n")

    generate.write(tmp_path, wanted)

    assert generate.stale(tmp_path, wanted) == []
    assert example.exists()
    assert not old.exists()


def test_what_is_made_is_the_same_each_time():
    """The same code makes the same bytes."""
    assert events.documents() == events.documents()
    assert doors.documents() == doors.documents()


def test_a_door_that_is_described_and_not_there_stops_the_generator(monkeypatch):
    """A route that was renamed cannot stay in the contract under its old name."""
    said = wording.worded("doors")
    said["services"]["delivery"]["doors"]["GET /feeds"] = {}
    monkeypatch.setattr(doors, "_WORDS", said)

    with pytest.raises(Stopped, match="GET /feeds"):
        doors.documents()


def test_the_check_ends_with_6_and_writes_nothing(tmp_path, monkeypatch, capsys):
    """CI can tell stale contracts from a failure, and reads which file it is."""
    monkeypatch.setattr(generate, "CONTRACTS", tmp_path)

    with pytest.raises(typer.Exit) as ended:
        generate.main(check=True)

    assert ended.value.exit_code == 6
    assert "contracts/asyncapi.yaml is stale" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_release_with_a_break_keeps_the_schemas_released(tmp_path, monkeypatch):
    """What breaks a consumer cannot be released by releasing."""
    kept = tmp_path / "released" / "events" / "gone.reported.v1" / "schema.json"
    kept.parent.mkdir(parents=True)
    kept.write_text("{}")
    monkeypatch.setattr(generate, "CONTRACTS", tmp_path)

    with pytest.raises(typer.Exit) as ended:
        generate.main(release=True)

    assert ended.value.exit_code == 6
    assert kept.exists()
