"""`timeline` and `feed`: what an organisation may see, and no identifiers in sight."""

import json

import pytest

COUNCIL = "urn:dfe:la:931"
CHILD = "c-0000000000000000000000000000000a"
NHS_NUMBER = "9991234519"
SHOWN = {
    "child_ref": CHILD,
    "as_of": "2026-04-27T07:15:00Z",
    "clocks": [
        {
            "clock": "ehcna.advice",
            "title": "Advice within 6 weeks",
            "state": "due_soon",
            "due": "2026-05-01",
            "owed_by": "urn:ods:RNU",
        }
    ],
    "entries": [
        {
            "occurred": "2026-03-02",
            "type": "ehcna.requested.v1",
            "source": COUNCIL,
            "state": "superseded",
            "late": True,
        },
        {
            "occurred": "2026-03-03",
            "type": "something.happened.v9",
            "source": COUNCIL,
            "state": "linked",
            "late": False,
        },
    ],
    "sources": [
        {"name": "Council", "connected": True, "last_heard": "2026-04-27T07:00:00Z"},
        {"name": "Trust", "connected": True, "last_heard": None},
        {"name": "GP", "connected": False, "last_heard": None},
    ],
}
EVENT = {
    "id": "1",
    "time": "2026-03-02T09:00:00Z",
    "type": "ehcna.requested.v1",
    "source": COUNCIL,
    "subject": CHILD,
}
PATH = f"/children/{CHILD}/timeline"


class TestTimeline:
    """One child's timeline."""

    def test_is_told_in_plain_words(self, installation):
        """Clocks, entries with their marks, and who was heard when."""
        installation.answer("timeline", PATH, SHOWN)
        ran = installation.run("timeline", CHILD, "--as", COUNCIL)
        lines = [" ".join(line.split()) for line in ran.stdout.splitlines()]
        assert (
            "due 2026-05-01 due soon Advice within 6 weeks owed by urn:ods:RNU" in lines
        )
        marks = "superseded, late"
        assert f"2026-03-02 EHC needs assessment requested {COUNCIL} {marks}" in lines
        assert f"2026-03-03 something.happened.v9 {COUNCIL}" in lines
        assert {"Trust never", "GP not connected"} < set(lines)

    def test_of_nothing_says_none(self, installation):
        """An empty part is said to be empty."""
        nothing = SHOWN | {"clocks": [], "entries": [], "sources": []}
        installation.answer("timeline", PATH, nothing)
        ran = installation.run("timeline", CHILD, "--as", COUNCIL)
        assert ran.stdout.split().count("none") == 3

    def test_as_json_is_the_answer_itself(self, installation):
        """For programs."""
        installation.answer("timeline", PATH, SHOWN)
        ran = installation.run("timeline", CHILD, "--as", COUNCIL, "--json")
        assert json.loads(ran.stdout) == SHOWN

    @pytest.mark.parametrize(
        ("org", "roles"),
        [
            (COUNCIL, ["send_officer"]),
            ("urn:ods:RNU", ["clinician", "dco"]),
            ("urn:dfe:urn:123456", ["senco", "setting"]),
        ],
    )
    def test_is_read_in_the_usual_role(self, installation, org, roles):
        """Each kind of organisation has one."""
        installation.answer("timeline", PATH, SHOWN)
        installation.run("timeline", CHILD, "--as", org)
        assert installation.tokens == [{"org": org, "roles": roles, "scope": "read"}]

    def test_is_read_in_the_role_that_was_given(self, installation):
        """An option overrides the usual one."""
        installation.answer("timeline", PATH, SHOWN)
        installation.run("timeline", CHILD, "--as", COUNCIL, "--role", "steward")
        assert installation.tokens[0]["roles"] == ["steward"]

    def test_can_be_asked_for_as_it_was_known(self, installation):
        """The day goes to the service as it was written."""
        installation.answer("timeline", PATH, SHOWN)
        installation.run(
            "timeline", CHILD, "--as", COUNCIL, "--as-known-on", "2026-04-01"
        )
        assert installation.asked[0].url.params["as_known_on"] == "2026-04-01"

    def test_finds_a_child_by_identifiers_from_standard_input(self, installation):
        """They travel in a body, never in an address."""
        born = {"nhs_number": NHS_NUMBER, "date_of_birth": "2018-05-04"}
        installation.answer("timeline", "/children/search", {"child_ref": CHILD})
        installation.answer("timeline", PATH, SHOWN)
        ran = installation.run("timeline", "-", "--as", COUNCIL, said=json.dumps(born))
        search, shown = installation.asked
        assert json.loads(search.content) == born
        assert NHS_NUMBER not in str(search.url) + str(shown.url)
        assert ran.exit_code == 0

    @pytest.mark.parametrize("said", [NHS_NUMBER, "999 123 4519", "M931123424001"])
    @pytest.mark.parametrize("command", ["timeline", "trace"])
    def test_takes_no_identifiers_on_the_command_line(
        self, installation, command, said
    ):
        """They would stay in the shell's history; nothing is sent, nothing repeated."""
        words = ["--as", COUNCIL] if command == "timeline" else []
        ran = installation.run(command, said, *words)
        assert ran.exit_code == 2
        assert said not in ran.output
        assert installation.tokens == []

    @pytest.mark.parametrize("said", ["", "[1]", "9991234519x"])
    def test_wants_an_object_on_standard_input(self, installation, said):
        """Anything else is a mistake in the use."""
        ran = installation.run("timeline", "-", "--as", COUNCIL, said=said)
        assert ran.exit_code == 2

    @pytest.mark.parametrize(
        ("status", "code"), [(404, 3), (403, 4), (422, 5), (503, 1)]
    )
    def test_ends_with_the_code_of_the_answer(self, installation, status, code):
        """What the service says is a remark, not data."""
        installation.answer("timeline", PATH, {"detail": "In words."}, status=status)
        ran = installation.run("timeline", CHILD, "--as", COUNCIL)
        assert (ran.exit_code, ran.stdout) == (code, "")
        assert "In words." in ran.stderr

    def test_of_no_form_of_reference_is_not_asked_for(self, installation):
        """Whatever else was typed never reaches an address."""
        assert installation.run("timeline", "Vale", "--as", COUNCIL).exit_code == 3
        assert installation.asked == []


class TestFeed:
    """A subscriber's feed."""

    def test_prints_events_in_columns_and_where_to_go_on(self, installation):
        """The cursor is a remark: a program asks for JSON."""
        body = {"events": [EVENT], "next": "CURSOR", "as_of": "now"}
        installation.answer("delivery", "/feed", body)
        ran = installation.run("feed", "--as", COUNCIL, "--after", "C", "--limit", "7")
        assert ran.stdout.split("\t")[1] == "ehcna.requested.v1"
        assert "CURSOR" in ran.stderr
        assert dict(installation.asked[0].url.params) == {"limit": "7", "after": "C"}

    def test_begins_at_the_beginning(self, installation):
        """Without a cursor none is sent, in no role: a system asks."""
        installation.answer("delivery", "/feed", {"events": [], "next": "C"})
        ran = installation.run("feed", "--as", COUNCIL, "--json")
        assert "after" not in installation.asked[0].url.params
        assert installation.tokens[0]["roles"] == []
        assert json.loads(ran.stdout) == {"events": [], "next": "C"}
