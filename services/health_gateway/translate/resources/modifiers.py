"""
What changes the meaning of all that a resource says beside it.

Source: FHIR R4 2.6 (modifier elements). Statuses and intents are read where each type of
resource is; whoever does not know one of those here must not go by the rest.
"""

from collections.abc import Iterator
from typing import Any, Final

from services.health_gateway.translate.nodes import Node

MODIFIED: Final = "meaning-modified"
"""Word for a record that was not interpreted."""
_OWN: Final = frozenset({"contained", "text", "contact"})
"""Members that are other resources, or say how people are reached: not read here."""


def is_modified(resource: Node) -> bool:
    """
    Return whether a resource may mean something else than it says.

    It is not to be done, or it says by an extension or by rules of its sender that we
    do not know how it is to be read: we know none.
    """
    members = resource.members
    if members.get("doNotPerform") is True or members.get("implicitRules"):
        return True
    return _forbids_all(resource) or any(_modifiers(members))


def _forbids_all(resource: Node) -> bool:
    """Return whether a plan holds nothing but what is not to be done."""
    details = [detail.node("detail") for detail in _activities(resource)]
    said = [detail and detail.members.get("doNotPerform") is True for detail in details]
    return bool(said) and all(said)


def _activities(resource: Node) -> tuple[Node, ...]:
    """Return the activities of a CarePlan."""
    plan = resource.members.get("resourceType") == "CarePlan"
    return resource.nodes("activity") if plan else ()


def _modifiers(value: Any) -> Iterator[bool]:  # noqa: ANN401 - any JSON
    """Yield True for each modifier extension within *value*."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "modifierExtension" and inner:
                yield True
            elif name not in _OWN and isinstance(inner, dict | list):
                yield from _modifiers(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _modifiers(inner)
