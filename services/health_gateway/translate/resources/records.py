"""The sender's own record: its id, its version, and when what it says happened."""

import re
from typing import Any, Final
from uuid import UUID

from schemas.statement import UNNUMBERED
from services.health_gateway.codes import RESTRICTED_LABELS
from services.health_gateway.translate.about import About
from services.health_gateway.translate.codings import codings
from services.health_gateway.translate.nodes import Node
from services.health_gateway.translate.people import fitting, identifier_text
from services.health_gateway.translate.times import (
    Occurred,
    first,
    milliseconds,
    occurred,
)

_VERSION: Final = re.compile(r"[0-9]{1,15}", re.ASCII)
BEYOND: Final = "date-beyond"
"""Word for a date on which nothing can have happened; another one stands in its place."""
LONGEST: Final = 170
"""Characters of a record id: a withdrawal names at most 200, a facet included."""


def record_of(about: About) -> str:
    """
    Return the sender's own id of a record: `type/id`.

    An id that holds within one message alone is a last resort behind an identifier:
    another message may give it to another record.
    """
    own = about.resource.text("id")
    known = about.part.named is not None or _is_unique(own)
    found = f"{about.kind}/{own}" if own and (known or not _temporary(about)) else None
    found = found or _first_identifier(about)
    if found is None:
        return f"{about.kind}/{about.heard.message}/{about.part.place}"
    return fitting(found, LONGEST)


def record_led(about: About, kind: str, *names: str) -> str | None:
    """Return the record of that *kind* that members lead to, as its sender names it."""
    for reference in about.references(*names):
        part = about.parts.find(reference)
        if part and part.kind == kind:
            return record_of(about.of(part))
        said = (reference.text("reference") or "").split("/_history/")[0]
        if part is None and said.startswith(f"{kind}/"):
            return said
    return None


def _temporary(about: About) -> bool:
    """Return whether an entry is called by an address that holds in one message."""
    return (about.part.full_url or "").startswith("urn:")


def _is_unique(own: str | None) -> bool:
    """Return whether an id is a UUID, which nobody gives twice."""
    try:
        return own is not None and bool(UUID(own))
    except ValueError:
        return False


def _first_identifier(about: About) -> str | None:
    """Return a record's first identifier that has a value, with its type."""
    values = (i for i in about.resource.either("identifier") if i.text("value"))
    found = next(map(identifier_text, values), None)
    return f"{about.kind}|{found}" if found else None


def version_of(about: About) -> int:
    """
    Return the version of the sender's record.

    What it says of itself; else when it was last updated, else when its Bundle was put
    together, else when we heard: such a version comes before any that has a number
    (`schemas.statement.UNNUMBERED`).
    """
    number = _number(about)
    return moment_of(about) - UNNUMBERED if number is None else number


def _number(about: About) -> int | None:
    """Return the number of the version, where its sender gives one."""
    own = about.text("meta", "versionId")
    return int(own) if own and _VERSION.fullmatch(own) else None


def moment_of(about: About) -> int:
    """Return when this version was made, so far as is said; else when we heard."""
    said = (about.text("meta", "lastUpdated"), about.sent, about.heard.at)
    return next(filter(None, (milliseconds(text) for text in said if text)), 0)


def mistaken(about: About) -> dict[str, Any]:
    """
    Return which versions a record takes back that was a mistake.

    All up to its own; without a number, all that had been heard by then, whatever came
    before: its item goes its own way, and may be handled before theirs.
    """
    number = _number(about)
    return {"until": about.heard.at} if number is None else {"upto": number}


def when(about: About, paths: tuple[tuple[str, ...], ...]) -> Occurred:
    """Return when it happened: the best that the record says, else when we heard."""
    texts = [_text(about.resource, path) for path in paths]
    texts += [about.text("meta", "lastUpdated"), about.sent, about.heard.at]
    found = first(texts)
    assert found is not None  # noqa: S101 - the door's own time is an instant
    heard = about.heard.at[:10]
    return min(found, Occurred(heard, "by")) if found.precision == "by" else found


def is_beyond(about: About, paths: tuple[tuple[str, ...], ...]) -> bool:
    """Return whether the best that is said of when it happened cannot have been."""
    said = next(filter(None, (_text(about.resource, path) for path in paths)), None)
    return said is not None and occurred(said) is None


def _text(resource: Node, path: tuple[str, ...]) -> str | None:
    """Return the text that *path* leads to."""
    node: Node | None = resource
    for name in path[:-1]:
        node = node.node(name) if node else None
    return node.text(path[-1]) if node else None


def sensitivity(type_name: str, *resources: Node | None) -> str:
    """
    Return how carefully it is shown: safeguarding, restricted or normal.

    `restricted` where a resource is labelled so (PDS's S-flag).
    """
    if type_name.startswith("safeguarding."):
        return "safeguarding"
    metas = (resource.node("meta") for resource in resources if resource)
    labels = {c.code for meta in metas if meta for c in codings(meta, "security")}
    return "restricted" if labels & RESTRICTED_LABELS else "normal"


def correlation_of(about: About) -> str | None:
    """
    Return what ties a record to others of its course, where it says so.

    The referral that it is or continues, as its sender names it: no two senders share
    such a name.
    """
    root = about.part.named if about.kind == "ServiceRequest" else None
    for reference in about.references("focus", "basedOn", "referralRequest"):
        part = about.parts.find(reference)
        said = part.named if part else (reference.text("reference") or "")
        if not root and said and said.startswith("ServiceRequest/"):
            root = said.split("/_history/")[0]
    return f"{about.heard.sender} {root}" if root else None
