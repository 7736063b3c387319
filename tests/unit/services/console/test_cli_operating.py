"""`trace`, `refused`, `identity`, `status` and `tick`: as an operator, and on purpose."""

import json

import pytest

ID = "20000000-0000-5000-8000-000000000001"
OTHER = "20000000-0000-5000-8000-000000000002"
PERSON = "p-0000000000000000000000000000000b"
OPERATOR = {
    "org": "urn:dfe:la:931",
    "roles": ["operator"],
    "scope": "operate read",
}
HOP = {
    "hop": "received",
    "topic": "education.inbound",
    "partition": 3,
    "offset": 0,
    "at": "2026-03-02T09:00:00.000000Z",
    "state": "received",
    "reason": None,
}


UP = {"name": "clocks", "up": True, "lag_seconds": 0.5}
DOWN = {"name": "timeline", "up": False, "lag_seconds": None}


def status_of(*services, missing=0):
    """Return how everything is, as the console answers it."""
    topics = [{"name": "refused", "records": 2}]
    said = {"services": services, "topics": topics, "refused": 1, "waiting": 0}
    return said | {"conservation": None if missing is None else {"difference": missing}}


def line(ref):
    """Return one refused message as the console lists it."""
    said = ("message_ref", "topic", "reason", "rule", "where", "at", "state")
    return {"ref": ref} | dict.fromkeys(said, "x")


class TestTrace:
    """Where something has been."""

    def test_prints_each_hop(self, installation):
        """One line a hop for a program that reads columns; nothing for no reason."""
        installation.answer("console", "/trace", [HOP])
        ran = installation.run("trace", ID)
        assert ran.stdout == (
            f"{HOP['at']}\treceived\teducation.inbound\t3\t0\treceived\t\n"
        )
        assert json.loads(installation.asked[0].content) == {"id": ID}
        assert installation.tokens == [OPERATOR]

    def test_as_json_is_the_hops(self, installation):
        """As the console answers them."""
        installation.answer("console", "/trace", [HOP])
        assert json.loads(installation.run("trace", ID, "--json").stdout) == [HOP]

    @pytest.mark.parametrize("said", [ID, "no-such-form"])
    def test_of_the_unknown_is_empty_and_ends_with_3(self, installation, said):
        """What cannot be an id of ours is not even asked for."""
        installation.answer("console", "/trace", [])
        ran = installation.run("trace", said, "--json")
        assert (ran.exit_code, ran.stdout) == (3, "[]\n")
        assert len(installation.asked) == (said == ID)


class TestRefused:
    """What could not be used."""

    def test_list_goes_on_to_the_end(self, installation):
        """However many there are, all of them are listed, in order."""
        pages = (
            {"refused": [line(ID)], "next": 5},
            {"refused": [line(OTHER)], "next": None},
        )
        installation.answer("console", "/refused", *pages)
        ran = installation.run("refused", "list", "--json")
        assert [one["ref"] for one in json.loads(ran.stdout)] == [ID, OTHER]
        assert [r.url.params["after"] for r in installation.asked] == ["0", "5"]

    def test_show_prints_names_and_values(self, installation):
        """The attributes of the record among the rest."""
        said = line(ID) | {"attributes": {"source": "urn:ods:RNU"}}
        installation.answer("console", f"/refused/{ID}", said)
        ran = installation.run("refused", "show", ID)
        assert "source\turn:ods:RNU\n" in ran.stdout

    def test_replay_sends_references_and_reason(self, installation):
        """All in one request: all or none is replayed."""
        done = {"ref": ID, "topic": "education.inbound", "attempt": 1}
        installation.answer("console", "/refused/replay", {"replayed": [done]})
        words = (
            "refused",
            "replay",
            ID,
            OTHER,
            "--reason",
            "mended",
            "--yes",
            "--json",
        )
        ran = installation.run(*words)
        asked = json.loads(installation.asked[0].content)
        assert asked == {"refs": [ID, OTHER], "reason": "mended"}
        assert json.loads(ran.stdout) == [done]

    @pytest.mark.parametrize(
        "words", [("refused", "replay", ID), ("identity", "unlink", PERSON)]
    )
    def test_nothing_is_done_without_yes_where_nobody_can_be_asked(
        self, installation, words
    ):
        """A script has to say that it means it."""
        ran = installation.run(*words, "--reason", "because of this")
        assert ran.exit_code == 2
        assert installation.asked == []

    def test_replay_of_what_was_replayed_is_a_conflict(self, installation):
        """Exit code 5."""
        problem = {"detail": "It was replayed before."}
        installation.answer("console", "/refused/replay", problem, status=409)
        ran = installation.run("refused", "replay", ID, "--reason", "again", "--yes")
        assert ran.exit_code == 5
        assert "replayed before" in ran.stderr


