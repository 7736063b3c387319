"""What one place of a request states, and what all of them are together."""

import re
from dataclasses import dataclass, field, replace
from typing import Any, Final

from schemas.statement import Statement
from services.health_gateway.codes import BAD_VALUE, UNKNOWN_TYPE
from services.health_gateway.errors import FhirRefused, Issue
from services.health_gateway.rules import is_resource
from services.health_gateway.translate.about import About, Heard
from services.health_gateway.translate.messages import Message
from services.health_gateway.translate.nodes import Node, Part, Parts
from services.health_gateway.translate.passing_on import deletion, passed_on
from services.health_gateway.translate.resources import deletions, statements
from services.health_gateway.translate.subjects import whose
from services.health_gateway.translate.times import just_before

NO_PATIENT: Final = "no-patient"
_WITHIN: Final = "bundle-within"
_ID: Final = re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII)
"""An id as FHIR R4 has it; nothing is ever put under another."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request's line says."""

    method: str = "POST"
    kind: str | None = None
    """Type of resource in the address."""
    own: str | None = None
    """Id in the address."""
    version: str | None = None
    """Of a record that was deleted, where its sender says which version that was."""
    message_only: bool = False
    """Whether the address takes messages and nothing else."""
    bundle_only: bool = False
    """Whether the address takes Bundles of any kind, and no other resource."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What one place of a request states, or why it was refused."""

    place: int
    kind: str
    """Type of its resource."""
    method: str = "POST"
    statements: tuple[Statement, ...] = field(default=(), repr=False)
    value: bytes = field(default=b"", repr=False)
    """What goes on to the translator: the resource with what it points at."""
    refused: FhirRefused | None = None
    warnings: tuple[str, ...] = ()
    """Hyphenated words for what was put up with."""
    person: dict[str, Any] | None = field(default=None, repr=False)
    """Whom a record that is taken back was about, where it says so."""
    outside: bool = False
    """Left out by the scope of its sender: counted, and kept nowhere."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A request's content, judged."""

    form: str
    """`message`, `resource`, or the type of the Bundle."""
    pieces: tuple[Piece, ...]
    message: Message | None = None
    issues: tuple[Issue, ...] = ()
    """What the judgement had to say of it, repairs among it."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what was put up with, each word once."""
        return tuple(dict.fromkeys(w for piece in self.pieces for w in piece.warnings))


def piece_of(about: About, bundle: Node | None, method: str) -> Piece:
    """Return what a resource states; one about no patient is taken and states nothing."""
    said = statements(about)
    value = passed_on(about.parts, about.part, bundle) if said else b""
    nothing = _WITHIN if about.kind == "Bundle" else NO_PATIENT
    warnings = () if said else (nothing,)
    bare = bool(said) and not said[0].person
    found = whose(about) if bare else None
    return Piece(
        about.part.place,
        about.kind,
        method,
        said,
        value,
        warnings=warnings,
        person=found.person if found else None,
    )


def deleted(
    place: int,
    kind: str,
    own: str,
    heard: Heard,
    version: str | None = None,
    *,
    first: bool = False,
) -> Piece:
    """
    Return the withdrawal of a record, whoever it was about, as of *version*.

    *first*: what its request makes under the same id is no part of what is deleted.
    """
    if not (kind.isascii() and kind.isalpha() and _ID.fullmatch(own)):
        rule = "Name the record to delete as type/id"
        raise FhirRefused(BAD_VALUE, f"Bundle.entry[{place}].request.url", rule=rule)
    if not is_resource(kind):
        rule = "FHIR R4 has no such type"
        raise FhirRefused(UNKNOWN_TYPE, f"Bundle.entry[{place}].request.url", rule=rule)
    before = just_before(heard.at) if first else None
    version = None if first else version
    members: dict[str, Any] = {"resourceType": kind, "id": own}
    members |= {"meta": {"versionId": version}} if version else {}
    part = Part(place, kind, Node(members, kind, kind), named=f"{kind}/{own}")
    about = About(part, Parts([part]), replace(heard, at=before or heard.at))
    value = deletion(kind, own, version, before)
    return Piece(place, kind, "DELETE", deletions(about), value)
