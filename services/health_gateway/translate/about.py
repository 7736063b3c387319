"""One resource of what came, with all that is needed to say what it means."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from services.health_gateway.translate.codings import Coding, codings
from services.health_gateway.translate.nodes import Node, Part, Parts
from services.health_gateway.translate.tables import Tables

_POINTERS: Final = (
    *("focus", "basedOn", "replaces", "partOf", "about", "for"),
    *("referralRequest", "incomingReferral", "encounter", "appointment"),
    *(
        "episodeOfCare",
        "healthcareService",
        "performer",
        "owner",
        "managingOrganization",
    ),
    *("serviceProvider", "requester", "author", "supportingInformation"),
)
"""Members through which a resource leads to others that say more about it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Who sent it, when and as part of what, and the tables by which it is read."""

    sender: str
    at: str
    """When the door received it, RFC 3339 UTC."""
    message: str
    """Reference of the message that brought it."""
    tables: Tables
    correlation: str | None = None
    """What the sender's header said, if anything."""


@dataclass(frozen=True)
class About:
    """A resource, the others that came with it, and how it was heard."""

    part: Part
    parts: Parts
    heard: Heard
    sent: str | None = None
    """When the Bundle around it says that it was put together."""

    @property
    def resource(self) -> Node:
        """The resource."""
        return self.part.resource

    @property
    def kind(self) -> str:
        """Its type."""
        return self.part.kind

    @property
    def status(self) -> str:
        """Its status, empty where it has none."""
        return self.resource.text("status") or ""

    def text(self, *path: str) -> str | None:
        """Return the text that *path* leads to, through single objects."""
        node: Node | None = self.resource
        for name in path[:-1]:
            node = node.node(name) if node else None
        return node.text(path[-1]) if node else None

    def codings(self, *names: str) -> tuple[Coding, ...]:
        """Return the codes in the members *names*."""
        return tuple(codings(self.resource, *names))

    def references(self, *names: str) -> Iterator[Node]:
        """Yield the references in the members *names*."""
        for name in names:
            yield from self.resource.either(name)

    @cached_property
    def near(self) -> tuple[Part, ...]:
        """The resources that came with it and that it points at."""
        found = (self.parts.find(one) for one in self.references(*_POINTERS))
        return tuple(part for part in found if part)

    def of(self, part: Part) -> "About":
        """Return another resource of what came, heard in the same way."""
        return About(part, self.parts, self.heard, self.sent)


def sent_at(bundle: Node) -> str | None:
    """Return when a Bundle was put together, if it says so."""
    meta = bundle.node("meta")
    return bundle.text("timestamp") or (meta.text("lastUpdated") if meta else None)
