"""Reading FHIR JSON: values with the path at which they stand, references followed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from services.health_gateway.codes import INVARIANT, MISSING, NOT_FHIR
from services.health_gateway.errors import FhirRefused


@dataclass(frozen=True, slots=True)
class Node:
    """
    A JSON object of the message and where it stands.

    The structural models accept a string of JSON where an object belongs; here it is
    refused, so that nothing is read in two ways.
    """

    members: Mapping[str, Any] = field(repr=False)
    path: str

    def at(self, name: str) -> str:
        """Return the FHIRPath of a member."""
        return f"{self.path}.{name}"

    def text(self, name: str) -> str | None:
        """Return a member that is a string, None where it is absent."""
        value = self.members.get(name)
        if value is None or isinstance(value, str):
            return value
        raise FhirRefused(NOT_FHIR, self.at(name), rule="This must be a string")

    def required(self, name: str) -> str:
        """Return a member that is a string and must be there."""
        value = self.text(name)
        if value is None:
            raise FhirRefused(MISSING, self.at(name), rule="This is required")
        return value

    def node(self, name: str) -> "Node | None":
        """Return a member that is an object, None where it is absent."""
        value = self.members.get(name)
        return None if value is None else _node(value, self.at(name))

    def nodes(self, name: str) -> "tuple[Node, ...]":
        """Return the objects of a member that is an array, none where it is absent."""
        values = self.members.get(name)
        if values is None:
            return ()
        if not isinstance(values, list):
            raise FhirRefused(NOT_FHIR, self.at(name), rule="This must be an array")
        return tuple(_node(v, f"{self.path}.{name}[{i}]") for i, v in enumerate(values))


def _node(value: object, path: str) -> Node:
    """Return *value* as a node, if it is an object."""
    if not isinstance(value, dict):
        raise FhirRefused(NOT_FHIR, path, rule="This must be an object")
    return Node(value, path)


@dataclass(frozen=True, slots=True)
class Part:
    """One entry of the Bundle."""

    place: int
    """Index of the entry."""
    kind: str
    """Its resource's type."""
    resource: Node


class Parts:
    """The entries of a Bundle, found by reference and never by position."""

    def __init__(self, bundle: Node) -> None:
        """Index every entry by its fullUrl and by type and id."""
        self.all: Final = tuple(_parts(bundle))
        self._known: Final[dict[str, dict[int, Part]]] = {}
        for part, entry in zip(self.all, bundle.nodes("entry"), strict=True):
            for name in _names(part, entry):
                self._known.setdefault(name, {})[part.place] = part

    def find(self, reference: Node) -> Part | None:
        """Return the one entry that *reference* points at, None if not exactly one."""
        name = (reference.text("reference") or "").split("/_history/")[0]
        found = tuple(self._known.get(name, {}).values())
        return found[0] if len(found) == 1 else None

    def follow(self, parent: Node, name: str, kind: str) -> Part:
        """Return the entry of *kind* that a member of *parent* must point at."""
        reference = parent.node(name)
        if reference is None:
            raise FhirRefused(
                MISSING, parent.at(name), rule="This reference is required"
            )
        found = self.find(reference)
        if found is None or found.kind != kind:
            raise points_wrong(reference.path, kind)
        return found


def points_wrong(path: str, kind: str) -> Exception:
    """Return the refusal of a reference that does not lead to one entry of *kind*."""
    rule = f"This must point at one {kind} in the message, by fullUrl or {kind}/id"
    return FhirRefused(INVARIANT, path, rule=rule)


def _parts(bundle: Node) -> Iterable[Part]:
    """Return the entries in order; each holds a resource that says its type."""
    for place, entry in enumerate(bundle.nodes("entry")):
        resource = entry.node("resource")
        if resource is None:
            raise FhirRefused(MISSING, entry.at("resource"), rule="This is required")
        yield Part(place, resource.required("resourceType"), resource)


def _names(part: Part, entry: Node) -> Iterable[str]:
    """Return what references may call an entry: its fullUrl, and its type and id."""
    full_url, own = entry.text("fullUrl"), part.resource.text("id")
    if full_url:
        yield full_url
    if own:
        yield f"{part.kind}/{own}"
