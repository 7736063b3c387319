"""The console on the running stack: traced, refused, replayed, and who may do so."""

import json
import re
from uuid import uuid4

import httpx
import orjson
import pytest

from tests.support.agencies import COUNCIL, TRUST, event, somebody
from tests.support.local_stack import until
from tests.support.operating import (
    audited,
    command_line,
    hops,
    linked,
    published,
    pulled,
    refusals,
    sign_in,
)
from tests.support.partnership import csrf_of

UNNAMED = "urn:ods:RXX"
"""An organisation that no agreement names."""
WHOLE = ["received", "translated", "linked"]
OURS = re.compile(r"[cp]-[0-9a-f]{32}|[0-9a-f-]{36}")


@pytest.fixture(scope="module")
def console(stack):
    """The shared stack with its console; returns the console's address."""
    stack.start_service("console")
    stack.wait_ready("console", seconds=180)
    yield stack.address("console")
    stack.stop("console")


@pytest.fixture
def command(stack, console, monkeypatch):
    """The command line, told where the stack is; returns exit code and data."""
    return command_line(stack.environment("command"), monkeypatch)


@pytest.fixture
def http(agencies):
    """What speaks HTTP."""
    return agencies.http


@pytest.fixture
def operator(agencies):
    """Headers of an operator."""
    return agencies.as_(COUNCIL, "operator", scope="operate read")


class TestTrace:
    """Where a message is."""

    def test_follows_a_message_to_its_clocks(self, command):
        """From the door to the clock that it starts, by each id that anyone knows."""
        request = event(somebody(), "ehcna.requested.v1")
        code, answer, own = published(command, request)
        assert code == 0
        (first,) = linked(command, answer["message_ref"])
        for wanted in (answer["message_ref"], own, first):
            until(lambda wanted=wanted: hops(command, wanted)[3:4] == ["clock"])
            assert hops(command, wanted)[:3] == WHOLE

    def test_follows_an_event_to_whom_it_was_given(self, command):
        """A pull that brings an event stands in the event's trace, with the subscriber."""
        asked = {"body": TRUST, "sent_on": "2026-03-02"}
        said = event(somebody(), "ehcna.advice_requested.v1", data=asked)
        _, answer, _ = published(command, said)
        (own,) = linked(command, answer["message_ref"])
        until(lambda: pulled(command, own))
        until(lambda: "delivered" in hops(command, own))
        given = [h for h in command("trace", own)[1] if h["hop"] == "delivered"]
        assert given[0]["reason"] == TRUST

    def test_of_the_unknown_is_empty_and_ends_with_3(self, command):
        """As the contract words it."""
        assert command("trace", str(uuid4())) == (3, [])

    def test_is_told_to_operators_alone(self, agencies, console, http):
        """Scope, role and agreement: two of them open nothing here."""
        short = (
            (COUNCIL, "operator", "read"),
            (COUNCIL, "send_officer", "operate"),
            (UNNAMED, "operator", "operate read"),
        )
        wanted = {"id": str(uuid4())}
        for org, role, scope in short:
            headers = agencies.as_(org, role, scope=scope)
            asked = [
                http.post(f"{console}/trace", json=wanted, headers=headers),
                http.post(f"{console}/refused/replay", json={}, headers=headers),
                http.get(f"{console}/refused", headers=headers),
                http.get(f"{console}/refused/{uuid4()}", headers=headers),
                http.get(f"{console}/status", headers=headers),
                http.get(f"{console}/sources", headers=headers),
            ]
            assert {answer.status_code for answer in asked} == {403}

    @pytest.mark.parametrize("said", ["Ann Vale", "9991234519", None, ["x"]])
    def test_takes_references_alone(self, console, http, operator, said):
        """A name or a number is refused, is not repeated, and is written nowhere."""
        answer = http.post(f"{console}/trace", json={"id": said}, headers=operator)
        assert answer.status_code == 422
        assert str(said) not in answer.text

    async def test_leaves_a_row_of_who_asked_for_what(self, stack, command):
        """And of how much was shown; our own references alone."""
        wanted = str(uuid4())
        command("trace", wanted)
        rows = await audited(stack, "trace")
        (row,) = [row for row in rows if row["subject"].endswith(wanted)]
        assert (row["org"], row["role"]) == (COUNCIL, "operator")
        assert orjson.loads(row["shown"]) == {"hops": 0}
        assert all(OURS.fullmatch(row["subject"].split()[1]) for row in rows)


