"""Reading FHIR JSON: values with the path at which they stand, references followed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from urllib.parse import parse_qs

from services.health_gateway.codes import INVARIANT, MISSING, NOT_FHIR
from services.health_gateway.errors import FhirRefused

_UUID: Final = "urn:uuid:"


class Node:
    """
    A JSON object of the message and where it stands.

    The structural models accept a string of JSON where an object belongs; here it is
    refused, so that nothing is read in two ways. A message has hundreds of these, and of
    hardly any is asked where it stands: paths are put together when they are.
    """

    __slots__ = ("_at", "members", "root")

    def __init__(
        self,
        members: Mapping[str, Any],
        path: "str | tuple[Node, str]",
        root: str = "",
    ) -> None:
        """
        Read *members*, which stand at *path*: as text, or below another node.

        *root* is the path of the resource that it is part of: `#` references stay within
        that one.
        """
        self.members: Final = members
        self.root: Final = root
        self._at = path

    def __eq__(self, other: object) -> bool:
        """Return whether *other* says the same at the same place."""
        if not isinstance(other, Node):
            return NotImplemented
        return self.members == other.members and self.path == other.path

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """Return where it stands, and nothing of what it says."""
        return f"Node({self.path!r})"

    @property
    def path(self) -> str:
        """Where it stands, as FHIRPath."""
        if not isinstance(self._at, str):
            above, step = self._at
            self._at = above.path + step
        return self._at

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
        return None if value is None else self._below(value, f".{name}")

    def nodes(self, name: str) -> "tuple[Node, ...]":
        """Return the objects of a member that is an array, none where it is absent."""
        values = self.members.get(name)
        if values is None:
            return ()
        if not isinstance(values, list):
            raise FhirRefused(NOT_FHIR, self.at(name), rule="This must be an array")
        below = self._below
        return tuple([below(v, f".{name}[{i}]") for i, v in enumerate(values)])

    def either(self, name: str) -> "tuple[Node, ...]":
        """Return the objects of a member that is an object or an array of them."""
        value = self.members.get(name)
        if value is None:
            return ()
        if isinstance(value, list):
            return self.nodes(name)
        return (self._below(value, f".{name}"),)

    def objects(self, name: str) -> "tuple[Node, ...]":
        """Return the objects of a member, none where a type has a text under that name."""
        value = self.members.get(name)
        if isinstance(value, dict):
            return self.either(name)
        return self.nodes(name) if value and _all_objects(value) else ()

    def _below(self, value: object, step: str) -> "Node":
        """Return *value* as the node that stands a *step* below, if it is an object."""
        if not isinstance(value, dict):
            raise FhirRefused(NOT_FHIR, self.path + step, rule="This must be an object")
        return Node(value, (self, step), self.root)


def _all_objects(value: object) -> bool:
    """Return whether *value* is an array of objects alone."""
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


@dataclass(frozen=True, slots=True)
class Part:
    """One resource of what came."""

    place: int
    """Index of the entry; 0 where a resource came alone."""
    kind: str
    """Its type."""
    resource: Node
    full_url: str | None = None
    named: str | None = None
    """
    What other records of its sender call it, in this message and in later ones; None
    where its id holds within this message alone.
    """


class Parts:
    """The resources of what came, found by reference and never by position."""

    def __init__(self, all_parts: Iterable[Part]) -> None:
        """Index every resource by its fullUrl and by type and id."""
        self.all: Final = tuple(all_parts)
        self._known: Final[dict[str, dict[int, Part]]] = {}
        for part in self.all:
            for name in _names(part):
                self._known.setdefault(name, {})[part.place] = part

    def has(self, name: str) -> bool:
        """Return whether anything that came is called *name*: a fullUrl, or type and id."""
        return name in self._known

    def find(self, reference: Node) -> Part | None:
        """Return the one resource that *reference* points at, None if not just one."""
        name = (reference.text("reference") or "").split("/_history/")[0]
        if named := logical(reference):
            return self._identified(type_of(reference), *named)
        if searched := conditional(name):
            return self._identified(*searched)
        if name.startswith("#"):
            return self._within(reference.root, name[1:])
        found = tuple(self._known.get(name, {}).values())
        return found[0] if len(found) == 1 else None

    def _identified(self, kind: str | None, system: str, value: str) -> Part | None:
        """Return the one resource of *kind* that has an identifier, None if not just one."""
        known = self._by_identifier.get((system, value), {}).values()
        found = [part for part in known if kind in {None, part.kind}]
        return found[0] if len(found) == 1 else None

    @cached_property
    def _by_identifier(self) -> dict[tuple[str, str], dict[int, Part]]:
        """Every resource by its identifiers: hardly any message asks for one."""
        found: dict[tuple[str, str], dict[int, Part]] = {}
        for part in self.all:
            for identifier in part.resource.either("identifier"):
                found.setdefault(_named_by(identifier), {})[part.place] = part
        return found

    def _within(self, root: str, own: str) -> Part | None:
        """Return the resource with that id which the one at *root* contains."""
        holder = next((p for p in self.all if p.resource.path == root), None)
        for inner in holder.resource.nodes("contained") if holder else ():
            if inner.text("id") == own:
                kind = inner.required("resourceType")
                return Part(holder.place if holder else 0, kind, inner)
        return None

    def follow(self, parent: Node, name: str, kind: str) -> Part:
        """Return the resource of *kind* that a member of *parent* must point at."""
        reference = parent.node(name)
        if reference is None:
            raise FhirRefused(
                MISSING, parent.at(name), rule="This reference is required"
            )
        found = self.find(reference)
        if found is None or found.kind != kind:
            raise points_wrong(reference.path, kind)
        return found


def conditional(reference: str) -> tuple[str, str, str] | None:
    """
    Return type, system and value by which a reference searches; None for any other.

    Source: FHIR R4 3.1.0.11.2, conditional references: `Patient?identifier=system|value`.
    """
    name, searches, query = reference.partition("?")
    said = parse_qs(query).get("identifier", []) if searches else []
    if len(said) != 1:
        return None
    system, bar, value = said[0].rpartition("|")
    return (name.rpartition("/")[2], system if bar else "", value) if value else None


def logical(reference: Node) -> tuple[str, str] | None:
    """
    Return system and value by which a reference names a record without its address.

    Source: FHIR R4 2.3.0.2, logical references. None without a system: the value alone
    names many things.
    """
    said = reference.members.get("identifier")
    if reference.members.get("reference") or not isinstance(said, dict):
        return None
    system, value = _named_by(Node(said, (reference, ".identifier"), reference.root))
    return (system, value) if system and value else None


def type_of(reference: Node) -> str | None:
    """Return the type of what a reference points at, if it says so, short or as a URL."""
    said = reference.members.get("type")
    return said.rpartition("/")[2] if isinstance(said, str) else None


def _named_by(identifier: Node) -> tuple[str, str]:
    """Return system and value of an identifier, empty where they are absent."""
    return identifier.text("system") or "", identifier.text("value") or ""


def points_wrong(path: str, kind: str) -> Exception:
    """Return the refusal of a reference that does not lead to one entry of *kind*."""
    rule = f"This must point at one {kind} in the message, by fullUrl or {kind}/id"
    return FhirRefused(INVARIANT, path, rule=rule)


def alone(resource: Node) -> Part:
    """Return a resource that came by itself, its type at the head of every path."""
    kind, own = resource.required("resourceType"), resource.text("id")
    named = f"{kind}/{own}" if own else None
    return Part(0, kind, Node(resource.members, kind, kind), named=named)


def entries(bundle: Node) -> Iterator[Part]:
    """Yield the entries of a Bundle that hold a resource; each says its type."""
    for place, entry in enumerate(bundle.nodes("entry")):
        resource = entry.node("resource")
        if resource is not None:
            kind, at = resource.required("resourceType"), resource.path
            whole = Node(resource.members, at, at)
            url = entry.text("fullUrl")
            yield Part(place, kind, whole, url, _named(entry, kind, whole, url))


def _named(entry: Node, kind: str, resource: Node, url: str | None) -> str | None:
    """Return what later records will call an entry: as it is put, or by its address."""
    request, own = entry.node("request"), resource.text("id")
    if own and request and request.text("method") == "PUT":
        return f"{kind}/{own}"
    return url.split("/_history/")[0] if url and url.startswith("http") else None


def _names(part: Part) -> Iterable[str]:
    """
    Return what references may call an entry: its fullUrl, and its type and id.

    A UUID may stand in either: senders give it in the one and refer to it by the other.
    """
    own, url = part.resource.text("id"), part.full_url
    if url:
        yield url
    if url and url.startswith(_UUID):
        yield f"{part.kind}/{url.removeprefix(_UUID)}"
    if own:
        yield f"{part.kind}/{own}"
        yield _UUID + own
