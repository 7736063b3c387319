"""Answers as FHIR, in the format that was asked for."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response

from services.health_gateway import codes
from services.health_gateway.translate.answers import (
    JSON,
    accepted_format,
    outcome,
    written,
)
from services.runtime.answering import plainly
from services.runtime.intake.door import mirrored
from services.runtime.problems import Problem

_FAULTS: Final = {
    "not-signed-in": codes.UNAUTHENTICATED,
    "not-permitted": codes.FORBIDDEN,
    "not-found": codes.NOT_FOUND,
    "bad-header": codes.BAD_VALUE,
    "too-large": codes.TOO_LARGE,
    "unknown-media-type": codes.WRONG_MEDIA_TYPE,
    "not-acceptable": codes.NOT_ACCEPTABLE,
    "not-implemented": codes.NOT_IMPLEMENTED,
    "not-now": codes.UNAVAILABLE,
    "method-not-allowed": codes.METHOD_NOT_ALLOWED,
    "not-understood": codes.UNPROCESSABLE,
}
"""What the runtime's problems are called in FHIR."""
_NOT_FHIR: Final = frozenset(
    {"_ping", "_status", "_sums", "readyz", "metrics", "openapi.json"}
    | {"out-of-scope", "retranslations"}
)
"""How the addresses begin that machines and operators ask; they speak no FHIR."""


def fhir(
    request: Request,
    status: int,
    resource: dict[str, Any],
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a FHIR answer; JSON to whoever accepts nothing that is spoken here."""
    media = accepted_format(request.headers.get("accept")) or JSON
    return Response(written(resource, media), status, dict(headers or {}), media)


def fault_answer(
    request: Request, fault: codes.Fault, headers: Mapping[str, str] | None = None
) -> Response:
    """Return the OperationOutcome of *fault*."""
    return fhir(request, fault.status, outcome(fault), headers)


def problem_answer(request: Request, problem: Problem) -> Response:
    """Return the OperationOutcome of a problem that the runtime found."""
    fault = _FAULTS.get(problem.reason, codes.SERVER_ERROR)
    body = outcome(fault)
    body["issue"][0]["diagnostics"] = problem.detail
    return fhir(request, problem.status, body, problem.headers)


def told(request: Request, problem: Problem) -> Response:
    """Return what is answered to a problem that no door tells itself: as FHIR to senders."""
    if request.url.path.split("/")[1] in _NOT_FHIR:
        return plainly(request, problem)
    answer = problem_answer(request, problem)
    answer.headers.update(mirrored(request, str(uuid4())))
    return answer
