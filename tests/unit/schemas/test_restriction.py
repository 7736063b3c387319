"""Of a restricted child nothing says where it is, whenever it was said."""

import pytest

from schemas.restriction import RESTRICTED, hardened, is_restricted, without_places
from tests.support.entries import entry

SCHOOL = "urn:dfe:urn:123456"


def said(*, restricted, **changes):
    """Return a statement that the record is restricted, or no longer."""
    return entry(RESTRICTED, "2026-06-01", data={"restricted": restricted}, **changes)


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        ({"school": SCHOOL, "decision": "assess"}, {"decision": "assess"}),
        ({"practice": "urn:ods:B86056"}, {}),
        ({"requested_by": SCHOOL}, {}),
        ({"referred_by": "urn:ods:RNU"}, {"referred_by": "urn:ods:RNU"}),
        ({"referred_to": "urn:ods:RNU01"}, {"referred_to": "urn:ods:RNU"}),
        ({"body": SCHOOL}, {"body": SCHOOL}),
        ({"council": "urn:dfe:la:931"}, {"council": "urn:dfe:la:931"}),
        ({"asked": [SCHOOL, "urn:ods:RNU"]}, {"asked": ["urn:ods:RNU"]}),
        ({"asked": [SCHOOL]}, {}),
        ({"count": 3, "done": False}, {"count": 3, "done": False}),
        ({"one": {"school": SCHOOL, "stage": "x"}}, {"one": {"stage": "x"}}),
        ({"code": "ABINGDON-OT", "code_system": "https://trust.example/clinic"}, {}),
        ({"code": "ABINGDON-OT", "service": "ot"}, {"service": "ot"}),
        ({"reason": "shut", "reason_system": "https://trust.nhs.uk/why"}, {}),
        ({"reason": "duplicate"}, {"reason": "duplicate"}),
        ({"code": "1", "code_system": "https://fhir.nhs.uk/Id/dos-service-id"}, {}),
        *(
            ({"code": "1", "code_system": system}, {"code": "1", "code_system": system})
            for system in (
                "http://snomed.info/sct",
                "nhs-dd:referral-rejection-reason",
                "dfe:sen-type",
                "https://fhir.nhs.uk/STU3/CodeSystem/eRS-ReviewOutcome-1",
                "http://terminology.hl7.org/CodeSystem/v3-ActCode",
                "https://fhir.hl7.org.uk/CodeSystem/UKCore-OutcomeOfAttendanceEngland",
            )
        ),
    ],
)
def test_places_are_left_out(data, kept):
    """Schools, practices and addresses go; who owes something, and councils, stay."""
    assert without_places(data) == kept


def test_a_flag_holds_for_what_came_before_and_after():
    """Every entry is at least restricted; safeguarding stays what it is."""
    before = entry("ehcna.requested.v1", "2026-03-02", data={"school": SCHOOL})
    grave = entry("concern.raised.v1", "2026-03-03", sensitivity="safeguarding")
    after = entry("ehcp.final_issued.v1", "2026-07-01", data={"school": SCHOOL})

    found = hardened([before, grave, said(restricted=True), after])

    assert [e.sensitivity for e in found] == [
        "restricted",
        "safeguarding",
        "restricted",
        "restricted",
    ]
    assert all("school" not in e.data for e in found)
    assert [e.id for e in found] == [
        e.id for e in (before, grave, said(restricted=True), after)
    ]


def test_a_later_word_lifts_it():
    """The last version of a sender's word counts; another sender's word stays its own."""
    lifted = [
        said(restricted=True, sourcerecord="r"),
        said(restricted=False, sourcerecord="r", sourceversion=2),
    ]

    assert not is_restricted(lifted)
    assert is_restricted(
        [*lifted, said(restricted=True, source="urn:ods:RTH", sourcerecord="r")]
    )
    assert hardened(lifted) == lifted


def test_without_a_flag_nothing_is_touched():
    """The same list comes back, so that it costs nothing."""
    entries = [entry("concern.raised.v1", "2026-03-03")]

    assert hardened(entries) is entries