class TestUnlink:
    """Parting a person from its child."""

    def test_is_asked_of_identity_with_the_reason(self, installation):
        """And the child that the person founds is printed."""
        said = {"person_ref": PERSON, "child_ref": "c-1", "epoch": 2}
        installation.answer("identity_linking", f"/persons/{PERSON}/unlink", said)
        words = ("identity", "unlink", PERSON, "--reason", "two children", "--yes")
        assert installation.run(*words).stdout == "c-1\n"
        assert json.loads(installation.run(*words, "--json").stdout) == said
        assert json.loads(installation.asked[0].content) == {"reason": "two children"}

    @pytest.mark.parametrize(
        ("said", "code"), [("9991234519", 2), ("Vale", 3), (ID, 3)]
    )
    def test_takes_our_reference_alone(self, installation, said, code):
        """The reference stands in an address, so it must be one."""
        words = ("identity", "unlink", said, "--reason", "two children", "--yes")
        assert installation.run(*words).exit_code == code
        assert installation.tokens == []


class TestStatus:
    """How everything is."""

    def test_is_told_in_lines(self, installation):
        """Services, topics, and what waits for a person."""
        installation.answer("console", "/status", status_of(UP))
        ran = installation.run("status")
        assert ran.exit_code == 0
        assert ran.stdout.splitlines() == [
            "clocks\ttrue\t0.5",
            "refused\t2",
            "refused\t1",
            "waiting\t0",
            "difference\t0",
        ]

    def test_ends_with_6_when_a_service_is_down(self, installation):
        """A watch can branch on it; the data are there all the same."""
        said = status_of(UP, DOWN)
        installation.answer("console", "/status", said)
        ran = installation.run("status", "--json")
        assert ran.exit_code == 6
        assert json.loads(ran.stdout)["services"][1] == DOWN
        assert "timeline" in ran.stderr

    @pytest.mark.parametrize(("missing", "code"), [(3, 6), (None, 0)])
    def test_ends_with_6_when_something_is_missing(self, installation, missing, code):
        """So it does where not all that came in is there; not before it was counted."""
        installation.answer("console", "/status", status_of(UP, missing=missing))
        assert installation.run("status").exit_code == code


TICKED = (
    "clocks",
    "education_gateway",
    "timeline",
    "delivery",
    "identity_linking",
    "console",
)


class TestTick:
    """Moving today on."""

    def test_moves_the_clocks_first(self, installation):
        """What shows clocks moves after they have."""
        for name in TICKED:
            installation.answer(name, "/tick", {"today": "2026-05-01"})
        ran = installation.run("tick", "2026-05-01", "--json")
        assert ran.exit_code == 0
        assert installation.asked[0].url.port == 30_004
        assert {r.url.port - 30_000 for r in installation.asked} == {2, 3, 4, 5, 6, 7}
        assert all(one["today"] == "2026-05-01" for one in json.loads(ran.stdout))

    def test_is_for_development_alone(self, installation):
        """In production nobody has the door: not found."""
        for name in TICKED:
            installation.answer(name, "/tick", {}, status=404)
        assert installation.run("tick", "2026-05-01").exit_code == 3

    @pytest.mark.parametrize("said", ["tomorrow", "2026-02-30", "1 May 2026"])
    def test_wants_a_date(self, installation, said):
        """Anything else is a mistake in the use."""
        assert installation.run("tick", said).exit_code == 2
        assert installation.asked == []


class TestRepublish:
    """Saying that Kafka is new on purpose."""

    POSTGRES = "postgresql://postgres@127.0.0.1:1/postgres"

    def test_is_done_on_purpose(self, installation, monkeypatch):
        """Without --yes and without a person nothing is done."""
        monkeypatch.setenv("THROUGHLINE_POSTGRES", self.POSTGRES)
        ran = installation.run("republish", "--reason", "a disk is gone")
        assert ran.exit_code == 2
        assert "say --yes" in ran.stderr

    def test_needs_to_know_where_postgres_is(self, installation, monkeypatch):
        """It is in no usual place."""
        monkeypatch.delenv("THROUGHLINE_POSTGRES", raising=False)
        ran = installation.run("republish", "--reason", "a disk is gone", "--yes")
        assert (ran.exit_code, "THROUGHLINE_POSTGRES" in ran.stderr) == (2, True)

    def test_says_what_does_not_answer(self, installation, monkeypatch):
        """Neither Kafka nor Postgres: one line, and nothing else."""
        monkeypatch.setenv("THROUGHLINE_POSTGRES", self.POSTGRES)
        monkeypatch.setenv("THROUGHLINE_KAFKA", "127.0.0.1:1")
        ran = installation.run("republish", "--reason", "a disk is gone", "--yes")
        assert ran.exit_code == 1
        assert ran.stderr.endswith("Kafka or Postgres does not answer\n")
