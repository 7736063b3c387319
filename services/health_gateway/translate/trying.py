"""What would become of a body: judged and translated as at a door, and nothing kept."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from schemas.events import category_of
from schemas.statement import Statement
from services.health_gateway.errors import FhirRefused, Issue
from services.health_gateway.rules import STRICT, Media, Repairs, read
from services.health_gateway.translate.about import Heard
from services.health_gateway.translate.answers import (
    accepted,
    outcome_with,
    warnings_of,
)
from services.health_gateway.translate.json_bytes import as_json
from services.health_gateway.translate.messages import RESPONSE
from services.health_gateway.translate.notices import Notifier, noticed
from services.health_gateway.translate.submission import (
    Asked,
    Submission,
    submission,
)

_WRAPPER: Final = "Parameters"
ACCEPTED: Final = "accepted"
REFUSED: Final = "refused"
NOT_CHECKED: Final = "response-not-checked"
"""A trial keeps nothing and looks nothing up: which requests there were is not known."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What would become of it."""

    verdict: str
    """`accepted`, also where some entries of a batch are refused, or `refused`."""
    outcome: dict[str, Any]
    """The OperationOutcome that its sender would be given."""
    statements: tuple[Statement, ...] = field(default=(), repr=False)
    repairs: tuple[str, ...] = ()
    """Where something was read otherwise than sent, and how."""
    warnings: tuple[str, ...] = ()
    """Hyphenated words for what was put up with."""

    def as_json(self) -> dict[str, Any]:
        """Return it as a program reads it; no identifiers."""
        return {
            "verdict": self.verdict,
            "outcome": self.outcome,
            "events": [_event(one) for one in self.statements],
            "repairs": list(self.repairs),
            "warnings": list(self.warnings),
        }


def tried_notice(body: bytes, heard: Heard, service: Notifier) -> Trial:
    """Return what would become of a notice in a mailbox; raises nothing."""
    try:
        content = noticed(body, heard, service)
    except FhirRefused as refused:
        return _refused(refused.issues)
    return _accepted(content, ())


def unwrapped(body: bytes, media: Media) -> tuple[bytes, Media]:
    """
    Return the resource that a call of `$validate` is about, where it is wrapped.

    In Parameters, as the one parameter `resource` (FHIR R4, Resource-validate). Whatever
    else *body* is comes back as it is, to be judged itself.
    """
    if _WRAPPER.encode() not in body:
        return body, media
    try:
        document = read(body, media)
    except FhirRefused:
        return body, media
    found = _wrapped(document)
    return (as_json(found[0]), Media.JSON) if len(found) == 1 else (body, media)


def _wrapped(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every resource that Parameters hold under the name of `resource`."""
    held = document.get("parameter")
    if document.get("resourceType") != _WRAPPER or not isinstance(held, list):
        return []
    said = [one for one in held if isinstance(one, dict)]
    found = [one.get("resource") for one in said if one.get("name") == "resource"]
    return [one for one in found if isinstance(one, dict)]


def tried(
    body: bytes, heard: Heard, *, media: Media = Media.JSON, repairs: Repairs = STRICT
) -> Trial:
    """Return what would become of *body*; raises nothing."""
    try:
        content = submission(body, heard, Asked(), media=media, repairs=repairs)
    except FhirRefused as refused:
        return _refused(refused.issues)
    wrong = [i for p in content.pieces if p.refused for i in p.refused.issues]
    if wrong and all(piece.refused for piece in content.pieces):
        return _refused(wrong)
    return _accepted(content, wrong)


def _refused(issues: Iterable[Issue]) -> Trial:
    """Return the trial of what would be refused whole."""
    return Trial(REFUSED, outcome_with(tuple(issues)))


def _accepted(content: Submission, wrong: Iterable[Issue]) -> Trial:
    """Return the trial of what would be taken in, all of it or most."""
    words = [word for piece in content.pieces for word in warnings_of(piece)]
    if content.message is not None and content.message.event == RESPONSE:
        words.append(NOT_CHECKED)
    warnings = tuple(dict.fromkeys(words))
    return Trial(
        ACCEPTED,
        accepted(warnings, (*content.issues, *wrong)),
        tuple(one for piece in content.pieces for one in piece.statements),
        tuple(f"{where}: {i.rule}" for i in content.issues for where in i.expressions),
        warnings,
    )


def _event(said: Statement) -> dict[str, Any]:
    """Return an event that would be published."""
    return {
        "type": said.type,
        "occurred": said.occurred,
        "category": category_of(said.type),
    }
