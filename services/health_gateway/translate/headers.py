"""What BaRS puts beside a message: FHIR resources in base64, in headers."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from services.health_gateway.codes import BAD_VALUE, UNPROCESSABLE
from services.health_gateway.errors import FhirRefused
from services.health_gateway.translate.nodes import Node
from services.health_gateway.translate.people import ods_urn

END_USER: Final = "NHSD-End-User-Organisation"
TARGET: Final = "NHSD-Target-Identifier"
SOFTWARE: Final = "NHSD-Requesting-Software"
PRACTITIONER: Final = "NHSD-Requesting-Practitioner"
CONTEXT: Final = "use-context"
_RESOURCES: Final = {
    END_USER: "Organization",
    SOFTWARE: "Device",
    PRACTITIONER: "PractitionerRole",
}
_REQUIRED: Final = (TARGET, END_USER, SOFTWARE, CONTEXT)
"""Source: BaRS API specification 1.4.0."""
_CONTEXT_PARTS: Final = 4
_EVENT: Final = 2
"""Place of the event in `a4t2|validation|servicerequest-response|new`."""
_VERSION: Final = re.compile(r";\s*version=\"?([0-9]+)", re.ASCII | re.IGNORECASE)
_FOLLOWED: Final = frozenset({"", "return=operationoutcome", "handling=strict"})
"""Preferences that are so in any case. Source: FHIR R4, RESTful API, Prefer."""
_MAJOR: Final = "1"
"""BaRS Core 1.x is what this service reads."""


@dataclass(frozen=True, slots=True)
class Headers:
    """What the headers say, decoded and checked."""

    sender: str | None
    """The end user's organisation."""
    target: str | None
    """The service that the message is meant for."""
    event: str | None
    """The event that `use-context` names."""
    warnings: tuple[str, ...] = ()
    """Hyphenated words for what BaRS requires beside a message and is not there."""


def read_headers(said: Mapping[str, str]) -> Headers:
    """
    Return what BaRS's headers say; each may be absent, and must be right where it is not.

    Source: BaRS API specification, headers of `$process-message`.
    """
    for name, kind in _RESOURCES.items():
        _check_resource(name, kind, said.get(name))
    _check_version(said.get("accept"))
    identifier = _decoded(TARGET, said.get(TARGET))
    return Headers(
        sender=end_user(said.get(END_USER)),
        target=_target(identifier) if identifier is not None else None,
        event=_event(said.get(CONTEXT)),
        warnings=tuple(_absent(said)),
    )


def preferred(prefer: str | None) -> tuple[str, ...]:
    """Return the word for a preference that is not followed; source: RFC 7240."""
    wanted = re.split(r"[,;]", (prefer or "").lower().replace('"', ""))
    unknown = {"".join(one.split()) for one in wanted} - _FOLLOWED
    return ("prefer-not-followed",) if unknown else ()


def _absent(said: Mapping[str, str]) -> Iterator[str]:
    """Yield what is put up with: a header that is required, or its version, is absent."""
    if not all(said.get(name) for name in _REQUIRED):
        yield "headers-absent"
    if not _VERSION.search(said.get("accept") or ""):
        yield "accept-version-absent"


def end_user(header: str | None) -> str | None:
    """Return the organisation that the header names, None where it is absent."""
    read = _decoded(END_USER, header)
    if read is None:
        return None
    return ods_urn(list(Node(read, END_USER).nodes("identifier")))


def _check_resource(name: str, kind: str, header: str | None) -> None:
    """Refuse a header that holds another resource than its own."""
    read = _decoded(name, header)
    if read is not None and read.get("resourceType", kind) != kind:
        raise FhirRefused(BAD_VALUE, name, rule=f"This must be of type {kind}")


def _decoded(name: str, header: str | None) -> dict[str, Any] | None:
    """Return the JSON object in a header, None where it is absent."""
    if header is None:
        return None
    try:
        read = orjson.loads(base64.b64decode(header, validate=True))
    except (binascii.Error, ValueError):
        read = None
    if not isinstance(read, dict):
        raise FhirRefused(BAD_VALUE, name, rule="This must be JSON in base64")
    return read


def _target(identifier: dict[str, Any]) -> str:
    """Return the value of the target's identifier, which must have a system."""
    node = Node(identifier, TARGET)
    if not (node.text("value") and node.text("system")):
        rule = "This must be an identifier with system and value"
        raise FhirRefused(BAD_VALUE, TARGET, rule=rule)
    return node.required("value")


def _event(header: str | None) -> str | None:
    """Return the event that `use-context` names, None where it is absent."""
    parts = header.split("|") if header else []
    return parts[_EVENT] if len(parts) == _CONTEXT_PARTS else None


def _check_version(accept: str | None) -> None:
    """Refuse an answer in a version of the standard that is not spoken here."""
    wanted = _VERSION.search(accept or "")
    if wanted and wanted[1] != _MAJOR:
        rule = "This asks for another version of BaRS Core"
        raise FhirRefused(UNPROCESSABLE, "Accept", rule=rule)
