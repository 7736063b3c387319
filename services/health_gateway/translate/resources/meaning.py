"""What a record means, before it is put into the words of an event."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from services.health_gateway.translate.about import About

Paths = tuple[tuple[str, ...], ...]

START: Final[Paths] = (("period", "start"),)
END: Final[Paths] = (("period", "end"),)
UNCLASSIFIED: Final = "health.unclassified.v1"
WITHDRAWN: Final = "event.withdrawn.v1"


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that a record says happened."""

    type: str
    """A name in the catalogue."""
    facet: str = ""
    """
    Added to the record's id: what is said of another side of the record supersedes
    nothing (`#outcome` of an appointment, beside its booking).
    """
    data: Mapping[str, Any] = field(default_factory=dict)
    """Members that this kind of record says in a way of its own."""
    record: str | None = None
    """Another record that this one speaks of in passing."""
    when: Paths = ()
    """Paths to when it happened, best first; none: those of the shape."""
    mark: str | None = None
    """What a later version of the record may change."""
    instead: "Meaning | None" = None
    """What it means where the version before had another mark."""
    only_after: str | None = None
    """The mark that the version before must have had."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Where a type of resource says what: names of its members."""

    decide: Callable[[About], tuple[Meaning, ...]]
    codes: tuple[str, ...] = ("code",)
    services: tuple[str, ...] = ()
    """Further members whose codes may name the service."""
    reasons: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    bodies: tuple[str, ...] = ()
    """Members that lead to the organisation which did it."""
    when: Paths = ()
    """Paths to when it happened, best first."""
    facets: tuple[str, ...] = ("", "#other")
    """Every facet that a record of this type can have, for its withdrawal."""


def one(
    type_name: str, facet: str = "", *, when: Paths = (), **data: str | None
) -> tuple[Meaning, ...]:
    """Return a single meaning."""
    return (Meaning(type_name, facet, data, when=when),)


def other(about: About) -> tuple[Meaning, ...]:
    """Return what is said of a record that no type of the catalogue says."""
    status = about.status or None
    return one(UNCLASSIFIED, "#other", resource_type=about.kind, status=status)
