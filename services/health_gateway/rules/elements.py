"""What FHIR puts where: the tables of `describing`, each read once a process."""

from collections.abc import Mapping
from enum import Enum
from functools import cache
from importlib import resources
from typing import Any, Final, NamedTuple

import orjson

ANY_RESOURCE: Final = "Resource"
"""The type of an element that holds a whole resource of any type."""
COMMENTS: Final = "fhir_comments"
"""DSTU2's comments, which the models still take anywhere."""
TYPE: Final = "resourceType"
EXTENDS: Final = "_"
"""Before a primitive's name: its id and extensions."""
PRIMITIVE_EXTENSION: Final = "FHIRPrimitiveExtension"


class Release(Enum):
    """A release of FHIR that is read here; its name is what senders are told."""

    R4 = "r4"
    STU3 = "stu3"


class Element(NamedTuple):
    """One element of a type."""

    type: str
    """A type of the table, or a primitive in FHIR's spelling: `dateTime`."""
    many: bool
    """Whether JSON has an array there."""
    needed: bool
    """Whether the member must be there; primitives are listed in `Kind.required`."""
    extended: bool
    """Whether `_name` may stand beside it."""

    @property
    def primitive(self) -> bool:
        """Return whether the element is a value and not an object."""
        return self.type[0].islower()


class Choice(NamedTuple):
    """An element whose name says its type: at most one of *of* may be there."""

    name: str
    of: tuple[str, ...]
    required: bool


class Kind(NamedTuple):
    """One type of FHIR: a resource, a data type, or a part of a resource."""

    name: str
    resource: bool
    elements: Mapping[str, Element]
    required: tuple[str, ...]
    """Primitives that must be there, or an extension that says why they are not."""
    choices: tuple[Choice, ...]


@cache
def kinds(release: Release = Release.R4) -> Mapping[str, Kind]:
    """Return every type by its name. Some milliseconds at the first call."""
    file = resources.files(__package__ or "") / f"{release.value}.json"
    table: dict[str, Any] = orjson.loads(file.read_bytes())
    return {name: _kind(name, said) for name, said in table.items()}


def is_resource(name: object, release: Release = Release.R4) -> bool:
    """Return whether *release* has a resource type of that name."""
    kind = kinds(release).get(name) if isinstance(name, str) else None
    return kind is not None and kind.resource


def _kind(name: str, said: Mapping[str, Any]) -> Kind:
    """Return one type as the table says it."""
    choices = said.get("choices", ())
    return Kind(
        name,
        said.get("resource", False),
        {member: _element(form) for member, form in said["elements"].items()},
        tuple(said.get("required", ())),
        tuple(Choice(c["name"], tuple(c["of"]), c["required"]) for c in choices),
    )


@cache
def _element(form: str) -> Element:
    """Return the element that *form* says: type, `*` many, `!` needed, `_` extended."""
    marks = {"*", "!", "_"} & set(form)
    return Element(form.rstrip("*!_"), "*" in marks, "!" in marks, "_" in marks)
