"""
The tables of FHIR compiled into validators that run in Rust.

Of each release two are made when first needed, once a process (some tenths of a
second): the one stops at the first fault of each array, the other, for telling a
sender, does not.
What a schema cannot say, that one member needs or excludes another, is checked in
Python after an object's members.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from typing import Any, Final

from pydantic_core import CoreSchema, PydanticCustomError, SchemaValidator
from pydantic_core import core_schema as core

from services.health_gateway.rules.elements import (
    ANY_RESOURCE,
    COMMENTS,
    EXTENDS,
    PRIMITIVE_EXTENSION,
    TYPE,
    Choice,
    Element,
    Kind,
    Release,
    kinds,
)
from services.health_gateway.rules.primitives import PRIMITIVES

ABSENT: Final = "absent"
"""Error type: a primitive that must be there is not. Its name is in the context."""
CHOSEN_TWICE: Final = "chosen-twice"
"""Error type: two members of one choice."""
NOT_CHOSEN: Final = "not-chosen"
"""Error type: none of a choice that must be made."""
EMPTY: Final = "empty"
"""Error type: a primitive's extension without id, extension or comment."""

_COMMENTS: Final = core.nullable_schema(
    core.union_schema([core.str_schema(), core.list_schema(core.str_schema())])
)
_EITHER: Final = "any:"
"""Before a name of the schema's own definitions, which FHIR's types cannot have."""

Members = dict[str, Any]
Check = Callable[[Members], Members]


@cache
def validator(
    release: Release = Release.R4, *, telling: bool = False
) -> SchemaValidator:
    """Return the validator of any resource, given as what JSON is read as."""
    top = core.definition_reference_schema(_EITHER + ANY_RESOURCE)
    named = list(_definitions(kinds(release).values(), fail_fast=not telling))
    return SchemaValidator(core.definitions_schema(top, named))


def _definitions(every: Collection[Kind], *, fail_fast: bool) -> Iterator[CoreSchema]:
    """Yield every type, and the union of all resources."""
    for name, schema in PRIMITIVES.items():
        yield _named(schema, name)
    for kind in every:
        yield _named(_kind(kind, fail_fast=fail_fast), kind.name)
    choices: dict[Any, CoreSchema] = {
        kind.name: core.definition_reference_schema(kind.name)
        for kind in every
        if kind.resource
    }
    either = core.tagged_union_schema(choices, discriminator=TYPE)
    yield _named(either, _EITHER + ANY_RESOURCE)


def _named(schema: CoreSchema, name: str) -> CoreSchema:
    """Return *schema* as the definition of *name*."""
    return {**schema, "ref": name}


def _kind(kind: Kind, *, fail_fast: bool) -> CoreSchema:
    """Return one type: its members, and what holds between them."""
    fields = dict(_fields(kind, fail_fast=fail_fast))
    members = core.typed_dict_schema(fields, extra_behavior="forbid")
    check = _check(kind)
    return core.no_info_after_validator_function(check, members) if check else members


def _fields(
    kind: Kind, *, fail_fast: bool
) -> Iterator[tuple[str, core.TypedDictField]]:
    """Yield the members of a type."""
    for name, element in kind.elements.items():
        member = _member(element, fail_fast=fail_fast)
        yield name, core.typed_dict_field(member, required=element.needed)
        if element.extended:
            yield EXTENDS + name, _optional(_beside(element, fail_fast=fail_fast))
    yield COMMENTS, _optional(_COMMENTS)
    if TYPE not in kind.elements:
        said = core.literal_schema([kind.name])
        yield TYPE, _optional(said if kind.resource else core.nullable_schema(said))


def _optional(schema: CoreSchema) -> core.TypedDictField:
    """Return a member that may be absent."""
    return core.typed_dict_field(schema, required=False)


def _member(element: Element, *, fail_fast: bool) -> CoreSchema:
    """
    Return what may stand at an element.

    `null` is no value and counts as absent, except in the place of an array that must
    be there and within an array of objects; an array of primitives has it where the
    value is unknown and its extension says more.
    """
    one = _one(element)
    if not element.many:
        return core.nullable_schema(one)
    each = core.nullable_schema(one) if element.primitive else one
    array = core.list_schema(each, fail_fast=fail_fast)
    return array if element.needed else core.nullable_schema(array)


def _one(element: Element) -> CoreSchema:
    """Return one value of an element."""
    name = _EITHER + ANY_RESOURCE if element.type == ANY_RESOURCE else element.type
    return core.definition_reference_schema(name)


def _beside(element: Element, *, fail_fast: bool) -> CoreSchema:
    """Return what may stand beside a primitive: its id and extensions."""
    one = core.nullable_schema(core.definition_reference_schema(PRIMITIVE_EXTENSION))
    if not element.many:
        return one
    return core.nullable_schema(core.list_schema(one, fail_fast=fail_fast))


def _check(kind: Kind) -> Check | None:
    """Return what is checked after a type's members, None where nothing is."""
    if kind.name == PRIMITIVE_EXTENSION:
        return _check_says_something
    if not kind.required and not kind.choices:
        return None
    required, choices = kind.required, tuple(map(_Made, kind.choices))
    few = _few(kind)

    def check(members: Members) -> Members:
        """Return *members* if what must be there is, and no choice is made twice."""
        for name in required:
            if members.get(name) is None:
                _check_explained(members, name)
        if len(members) > few:
            for choice in choices:
                choice.check(members)
        return members

    return check


def _few(kind: Kind) -> int:
    """
    Return how many members a type can have without making any choice twice.

    One of a choice beside those that must be there: nearly every Extension.
    """
    if any(choice.required for choice in kind.choices):
        return -1
    needed = sum(element.needed for element in kind.elements.values())
    return 1 + len(kind.required) + needed


def _check_says_something(members: Members) -> Members:
    """Return *members* of a primitive's extension, if they say anything."""
    for name in ("id", "extension", COMMENTS):
        if members.get(name) is not None:
            return members
    raise PydanticCustomError(EMPTY, "says nothing")


def _check_explained(members: Mapping[str, Any], name: str) -> None:
    """Raise if no extension says why a primitive is not there."""
    beside = members.get(EXTENDS + name)
    if not (isinstance(beside, dict) and beside.get("extension")):
        raise PydanticCustomError(ABSENT, "is required", {"member": name})


class _Made:
    """Whether a choice is made as it must be."""

    def __init__(self, choice: Choice) -> None:
        """Judge *choice*."""
        self._of = frozenset(choice.of)
        self._required = choice.required
        self._named = {"member": f"{choice.name}[x]"}

    def check(self, members: Members) -> None:
        """Raise if it is made more than once, or not and must be."""
        found = self._of & members.keys()
        if len(found) == 1 and not self._required:
            return
        made = sum(members[name] is not None for name in found)
        if made > 1:
            raise PydanticCustomError(CHOSEN_TWICE, "is one of several", self._named)
        if self._required and not made:
            raise PydanticCustomError(NOT_CHOSEN, "is required", self._named)
