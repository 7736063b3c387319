"""
Whether a resource has the structure of its release, and what a sender is told if not.

For every resource read here R4B has the elements of R4 4.0.1.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from pydantic_core import ErrorDetails, ValidationError

from services.health_gateway.codes import BAD_VALUE, MISSING, NOT_FHIR, Fault
from services.health_gateway.errors import FhirRefused, Issue
from services.health_gateway.rules.compiled import (
    ABSENT,
    CHOSEN_TWICE,
    EMPTY,
    NOT_CHOSEN,
    validator,
)
from services.health_gateway.rules.elements import TYPE, Release, is_resource

Path = tuple[str | int, ...]


class _Rule(NamedTuple):
    """What a kind of validation error means to the sender."""

    fault: Fault
    text: str


_MOST_EXPRESSIONS: Final = 10
_MOST_TOLD: Final = 1_000
"""Errors that are sorted for a sender; a body with more is not FHIR at all."""
_MOST_MEMBERS: Final = 500
"""Of one resource; no type of R4 has half as many."""
_MOST_SEARCHED: Final = 20_000
"""Values of a resource of which all faults are looked for; of a larger one the first."""
_UNKNOWN_MEMBER: Final = "extra_forbidden"
_REQUIRED: Final = _Rule(MISSING, "This is required")
_NO_SUCH_TYPE: Final = _Rule(BAD_VALUE, "FHIR R4 has no such type")
_NOT_OBJECT: Final = _Rule(
    NOT_FHIR, "This must be an object of what FHIR R4 puts there"
)
_NOT_STRING: Final = _Rule(NOT_FHIR, "This must be a string")
_RULES: Final[Mapping[str, _Rule]] = {
    "missing": _REQUIRED,
    ABSENT: _REQUIRED,
    NOT_CHOSEN: _Rule(MISSING, "One member of this choice is required"),
    CHOSEN_TWICE: _Rule(NOT_FHIR, "Only one member of this choice may be there"),
    EMPTY: _Rule(NOT_FHIR, "This must hold an id or an extension"),
    "list_type": _Rule(NOT_FHIR, "This must be an array of what FHIR R4 puts there"),
    "dict_type": _NOT_OBJECT,
    "typed_dict_type": _NOT_OBJECT,
    "model_type": _NOT_OBJECT,
    "string_type": _NOT_STRING,
    "bytes_type": _NOT_STRING,
    "union_tag_not_found": _REQUIRED,
    "union_tag_invalid": _NO_SUCH_TYPE,
    "literal_error": _Rule(NOT_FHIR, "This resourceType does not belong here"),
    _UNKNOWN_MEMBER: _Rule(NOT_FHIR, "This holds a member that R4 does not define"),
}
_TAGS: Final = ("union_tag_not_found", "union_tag_invalid")
_OTHERWISE: Final = _Rule(BAD_VALUE, "This does not have the form that R4 gives it")
_TOO_MUCH: Final = _Rule(
    NOT_FHIR, "This is not FHIR R4 in more places than can be told"
)


def accepts(resource: Mapping[str, Any], release: Release = Release.R4) -> bool:
    """Return whether *resource*, as JSON is read, has the structure of its type."""
    try:
        validator(release).validate_python(resource)
    except ValidationError:
        return False
    return True


def check_structure(resource: Mapping[str, Any], release: Release = Release.R4) -> None:
    """Refuse a resource that FHIR does not define; one issue for each rule broken."""
    if len(resource) > _MOST_MEMBERS:
        raise FhirRefused(_TOO_MUCH.fault, "Resource", rule=_TOO_MUCH.text)
    try:
        validator(release).validate_python(resource)
    except ValidationError as first:
        kind = resource.get(TYPE)
        known = isinstance(kind, str) and is_resource(kind, release)
        root = str(kind) if known else "Resource"
        issues = tuple(_issues(resource, root, first, release))
    else:
        return
    raise FhirRefused.of(issues)


def _issues(
    resource: Mapping[str, Any], root: str, first: ValidationError, release: Release
) -> Iterator[Issue]:
    """Yield what is wrong, gathered by rule in the order of the document."""
    where: dict[_Rule, dict[str, None]] = {}
    for rule, path in _found(resource, first, release):
        where.setdefault(rule, {})[_expression(root, path)] = None
    for rule, expressions in where.items():
        places = tuple(expressions)[:_MOST_EXPRESSIONS]
        yield Issue.error(rule.fault, *places, rule=rule.text)


def _found(
    resource: Mapping[str, Any], first: ValidationError, release: Release
) -> Iterator[tuple[_Rule, Path]]:
    """
    Yield each rule broken with its place.

    *first* is what the decision met, of each array the first fault alone.
    """
    error = first if _is_long(resource) else _told(resource, release) or first
    if error.error_count() > _MOST_TOLD:
        yield _TOO_MUCH, ()
        return
    for each in error.errors(include_url=False, include_input=False):
        yield _RULES.get(each["type"], _OTHERWISE), _path(resource, each)


def _told(resource: Mapping[str, Any], release: Release) -> ValidationError | None:
    """Return all faults of a resource; None where none is found."""
    try:
        validator(release, telling=True).validate_python(resource)
    except ValidationError as error:
        return error
    return None


def _is_long(resource: Mapping[str, Any]) -> bool:
    """Return whether a search for all faults would take longer than a reader waits."""
    waiting: list[Any] = [resource]
    count = 0
    while waiting and count <= _MOST_SEARCHED:
        value = waiting.pop()
        inner = value.values() if isinstance(value, dict) else value
        if isinstance(value, dict | list):
            count += len(value)
            waiting.extend(inner)
    return count > _MOST_SEARCHED


def _path(resource: Mapping[str, Any], error: ErrorDetails) -> Path:
    """
    Return where a fault stands.

    The validator's own steps (which type, which alternative) are left out, and so is
    an unknown member's name: a sender may have put anything there.
    """
    kind, context = error["type"], error.get("ctx", {})
    steps = error["loc"][:-1] if kind in {_UNKNOWN_MEMBER, "missing"} else error["loc"]
    path = tuple(_followed(resource, steps))
    if kind == "missing":
        return (*path, error["loc"][-1])
    if kind in _TAGS:
        return (*path, TYPE)
    return (*path, context["member"]) if "member" in context else path


def _followed(value: Any, steps: tuple[int | str, ...]) -> Iterator[int | str]:  # noqa: ANN401
    """Yield those of *steps* that lead from member to member of the document."""
    for step in steps:
        inner = value.get(step) if isinstance(value, dict) else None
        if isinstance(value, list) and isinstance(step, int):
            inner = value[step]
        elif not isinstance(value, dict) or step not in value:
            continue
        value = inner
        yield step


def _expression(root: str, path: Path) -> str:
    """Return *path* as FHIRPath."""
    return root + "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in path)
