"""
One judgement for every door: bytes to a resource that has the structure of FHIR R4.

In layers, each refusing before the next looks: size, one clean JSON or XML document,
the type, R4's structure, the codes of required statuses. What the message says and
whether it may be said is for `translate` and the doors.
"""

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from services.health_gateway.codes import BAD_VALUE, MISSING, TOO_LARGE
from services.health_gateway.errors import FhirRefused, Issue
from services.health_gateway.rules.elements import TYPE, is_resource
from services.health_gateway.rules.json_text import read_json
from services.health_gateway.rules.repairs import STRICT, Repaired, Repairs
from services.health_gateway.rules.statuses import check_statuses
from services.health_gateway.rules.structure import check_structure
from services.health_gateway.rules.xml_text import read_xml

MAX_BYTES: Final = 5_000_000
"""Of a body; also what the doors take before they read it."""


class Media(Enum):
    """How a resource is written."""

    JSON = "application/fhir+json"
    XML = "application/fhir+xml"

    @classmethod
    def of(cls, content_type: str) -> "Media | None":
        """Return what a Content-Type header says; None for anything but FHIR."""
        return _TYPES.get(content_type.partition(";")[0].strip().lower())


def is_release(content_type: str) -> bool:
    """Return whether a Content-Type names FHIR R4, or no release at all."""
    said = _RELEASE.search(content_type)
    return said is None or said[1].startswith("4.")


_RELEASE: Final = re.compile(r";\s*fhirVersion\s*=\s*\"?([^\";\s]*)", re.IGNORECASE)
_INSTEAD: Final = {
    "ReferralRequest": "ServiceRequest",
    "ProcedureRequest": "ServiceRequest",
    "DiagnosticRequest": "ServiceRequest",
    "DiagnosticOrder": "ServiceRequest",
    "ProcessRequest": "Task",
    "Sequence": "MolecularSequence",
    "BodySite": "BodyStructure",
}
"""Types of STU3 and DSTU2 that R4 has under another name."""
_TYPES: Final = {
    "application/fhir+json": Media.JSON,
    "application/json+fhir": Media.JSON,
    "application/json": Media.JSON,
    "text/json": Media.JSON,
    "application/fhir+xml": Media.XML,
    "application/xml+fhir": Media.XML,
    "application/xml": Media.XML,
    "text/xml": Media.XML,
}
"""FHIR's own types, their older spellings, and the general ones."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A resource that may be read. Holds identifiers: never log it."""

    resource: dict[str, Any] = field(repr=False)
    """As FHIR JSON has it, whichever way it came, with the repairs made."""
    repairs: tuple[Repaired, ...] = ()
    """What was read otherwise than sent; empty for nearly everybody."""

    @property
    def kind(self) -> str:
        """Return the resource's type."""
        return str(self.resource[TYPE])

    @property
    def warnings(self) -> tuple[Issue, ...]:
        """Return the issues that go into the answer of an accepted message."""
        return tuple(one.issue for one in self.repairs)

    @property
    def repaired_with(self) -> str:
        """Return the words of the repairs made, for a receipt; empty if none."""
        return " ".join(dict.fromkeys(one.word for one in self.repairs))


def judge(body: bytes, media: Media = Media.JSON, repairs: Repairs = STRICT) -> Judged:
    """
    Return the resource that *body* holds; raises FhirRefused and nothing else.

    Any R4 resource type, at most `MAX_BYTES`. The refusal's `issues` say all that is
    wrong, where (FHIRPath), by which rule, what to do, and never a value. *repairs*
    are tried only on what would be refused.
    """
    return judge_resource(read(body, media), repairs)


def judge_resource(resource: dict[str, Any], repairs: Repairs = STRICT) -> Judged:
    """Return a resource that has been read, judged; raises FhirRefused."""
    try:
        _check(resource)
    except FhirRefused:
        mended, made = repairs.mend(resource) if repairs else (resource, ())
        if not made:
            raise
        _check(mended)
        return Judged(mended, made)
    return Judged(resource)


def rejudge(body: bytes, media: Media = Media.JSON, repaired_with: str = "") -> Judged:
    """
    Return a resource that a door has judged before, repaired as it was then.

    *repaired_with* is what `Judged.repaired_with` said, so that a later change of a
    publisher's list does not change what an earlier message says.
    """
    resource = read(body, media)
    if not repaired_with:
        return Judged(resource)
    return Judged(*Repairs(repaired_with.split()).mend(resource))


def read(body: bytes, media: Media) -> dict[str, Any]:
    """Return the members of the one document that *body* is; raises FhirRefused."""
    if len(body) > MAX_BYTES:
        rule = f"The body must be of at most {MAX_BYTES} bytes"
        raise FhirRefused(TOO_LARGE, "Bundle", rule=rule)
    return read_xml(body) if media is Media.XML else read_json(body)


def _check(resource: dict[str, Any]) -> None:
    """Refuse what is not a resource of R4."""
    kind = resource.get(TYPE)
    if kind is None:
        raise FhirRefused(MISSING, "Resource.resourceType", rule="This is required")
    if not is_resource(kind):
        instead = _INSTEAD.get(str(kind))
        told = f": it is of another release, and R4 has {instead}" if instead else ""
        rule = f"FHIR R4 has no such type{told}"
        raise FhirRefused(BAD_VALUE, "Resource.resourceType", rule=rule)
    check_structure(resource)
    check_statuses(resource)
