"""The OperationOutcome of files that are not FHIR, so that all kinds are told alike."""

from collections.abc import Iterable
from typing import Any, Final, Literal

Severity = Literal["error", "warning", "information"]

_CODES: Final = {
    "error": "invalid",
    "warning": "business-rule",
    "information": "informational",
}
_WHOLE: Final = "file"
"""Where an issue is that is about the file as such."""


def outcome(issues: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return the OperationOutcome of *issues*; where there is none it says so."""
    said = list(issues) or [issue("information", "", "Nothing is amiss in it.")]
    return {"resourceType": "OperationOutcome", "issue": said}


def issue(severity: Severity, where: str, said: str) -> dict[str, Any]:
    """Return one issue; *where* is empty for the file as such."""
    return {
        "severity": severity,
        "code": _CODES[severity],
        "expression": [where or _WHOLE],
        "diagnostics": said,
    }
