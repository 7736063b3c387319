"""What senders are answered is valid FHIR R4 and says what to do."""

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.operationoutcome import OperationOutcome

from services.health_gateway.codes import DUPLICATE, FAULTS, HTTP_ERROR_CODES
from services.health_gateway.errors import FhirRefused
from services.health_gateway.translate.answers import (
    outcome,
    outcome_of,
    response_bundle,
)
from tests.support.bars import SENT_AT, body_of, referral_bundle
from tests.support.fhir import read_message

REQUEST_ID = "7d0e4f0e-6f0b-4a39-8f0a-0d2f5f3b1c01"
HEADER_ID = "8a4f1c5e-0e51-4c37-9d5a-5a8f0f8a2b02"
ISSUE_TYPES = {
    "conflict",
    "duplicate",
    "exception",
    "forbidden",
    "invalid",
    "invariant",
    "not-found",
    "not-supported",
    "processing",
    "required",
    "throttled",
    "too-costly",
    "too-long",
    "transient",
    "value",
}


def answer(**changes):
    """Return the answer to a referral with *changes*."""
    return response_bundle(
        read_message(body_of(referral_bundle(**changes))),
        request_id=REQUEST_ID,
        header_id=HEADER_ID,
        at=SENT_AT,
        endpoint="https://throughline.example/$process-message",
    )


class TestOutcome:
    """
    Every refusal is an OperationOutcome in the standard's codes.
    """

    @pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.reason)
    def test_every_fault_is_valid_fhir(self, fault):
        """Each row of the table parses, and its prefix says whose fault it is."""
        parsed = OperationOutcome.model_validate(outcome(fault))
        coding = parsed.issue[0].details.coding[0]

        assert (coding.system, coding.code) == (HTTP_ERROR_CODES, fault.code)
        assert parsed.issue[0].code == fault.issue
        assert parsed.issue[0].diagnostics == fault.advice
        assert fault.code.startswith(("REC_", "SEND_"))
        assert fault.issue in ISSUE_TYPES
        assert 400 <= fault.status < 600

    def test_a_duplicate_is_a_conflict_that_is_no_failure(self):
        """BaRS senders take 409 REC_CONFLICT, duplicate, for success."""
        assert (DUPLICATE.status, DUPLICATE.code) == (409, "REC_CONFLICT")
        assert outcome(DUPLICATE)["issue"][0]["code"] == "duplicate"

    def test_a_refusal_says_where_which_rule_and_what_to_do(self):
        """Place, rule and advice are in the answer; no value of the message is."""
        with pytest.raises(FhirRefused) as found:
            read_message(body_of(referral_bundle(status="Ann Vale")))

        said = outcome_of(found.value)
        issue = OperationOutcome.model_validate(said).issue[0]

        assert issue.expression == ["Bundle.entry[1].resource.status"]
        assert "This must be one of active" in issue.diagnostics
        assert "send it again" in issue.diagnostics
        assert "Vale" not in str(said)


class TestResponse:
    """
    The synchronous answer is a message that quotes the one it answers.
    """

    def test_is_a_valid_message_that_quotes_the_bundle(self):
        """BaRS quotes Bundle.id of the request, with code ok."""
        parsed = Bundle.model_validate(answer(bundle_id="conversation-1"))
        response = parsed.entry[0].resource.response

        assert parsed.type == "message"
        assert (response.identifier, response.code) == ("conversation-1", "ok")

    def test_quotes_the_header_where_the_bundle_has_no_id(self):
        """FHIR's own rule is the fall-back; the Bundle then gets the request's id."""
        parsed = Bundle.model_validate(answer(bundle_id=None))

        assert parsed.entry[0].resource.response.identifier.startswith("1d9862fa")
        assert parsed.id == REQUEST_ID

    def test_repeats_nothing_about_the_patient(self):
        """An answer carries the header alone."""
        said = str(answer())

        assert not any(word in said for word in ("Vale", "Ann", "9991234519"))
