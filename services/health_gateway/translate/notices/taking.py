"""A notice as a door takes it: read by its service's rules, judged, passed on."""

import re
from typing import Any, Final

import orjson

from schemas.statement import Statement
from services.health_gateway.translate.about import Heard
from services.health_gateway.translate.notices.mns import read_mns
from services.health_gateway.translate.notices.nems import read_nems
from services.health_gateway.translate.notices.notice import NOTICE, Notice
from services.health_gateway.translate.notices.saying import statements
from services.health_gateway.translate.resources.meaning import UNCLASSIFIED
from services.health_gateway.translate.submission.pieces import (
    NO_PATIENT,
    Piece,
    Submission,
)
from services.health_gateway.translate.tables import Notifier

_HEADER: Final = re.compile(rb"<(?:[A-Za-z][\w.-]*:)?MessageHeader[\s>/]")
_NOT_STU3: Final = b"eventCoding"
_STU3: Final = re.compile(rb"/STU3/|<(?:[A-Za-z][\w.-]*:)?event[\s>/]")
_SIGNAL: Final = b"event-type"
"""The parameter by which a signal's status says what happened."""
_LOOKED_AT: Final = 200_000
"""Bytes in which a message says what it is."""
_MARK: Final = b"\xef\xbb\xbf"


_READ: Final = {Notifier.MNS: read_mns, Notifier.NEMS: read_nems}


def noticed(body: bytes, heard: Heard, service: Notifier) -> Submission:
    """Return what a notice says; raises FhirRefused."""
    notice = _READ[service](body.removeprefix(_MARK))
    said = statements(notice, heard)
    warnings = () if said else (NO_PATIENT,)
    if said and said[0].type == UNCLASSIFIED:
        warnings = ("unclassified",)
    value = notice.as_json() if said else b""
    piece = Piece(0, notice.resource_type, "POST", said, value, warnings=warnings)
    return Submission("notice", (piece,))


def told(document: dict[str, Any], heard: Heard) -> tuple[Statement, ...]:
    """Return what a notice that a door passed on states."""
    return statements(Notice.read(document[NOTICE]), heard)


def service_of(body: bytes) -> Notifier | None:
    """Return whose notice *body* looks like, whether or not it is a good one."""
    text = body.removeprefix(_MARK).lstrip()
    if text.startswith(b"<"):
        return Notifier.NEMS if _is_nems(text[:_LOOKED_AT]) else None
    return Notifier.MNS if _is_mns(text) else None


def _is_nems(text: bytes) -> bool:
    """Return whether XML is an STU3 message."""
    said = _HEADER.search(text) and _STU3.search(text)
    return bool(said) and _NOT_STU3 not in text


def _is_mns(text: bytes) -> bool:
    """Return whether JSON is a CloudEvent of MNS, or a signal's history Bundle."""
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    if not isinstance(document, dict):
        return False
    if document.get("resourceType") == "Bundle":
        is_history = document.get("type") == "history"
        return is_history and _SIGNAL in text and _begins_with_status(document)
    if "resourceType" in document or _is_of_ours(document):
        return False
    return "specversion" in document or {"type", "source", "subject"} <= document.keys()


def _begins_with_status(bundle: dict[str, Any]) -> bool:
    """Return whether a Bundle's first entry is a subscription's status."""
    entry = bundle.get("entry")
    first = entry[0] if isinstance(entry, list) and entry else None
    resource = first.get("resource") if isinstance(first, dict) else None
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    return kind == "Parameters"


def _is_of_ours(document: dict[str, Any]) -> bool:
    """Return whether a CloudEvent is of our own catalogue: it holds a person."""
    data = document.get("data")
    return isinstance(data, dict) and "person" in data
