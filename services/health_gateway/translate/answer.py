"""What a sender is answered: an OperationOutcome or a response Bundle."""

from collections.abc import Sequence
from typing import Any

from services.health_gateway.codes import (
    HTTP_ERROR_CODES,
    MESSAGE_PROFILE,
    OUTCOME_PROFILE,
    Fault,
)
from services.health_gateway.errors import FhirRefused, Issue
from services.health_gateway.translate.message import Message


def outcome(fault: Fault, *, expressions: Sequence[str] = ()) -> dict[str, Any]:
    """Return the OperationOutcome that answers a request with *fault*."""
    return outcome_with((Issue("error", fault, "", tuple(expressions)),))


def outcome_of(refused: FhirRefused) -> dict[str, Any]:
    """Return the OperationOutcome that tells a sender why its message was refused."""
    return outcome_with(refused.issues)


def outcome_with(issues: Sequence[Issue]) -> dict[str, Any]:
    """Return the OperationOutcome that says *issues*, of which there is one at least."""
    return {
        "resourceType": "OperationOutcome",
        "meta": {"profile": [OUTCOME_PROFILE]},
        "issue": [_issue(one) for one in issues],
    }


def _issue(issue: Issue) -> dict[str, Any]:
    """Return one issue; FHIR has no empty arrays."""
    fault = issue.fault
    said: dict[str, Any] = {"severity": issue.severity, "code": fault.issue}
    if fault.code:
        said["details"] = {"coding": [{"system": HTTP_ERROR_CODES, "code": fault.code}]}
    said["diagnostics"] = issue.diagnostics
    if issue.expressions:
        said["expression"] = list(issue.expressions)
    return said


def outcome_of_scope() -> dict[str, Any]:
    """Return the OperationOutcome for what is outside its sender's scope: no error."""
    said = "Not about a child of whom we may hear. Counted, and kept nowhere."
    issue = {"severity": "information", "code": "informational", "diagnostics": said}
    return {
        "resourceType": "OperationOutcome",
        "meta": {"profile": [OUTCOME_PROFILE]},
        "issue": [issue],
    }


def response_bundle(
    message: Message, *, request_id: str, header_id: str, at: str, endpoint: str
) -> dict[str, Any]:
    """
    Return the synchronous answer: taken in, nothing said yet about its outcome.

    Quotes the Bundle's id, which BaRS keeps through a conversation, else the header's,
    else *request_id*. *at* is an RFC 3339 instant, *endpoint* this service's address.
    Event and reason are echoed, as BaRS's published answers do.
    """
    header = {
        "resourceType": "MessageHeader",
        "id": header_id,
        "meta": {"lastUpdated": at},
        "eventCoding": message.header.members["eventCoding"],
        "source": {"name": "Throughline", "endpoint": endpoint},
        "reason": message.header.members["reason"],
        "response": {"identifier": message.answers or request_id, "code": "ok"},
    }
    return {
        "resourceType": "Bundle",
        "id": message.bundle.text("id") or request_id,
        "meta": {"lastUpdated": at, "profile": [MESSAGE_PROFILE]},
        "type": "message",
        "timestamp": at,
        "entry": [{"fullUrl": f"urn:uuid:{header_id}", "resource": header}],
    }
