"""
Where people live and are seen, and how they are reached: it says of nothing that it happened.

It stays in the bytes as they came and travels nowhere, neither to the translator nor with
what is refused: whose record is restricted is not known of everybody when they are told of.
"""

from collections.abc import Mapping
from typing import Any, Final

from services.health_gateway.errors import FhirRefused
from services.health_gateway.rules import Media, read
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
    """Return a body as it travels when it is refused; as it came where it is not read."""
    try:
        return as_json(without_whereabouts(read(body, media)))
    except FhirRefused:
        return body


def _resource(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a resource without whereabouts, and anything else as it is."""
    return without_whereabouts(value) if isinstance(value, dict) else value


def _entry(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return an entry of a Bundle with its resource without whereabouts."""
    if not isinstance(value, dict) or "resource" not in value:
        return value
    return {**value, "resource": _resource(value["resource"])}
