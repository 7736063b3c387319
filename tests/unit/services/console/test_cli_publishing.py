"""`publish` and `message`: the right door, the bytes as they are, the exit codes."""

import json

import pytest
import typer

from services.console.cli.publishing import door_of, files_path

COUNCIL = "urn:dfe:la:931"
REF = "20000000-0000-5000-8000-000000000001"
REQUEST = "20000000-0000-4000-8000-000000000005"
EVENT = '{"specversion": "1.0",  "id": "1"}'
ACCEPTED = {"message_ref": REF, "items": [{"place": 0, "status": "accepted"}]}


@pytest.mark.parametrize(
    ("said", "service", "path", "kind"),
    [
        ({"id": "1"}, "education_gateway", "/events", "cloudevents+json"),
        ([{"id": "1"}], "education_gateway", "/events", "cloudevents-batch+json"),
        (
            {"resourceType": "Bundle", "type": "message"},
            "health_gateway",
            "/$process-message",
            "fhir+json",
        ),
        (
            {"resourceType": "Bundle", "type": "transaction"},
            "health_gateway",
            "/FHIR/R4",
            "fhir+json",
        ),
        (
            {"resourceType": "ServiceRequest"},
            "health_gateway",
            "/FHIR/R4/ServiceRequest",
            "fhir+json",
        ),
    ],
)
def test_the_door_is_chosen_by_what_is_sent(said, service, path, kind):
    """A newcomer need not know which gateway speaks what."""
    door = door_of(json.dumps(said).encode())
    assert door == (service, path, f"application/{kind}")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"upn,nhs_number\r\n", "text/csv"),
        (b"\xef\xbb\xbf<Message/>", "application/xml"),
        (b"PK\x03\x04rest", "application/zip"),
    ],
)
def test_any_other_file_goes_to_the_door_for_files(content, kind):
    """What is neither FHIR nor an event is a file of a feed."""
    assert door_of(content) == ("education_gateway", "/files", kind)


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b'{\n "id": "Ann Vale",\n "data": {,}\n}', "line 3, column 11"),
        (b'[{"id": "Ann Vale"}, {"id": ', "line 1, column 29"),
        (b'\xef\xbb\xbf {"id": "Ann Vale"', "line 1, column 19"),
        (b'{"id": "\xff Ann Vale"}', "byte 9"),
        (b'[{"id":' + b"[" * 100_000, "nested too deep"),
    ],
)
def test_json_that_cannot_be_read_is_no_file_of_a_feed(content, where, capsys):
    """Its sender is told where it breaks, and nothing of what it holds is repeated."""
    with pytest.raises(typer.Exit) as ended:
        door_of(content)

    said = capsys.readouterr().err
    assert ended.value.exit_code == 5
    assert "cannot be read as JSON" in said
    assert where in " ".join(said.split())
    assert "Vale" not in said


def test_what_is_asked_of_a_file_is_in_the_path():
    """Name, feed and day go with it; what is blank does not."""
    asked = {"feed": "census", "as_at": "2026-01-15", "corrects": ""}
    path = files_path("exports/pupils.csv", asked)

    assert path == "/files?feed=census&as_at=2026-01-15&name=pupils.csv"


