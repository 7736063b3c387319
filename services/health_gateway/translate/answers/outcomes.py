"""OperationOutcomes: why something was refused, and what was put up with."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from services.health_gateway.codes import (
    HTTP_ERROR_CODES,
    OUTCOME_PROFILE,
    WARNINGS,
    Fault,
)
from services.health_gateway.errors import FhirRefused, Issue

OUTSIDE: Final = "Not about a child of whom we may hear. Counted, and kept nowhere."


def outcome(fault: Fault, *, expressions: Sequence[str] = ()) -> dict[str, Any]:
    """Return the OperationOutcome that answers a request with *fault*."""
    return outcome_with((Issue("error", fault, "", tuple(expressions)),))


def outcome_of(refused: FhirRefused) -> dict[str, Any]:
    """Return the OperationOutcome that tells a sender why its message was refused."""
    return outcome_with(refused.issues)


def outcome_with(issues: Sequence[Issue]) -> dict[str, Any]:
    """Return the OperationOutcome that says *issues*, of which there is one at least."""
    return _whole([_issue(one) for one in issues])


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


def accepted(warnings: Iterable[str], issues: Sequence[Issue] = ()) -> dict[str, Any]:
    """
    Return the OperationOutcome of what was taken in, with what was put up with.

    *warnings* are words of `WARNINGS`, *issues* what the judgement had to say.
    """
    said = [
        {"severity": "warning", "code": "business-rule", "diagnostics": WARNINGS[word]}
        for word in dict.fromkeys(warnings)
    ]
    taken = {
        "severity": "information",
        "code": "informational",
        "diagnostics": "Taken in.",
    }
    return _whole([taken, *said, *map(_issue, issues)])


def informed(text: str) -> dict[str, Any]:
    """Return the OperationOutcome that tells something which is no error."""
    said = {"severity": "information", "code": "informational", "diagnostics": text}
    return _whole([said])


def _whole(issues: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return an OperationOutcome of *issues*."""
    return {
        "resourceType": "OperationOutcome",
        "meta": {"profile": [OUTCOME_PROFILE]},
        "issue": list(issues),
    }
