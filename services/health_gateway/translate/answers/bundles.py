"""Bundles that answer: a message's response, a transaction's, a batch's."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from services.health_gateway.codes import MESSAGE_PROFILE
from services.health_gateway.translate.answers.outcomes import (
    OUTSIDE,
    accepted,
    informed,
    outcome_of,
)
from services.health_gateway.translate.messages import Message
from services.health_gateway.translate.submission import Piece


def response_bundle(
    message: Message,
    *,
    request_id: str,
    header_id: str,
    at: str,
    endpoint: str,
    told: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """
    Return the synchronous answer: taken in, nothing said yet about its outcome.

    Quotes the Bundle's id, which BaRS keeps through a conversation, else the header's,
    else *request_id*. *at* is an RFC 3339 instant, *endpoint* this service's address.
    Event and reason are echoed, as BaRS's published answers do. What was put up with
    is *told* in an OperationOutcome beside the header.
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
    resources = [(f"urn:uuid:{header_id}", header)]
    if told:
        resources.append((f"urn:uuid:{request_id}", told))
    return {
        "resourceType": "Bundle",
        "id": message.bundle.text("id") or request_id,
        "meta": {"lastUpdated": at, "profile": [MESSAGE_PROFILE]},
        "type": "message",
        "timestamp": at,
        "entry": [{"fullUrl": url, "resource": one} for url, one in resources],
    }


def response_of(form: str, pieces: Sequence[Piece], *, at: str) -> dict[str, Any]:
    """Return the answer to a transaction or batch, one entry for one, in order."""
    return {
        "resourceType": "Bundle",
        "type": f"{form}-response",
        "timestamp": at,
        "entry": [{"response": _response(piece, at)} for piece in pieces],
    }


def _response(piece: Piece, at: str) -> dict[str, Any]:
    """Return what became of one entry."""
    if piece.refused:
        status = HTTPStatus(piece.refused.status)
        said = outcome_of(piece.refused)
        return {"status": f"{status.value} {status.phrase}", "outcome": said}
    if piece.outside:
        return {"status": "200 OK", "outcome": informed(OUTSIDE)}
    status = HTTPStatus.OK if piece.method == "DELETE" else HTTPStatus.CREATED
    told = accepted(warnings_of(piece))
    line = f"{status.value} {status.phrase}"
    return {"status": line, "lastModified": at, "outcome": told}


def warnings_of(piece: Piece) -> tuple[str, ...]:
    """Return what was put up with in one piece, as its sender is told it."""
    flags = (flag for said in piece.statements for flag in said.flags)
    other = any(said.type == "health.unclassified.v1" for said in piece.statements)
    return (*piece.warnings, *(("unclassified",) if other else ()), *flags)
