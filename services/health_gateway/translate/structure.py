"""Whether a message has the structure of FHIR R4: fhir.resources' R4B models say."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from fhir.resources.R4B import get_fhir_model_class
from fhir.resources.R4B.bundle import Bundle
from pydantic import BaseModel, ValidationError

from services.health_gateway.codes import BAD_VALUE, MISSING, NOT_FHIR, Fault
from services.health_gateway.errors import FhirRefused
from services.health_gateway.translate.nodes import Node, Part, Parts


class _Rule(NamedTuple):
    """What a kind of validation error means to the sender."""

    fault: Fault
    text: str


_MOST_EXPRESSIONS: Final = 10
_UNKNOWN_MEMBER: Final = "extra_forbidden"
_RULES: Final[Mapping[str, _Rule]] = {
    "missing": _Rule(MISSING, "This is required"),
    "model_field_validation.missing": _Rule(MISSING, "This is required"),
    "list_type": _Rule(NOT_FHIR, "This must be an array of what FHIR R4 puts there"),
    "string_type": _Rule(NOT_FHIR, "This must be a string"),
    _UNKNOWN_MEMBER: _Rule(NOT_FHIR, "This holds a member that R4 does not define"),
}
_OTHERWISE: Final = _Rule(BAD_VALUE, "This does not have the form that R4 gives it")
_NO_SUCH_TYPE: Final = _Rule(BAD_VALUE, "FHIR R4 has no such type")
_NOT_R4: Final = _Rule(NOT_FHIR, "This or something within it is not FHIR R4")
_RAISED_TOO: Final = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""Beside ValidationError: KeyError for an unknown type within, TypeError for a number
where a date belongs, and others (fhir.resources 8.3.0); each is the message's fault."""


def check_structure(bundle: Node, parts: Parts) -> None:
    """
    Refuse a Bundle that the R4B models cannot hold.

    For every resource read here R4B has the elements of R4 4.0.1. Each resource goes
    to its own model: through the Bundle's, the same checks take a quarter longer.
    """
    found = [*_faults(Bundle, _shell(bundle))]
    for part in parts.all:
        found += _resource_faults(part)
    if found:
        rule = found[0][0]
        where = dict.fromkeys(path for same, path in found if same == rule)
        places = tuple(where)[:_MOST_EXPRESSIONS]
        raise FhirRefused(rule.fault, *places, rule=rule.text)


def _shell(bundle: Node) -> Node:
    """Return the Bundle without its resources."""
    entries = [
        {name: value for name, value in entry.members.items() if name != "resource"}
        for entry in bundle.nodes("entry")
    ]
    return Node({**bundle.members, "entry": entries}, bundle.path)


def _resource_faults(part: Part) -> list[tuple[_Rule, str]]:
    """Return what is wrong with the resource of an entry."""
    try:
        model = get_fhir_model_class(part.kind)
    except ValueError:
        return [(_NO_SUCH_TYPE, part.resource.at("resourceType"))]
    return [*_faults(model, part.resource)]


def _faults(model: type[BaseModel], node: Node) -> Iterator[tuple[_Rule, str]]:
    """Yield what *model* finds wrong, and where."""
    try:
        model.model_validate(node.members)
    except ValidationError as error:
        quiet = {"include_url": False, "include_context": False, "include_input": False}
        for each in error.errors(**quiet):
            rule = _RULES.get(each["type"], _OTHERWISE)
            yield rule, node.path + _steps(each["loc"], each["type"])
    except _RAISED_TOO:
        yield _NOT_R4, node.path


def _steps(loc: tuple[Any, ...], kind: str) -> str:
    """
    Return the FHIRPath from a resource to a fault.

    An unknown member's own name is left out: a sender may have put anything there.
    """
    known = loc[:-1] if kind == _UNKNOWN_MEMBER else loc
    return "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in known)
