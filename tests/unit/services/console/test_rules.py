"""What may be traced, and what an operator is told of sources and services."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from schemas.agreement import Agency
from services.console import rules
from services.console.codes import HOPS, REPLAYABLE, SERVICES
from services.runtime.settings import PORTS

OWN = "20000000-0000-4000-8000-000000000001"


class TestWanted:
    """What is asked for by one id."""

    @pytest.mark.parametrize(
        ("said", "kind"),
        [(OWN, "any"), (OWN.upper(), "any"), (f" {OWN}\n", "any")]
        + [
            (f"{letter}-{'0a' * 16}", k)
            for letter, k in (("c", "child"), ("p", "person"))
        ],
    )
    def test_is_a_uuid_or_a_reference_of_ours(self, said, kind):
        """Each form is recognised, however it was copied."""
        found = rules.wanted(said)
        assert found is not None
        assert found.kind == kind

    @pytest.mark.parametrize(
        "said", ["", "Ann Vale", "9991234519", "c-", "x-" + "0a" * 16, None, 7, [OWN]]
    )
    def test_is_nothing_else(self, said):
        """A name or a number is never looked for, so it is never written down."""
        assert rules.wanted(said) is None


class TestReferences:
    """What is to be replayed."""

    def test_are_each_there_once(self):
        """Naming one twice replays it once."""
        assert rules.references([OWN, OWN.upper()]) == [UUID(OWN)]

    @pytest.mark.parametrize("said", [None, [], OWN, [OWN, "x"], [None]])
    def test_are_all_uuids_or_none_is_taken(self, said):
        """One that is wrong spoils them all: nothing is half done."""
        assert rules.references(said) is None


def test_what_waits_is_summed_over_the_services_that_answer():
    """A service that is down adds nothing."""
    assert rules.waiting([{"waiting": 2}, {"waiting": None}, {"waiting": 3}]) == 5


def test_sources_are_named_with_the_minute_in_which_each_was_heard():
    """Who is not connected is said, and who is unknown has its code for a name."""
    agencies = [
        Agency(urn="urn:ods:RNU", name="A trust", connected=True),
        Agency(urn="urn:ods:X9901", name="Not yet", connected=False),
    ]
    heard = dict.fromkeys(
        ("urn:ods:RNU", "urn:dfe:la:931"), datetime(2026, 3, 2, 9, 4, 59, tzinfo=UTC)
    )
    council, trust, absent = rules.sources(agencies, heard)
    assert trust["last_heard"] == "2026-03-02T09:04:00Z"
    assert council["name"] == "urn:dfe:la:931"
    assert (absent["connected"], absent["last_heard"]) == (False, None)


def test_services_have_the_ports_that_the_runtime_gives_them():
    """The command finds each service where it listens."""
    assert {name: n for n, name in enumerate(SERVICES, start=1)} == PORTS


def test_everything_but_a_refusal_can_be_sent_again():
    """A replay of the refused topic would go round in a ring."""
    assert HOPS.keys() - REPLAYABLE == {"refused"}