class TestRefused:
    """What could not be used, and having it taken again."""

    @pytest.fixture
    def line(self, agencies, command):
        """The refusal of an event of no known type."""
        answer = agencies.post(event(somebody(), "nobody.knows.v1"))
        assert answer.status_code == 422
        message = answer.headers["location"].removeprefix("/messages/")
        until(lambda: refusals(command, message))
        return refusals(command, message)[0]

    def test_is_shown_without_its_content(self, command, line):
        """Why, where and what kind; a hash and a size stand for the bytes."""
        code, shown = command("refused", "show", line["ref"])
        assert code == 0
        assert shown | line == shown
        assert len(shown["sha256"]) == 64
        assert shown["attributes"]["source"] == COUNCIL
        assert "Vale" not in json.dumps(shown)
        assert "nobody" not in json.dumps(shown)

    def test_is_replayed_once_and_may_be_refused_again(self, command, line):
        """The replay goes the same way; what still cannot be used has a new reference."""
        said = ("--reason", "we know it now", "--yes")
        words = ("refused", "replay", line["ref"], *said)
        assert command(*words)[1] == [
            {"ref": line["ref"], "topic": "education.inbound", "attempt": 1}
        ]
        assert command(*words)[0] == 5
        until(lambda: len(refusals(command, line["message_ref"])) == 2)
        first, second = refusals(command, line["message_ref"])
        assert (first["state"], second["state"]) == ("replayed", "new")
        assert command("refused", "replay", second["ref"], *said)[0] == 0
        found = hops(command, line["message_ref"])
        assert found[:3] == ["refused", "received", "refused"]

    def test_replays_all_or_none(self, command, line):
        """One that is unknown leaves the others as they were."""
        words = ("refused", "replay", line["ref"], str(uuid4()), "--yes")
        assert command(*words, "--reason", "one is wrong")[0] == 3
        assert refusals(command, line["message_ref"])[0]["state"] == "new"

    async def test_keeps_who_replayed_it_and_why(self, stack, command, line):
        """In the operators' own audit."""
        said = ("--reason", "mapping mended", "--yes")
        command("refused", "replay", line["ref"], *said)
        rows = await audited(stack, "replay")
        (row,) = [row for row in rows if row["subject"] == line["ref"]]
        assert row["org"] == COUNCIL
        assert orjson.loads(row["shown"])["reason"] == "mapping mended"

    @pytest.mark.parametrize(
        "said", [{}, {"refs": []}, {"refs": ["x"], "reason": "why not"}]
    )
    def test_wants_references(self, console, http, operator, said):
        """Nothing is guessed."""
        answer = http.post(f"{console}/refused/replay", json=said, headers=operator)
        assert answer.status_code == 422

    def test_wants_a_reason(self, console, http, operator):
        """A replay that nobody can explain later is not made."""
        said = {"refs": [str(uuid4())], "reason": " "}
        answer = http.post(f"{console}/refused/replay", json=said, headers=operator)
        assert answer.status_code == 422

    def test_takes_json_alone(self, console, http, operator):
        """A form of another site cannot ask for a replay."""
        answer = http.post(f"{console}/refused/replay", data={}, headers=operator)
        assert answer.status_code == 415


class TestHow:
    """How services, topics and sources are."""

    def test_every_service_is_up(self, command):
        """With its lag; topics with what they hold."""
        code, said = command("status")
        assert code == 0
        assert len(said["services"]) == 7
        assert all(one["up"] for one in said["services"])
        assert len(said["topics"]) == 7
        assert isinstance(said["refused"], int)
        assert isinstance(said["waiting"], int)

    def test_counts_what_a_topic_holds(self, command):
        """One message more is one record more."""

        def count():
            """Return how many items the education door has sent on."""
            topics = {t["name"]: t["records"] for t in command("status")[1]["topics"]}
            return topics["education.inbound"]

        before = count()
        published(command, event(somebody(), "ehcna.requested.v1"))
        until(lambda: count() == before + 1)

    def test_a_service_that_ended_is_down(self, stack, command):
        """The command ends with 6, and everything else is still told."""
        stack.stop("timeline")
        code, said = command("status")
        stack.start_again("timeline")
        stack.wait_ready("timeline")
        assert code == 6
        down = [one["name"] for one in said["services"] if not one["up"]]
        assert down == ["timeline"]

    def test_sources_are_there_with_when_they_were_heard(
        self, console, http, operator, command
    ):
        """And who is not connected is named."""
        published(command, event(somebody(), "ehcna.requested.v1"))

        def council():
            """Return what is known of the council."""
            said = http.get(f"{console}/sources", headers=operator).json()
            assert [one for one in said if not one["connected"]]
            return next(one for one in said if one["source"] == COUNCIL)

        until(lambda: council()["last_heard"])
        assert council()["name"] == "Oxfordshire County Council"


class TestPage:
    """The operators' page."""

    @pytest.fixture
    def browser(self, console):
        """What stands for a browser, at the console."""
        with httpx.Client(base_url=console, timeout=60, trust_env=False) as client:
            yield client

    def test_asks_strangers_to_sign_in(self, browser):
        """Nothing is shown to who is nobody."""
        assert browser.get("/").headers["location"].startswith("/sign-in")

    def test_shows_operators_how_everything_is(self, browser):
        """Services, refusals, sources and topics."""
        sign_in(browser, "operator")
        page = browser.get("/")
        assert page.status_code == 200
        for said in ("identity_linking", "Oxfordshire County Council", "events.linked"):
            assert said in page.text

    def test_traces_what_its_form_names(self, browser, command):
        """The way of a message, in the page."""
        _, answer, _ = published(command, event(somebody(), "ehcna.requested.v1"))
        linked(command, answer["message_ref"])
        until(lambda: "linked" in hops(command, answer["message_ref"]))
        sign_in(browser, "operator")
        asked = {"csrf": csrf_of(browser.get("/")), "trace": answer["message_ref"]}
        page = browser.post("/", data=asked)
        assert page.status_code == 200
        way = page.text.partition('id="hops-heading"')[2].partition("</table>")[0]
        assert way.count("events.linked") == 1

    def test_says_what_to_put_right_and_never_what_was_written(self, browser):
        """A name in the form does not come back."""
        sign_in(browser, "operator")
        asked = {"csrf": csrf_of(browser.get("/")), "trace": "Ann Vale"}
        page = browser.post("/", data=asked)
        assert page.status_code == 422
        assert "Ann Vale" not in page.text

    def test_takes_no_form_of_another_site(self, browser):
        """Without the value of this session a form is refused."""
        sign_in(browser, "operator")
        page = browser.post("/", data={"csrf": "guessed", "trace": str(uuid4())})
        assert page.status_code == 403

    def test_is_for_operators_alone(self, browser):
        """Another role of the same council is told that it may not."""
        sign_in(browser, "send_officer")
        page = browser.get("/")
        assert page.status_code == 403
        assert "identity_linking" not in page.text
