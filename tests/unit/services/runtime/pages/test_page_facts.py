"""What an event says, in words."""

import pytest

from services.runtime.pages.facts import facts
from tests.unit.services.runtime.pages.page_samples import (
    HOSPITAL,
    NAMES,
    SCHOOL,
    TRUST,
)


def said(kind="ehcp.final_issued.v1", **data):
    """Return an entry of that type with these data."""
    return {"type": kind, "data": data}


class TestFacts:
    """What an event carries."""

    def test_are_words_names_and_dates(self):
        """Codes, urns, days and truth values become readable."""
        data = {
            "body": TRUST,
            "sent_on": "2026-03-16",
            "week20_exception": True,
            "sent_to": [SCHOOL, HOSPITAL],
            "request_source": "1",
        }
        assert dict(facts(said(**data), NAMES)) == {
            "Advice from": NAMES[TRUST],
            "Sent on": "16 March 2026",
            "Exception to the 20 weeks": "Yes",
            "Sent to": f"{NAMES[SCHOOL]}, {NAMES[HOSPITAL]}",
            "Requested by": "Parent or young person",
        }

    def test_leave_out_what_tells_a_reader_nothing(self):
        """Digests, code systems, hashes of records and gaps are not shown."""
        data = {
            "document_sha256": "0" * 64,
            "code_system": "snomed",
            "withdraws": {"sourcerecord": "abc"},
            "person": {"nhs_number": "9991234519"},
            "received_on": None,
            "sent_to": [],
        }
        assert facts(said(**data), NAMES) == ()

    def test_keep_a_no(self):
        """False is an answer, not a gap."""
        assert facts(said(health_attended=False), {}) == (("Health attended", "No"),)

    def test_leave_pointers_as_they_are(self):
        """Where a document is kept is copied, not prettified."""
        found = facts(said(document="store:advice/417-b"), {})
        assert found == (("Where the document is kept", "store:advice/417-b"),)

    def test_say_what_a_code_means_in_its_own_system(self):
        """`DS` is a need in one list and a reason for suspension in another."""
        needs = said(needs=["SEMH", "DS"], needs_system="dfe:sen-type")
        reasons = said(reasons=["DS"], reasons_system="dfe:cbds:CS010")

        [(_, need)], [(_, reason)] = facts(needs, {}), facts(reasons, {})

        assert need == "Social, emotional and mental health, Down syndrome"
        assert reason == "Abuse relating to disability"

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            ("ehcna.advice_exception.v1", "Appointment not kept"),
            ("dispute.tribunal_appeal.v1", "What the plan says"),
        ],
    )
    def test_say_what_a_limb_means_in_its_own_law(self, kind, expected):
        """Limb c of reg. 8(2) is not limb c of s.51(2)."""
        assert facts(said(kind, limb="c"), {}) == (("Ground", expected),)

    def test_show_numbers_as_they_are(self):
        """A half hour stays one."""
        found = facts(said(hours_per_week=15.5, sessions=6), {})

        assert [value for _, value in found] == ["15.5", "6"]