class TestPublish:
    """Sending."""

    def test_sends_the_bytes_as_they_are_and_prints_the_answer(self, installation):
        """Nothing is read and written anew on the way."""
        installation.answer("education_gateway", "/events", ACCEPTED, status=202)
        ran = installation.run(
            "publish", "-", "--as", COUNCIL, "--request-id", REQUEST, said=EVENT
        )
        (sent,) = installation.asked
        assert sent.content.decode() == EVENT
        assert sent.headers["x-request-id"] == REQUEST
        assert json.loads(ran.stdout) == ACCEPTED
        assert ran.exit_code == 0

    def test_reads_a_file(self, installation, tmp_path):
        """A file is sent as standard input would be."""
        file = tmp_path / "event.json"
        file.write_text(EVENT)
        installation.answer("education_gateway", "/events", ACCEPTED, status=202)
        assert installation.run("publish", str(file), "--as", COUNCIL).exit_code == 0
        assert installation.asked[0].content.decode() == EVENT

    def test_makes_a_request_id_and_says_it(self, installation):
        """Whoever has to send again needs the same id."""
        installation.answer("education_gateway", "/events", ACCEPTED, status=202)
        ran = installation.run("publish", "-", "--as", COUNCIL, said=EVENT)
        assert installation.asked[0].headers["x-request-id"] in ran.stderr

    def test_asks_for_the_scenario_scope_only_for_a_received_time(self, installation):
        """An ordinary publisher's token does not move time."""
        installation.answer("education_gateway", "/events", ACCEPTED, status=202)
        moment = "2026-03-02T09:00:00Z"
        installation.run("publish", "-", "--as", COUNCIL, said=EVENT)
        installation.run(
            "publish", "-", "--as", COUNCIL, "--received-at", moment, said=EVENT
        )
        assert [t["scope"] for t in installation.tokens] == [
            "publish read",
            "publish read scenario",
        ]
        assert installation.asked[1].headers["x-throughline-received-at"] == moment

    @pytest.mark.parametrize(
        ("status", "code"),
        [(401, 4), (403, 4), (409, 5), (413, 5), (422, 5), (500, 1), (503, 1)],
    )
    def test_ends_with_the_code_of_the_answer(self, installation, status, code):
        """And prints what the door said, which tells what to mend."""
        problem = {"title": "Something"}
        installation.answer("education_gateway", "/events", problem, status=status)
        ran = installation.run("publish", "-", "--as", COUNCIL, said=EVENT)
        assert ran.exit_code == code
        assert json.loads(ran.stdout) == problem

    def test_ends_with_6_when_some_items_were_refused(self, installation):
        """A script notices, though the door took the rest."""
        items = [{"place": 0, "status": "accepted"}, {"place": 1, "status": "refused"}]
        answer = ACCEPTED | {"items": items}
        installation.answer("education_gateway", "/events", answer, status=202)
        ran = installation.run("publish", "-", "--as", COUNCIL, said=f"[{EVENT}]")
        assert ran.exit_code == 6

    def test_says_which_service_is_down(self, installation):
        """Failed, with the name and where it was looked for."""
        ran = installation.run("publish", "-", "--as", COUNCIL, said=EVENT)
        assert ran.exit_code == 1
        assert "education_gateway does not answer" in ran.stderr
        assert ran.stdout == ""

    @pytest.mark.parametrize(
        ("words", "said", "code"),
        [
            (["no-such-file", "--as", COUNCIL], None, 2),
            (["-", "--as", "Oxfordshire"], EVENT, 2),
            (["-", "--as", COUNCIL, "--request-id", "1"], EVENT, 2),
            (["-", "--as", COUNCIL], " ", 5),
            (["-", "--as", COUNCIL], '<Bundle xmlns="http://hl7.org/fhir"/>', 5),
        ],
    )
    def test_asks_nobody_when_the_command_is_wrong(
        self, installation, words, said, code
    ):
        """What cannot be right is said at once."""
        assert installation.run("publish", *words, said=said).exit_code == code
        assert installation.asked == []


class TestMessage:
    """What became of a message."""

    def test_is_asked_of_both_gateways(self, installation):
        """The reference does not say which door took it."""
        found = {"message_ref": REF, "state": "translated"}
        path = f"/messages/{REF}"
        installation.answer("education_gateway", path, {"detail": "no"}, status=404)
        installation.answer("health_gateway", path, found)
        ran = installation.run("message", REF, "--as", COUNCIL, "--json")
        assert json.loads(ran.stdout) == found
        assert ran.exit_code == 0

    def test_is_not_found_when_neither_knows_it(self, installation):
        """Exit code 3."""
        for gateway in ("education_gateway", "health_gateway"):
            installation.answer(gateway, f"/messages/{REF}", {}, status=404)
        assert installation.run("message", REF, "--as", COUNCIL).exit_code == 3

    def test_is_not_known_while_a_gateway_is_down(self, installation):
        """A gateway that is down may be the one that took it."""
        installation.answer("education_gateway", f"/messages/{REF}", {}, status=404)
        ran = installation.run("message", REF, "--as", COUNCIL)
        assert ran.exit_code == 1
        assert "health_gateway" in ran.stderr

    def test_of_no_form_of_reference_is_not_asked_for(self, installation):
        """Whatever else was typed never reaches an address."""
        assert installation.run("message", "Vale", "--as", COUNCIL).exit_code == 3
        assert installation.tokens == []
