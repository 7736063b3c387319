"""
Where people live and are seen, and how they are reached: it says of nothing that it happened.

It stays in the bytes as they came and travels nowhere, neither to the translator nor with
what is refused: whose record is restricted is not known of everybody when they are told of.
"""

from collections.abc import Mapping
from typing import Any, Final

from services.health_gateway.errors import FhirRefused
from services.health_gateway.rules import Media, read, without_elements
from services.health_gateway.translate.json_bytes import as_json

_REACHED: Final = frozenset({"address", "telecom", "contact", "photo"})
_PLACE: Final = frozenset(
    {"identifier", "name", "alias", "description", "position", "hoursOfOperation"}
)
WHEREABOUTS: Final[Mapping[str, frozenset[str]]] = {
    "Patient": _REACHED | {"generalPractitioner"},
    "RelatedPerson": _REACHED,
    "Person": _REACHED,
    "Practitioner": _REACHED,
    "PractitionerRole": _REACHED | {"location"},
    "Organization": _REACHED,
    "HealthcareService": _REACHED | {"location", "coverageArea"},
    "Location": _REACHED | _PLACE,
}
"""Members that are left out, by type of resource."""
_ANYWHERE: Final = frozenset(
    {"address", "telecom", "contact", "photo", "generalPractitioner", "location"}
    | {"locationReference", "locationCode", "valueAddress", "valueContactPoint"}
)
"""Members that are left out wherever they stand, of what nobody may have judged."""
_MARKS: Final = (*(f'"{name}"'.encode() for name in sorted(_ANYWHERE)), b"Location")
"""Without one of these, JSON says nothing of where anybody is."""
_NONE: Final[frozenset[str]] = frozenset()


def without_whereabouts(resource: Mapping[str, Any]) -> dict[str, Any]:
    """Return a resource, and what it contains, without whereabouts."""
    kind = resource.get("resourceType")
    gone = WHEREABOUTS.get(kind, _NONE) if isinstance(kind, str) else _NONE
    kept = {name: value for name, value in resource.items() if name not in gone}
    for name, below in (("contained", _resource), ("entry", _entry)):
        if isinstance(kept.get(name), list):
            kept[name] = [below(one) for one in kept[name]]
    return kept


def travelling(body: bytes, media: Media) -> bytes:
    """Return a body as it travels when it is refused; nothing of one that is not read."""
    try:
        return as_json(nowhere(read(body, media)))
    except FhirRefused:
        return b""


def notice_travelling(body: bytes) -> bytes:
    """Return the same of what lay in a mailbox, in the form in which it came."""
    if not body.lstrip().startswith(b"<"):
        return travelling(body, Media.JSON)
    try:
        return without_elements(body, _ANYWHERE)
    except FhirRefused:
        return b""


def passing(document: Mapping[str, Any]) -> bytes:
    """Return what goes on to the translator, who may refuse it yet, without whereabouts."""
    value = as_json(document)
    told = any(mark in value for mark in _MARKS)
    return as_json(nowhere(document)) if told else value


def nowhere(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return JSON without anything that says where somebody is, and without narrative."""
    if isinstance(value, list):
        return [nowhere(one) for one in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("resourceType")
    gone = WHEREABOUTS.get(kind, _NONE) if isinstance(kind, str) else _NONE
    kept = {
        name: nowhere(inner)
        for name, inner in value.items()
        if name not in _ANYWHERE and name not in gone and not _is_narrative(name, inner)
    }
    if _names_a_place(value):
        kept.pop("display", None)
    return kept


def _names_a_place(value: Mapping[str, Any]) -> bool:
    """Return whether a reference leads to a Location."""
    led = str(value.get("reference") or "")
    return value.get("type") == "Location" or "Location/" in led


def _is_narrative(name: str, value: object) -> bool:
    """Return whether a member holds words that anything may be said in."""
    return name == "div" or (name == "text" and isinstance(value, dict))


def _resource(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a resource without whereabouts, and anything else as it is."""
    return without_whereabouts(value) if isinstance(value, dict) else value


def _entry(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return an entry of a Bundle with its resource without whereabouts."""
    if not isinstance(value, dict) or "resource" not in value:
        return value
    return {**value, "resource": _resource(value["resource"])}
