"""Codes with their code systems, wherever FHIR puts them."""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from services.health_gateway.translate.nodes import Node

CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/|#-]{0,79}", re.ASCII)
"""The form of schemas.events.health.Code."""


class Coding(NamedTuple):
    """One code."""

    system: str
    """Empty where none was said."""
    code: str


def codings(holder: Node, *names: str) -> Iterator[Coding]:
    """
    Yield the codes in the members *names* of *holder*.

    A member may be one or many of a CodeableConcept, a Coding or an Identifier.
    """
    for name in names:
        for concept in holder.either(name):
            yield from _within(concept)


def coded(found: Iterable[Coding]) -> frozenset[str]:
    """Return the codes alone."""
    return frozenset(coding.code for coding in found)


def as_code(text: str | None) -> str | None:
    """Return *text* if it has the form of a code, empty if it is words."""
    return text if text is None or CODE.fullmatch(text) else ""


def _within(concept: Node) -> Iterator[Coding]:
    """Yield the codes of one CodeableConcept, or the code that it is itself."""
    inner = concept.either("coding")
    for coding in inner or (concept,):
        code = coding.text("code") or (None if inner else coding.text("value"))
        if code:
            yield Coding(coding.text("system") or "", code)
