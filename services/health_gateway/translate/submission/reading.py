"""A request's body, judged, to what it states."""

from dataclasses import replace
from typing import Any, Final

from services.health_gateway.codes import BAD_VALUE, INVARIANT, NOT_SUPPORTED
from services.health_gateway.errors import FhirRefused
from services.health_gateway.rules import (
    STRICT,
    Media,
    Repairs,
    is_resource,
    judge_resource,
    read,
)
from services.health_gateway.translate.about import About, Heard
from services.health_gateway.translate.messages import (
    is_of_another_standard,
    message_of,
    message_statements,
)
from services.health_gateway.translate.nodes import Node, Part, Parts, alone
from services.health_gateway.translate.passing_on import passed_on
from services.health_gateway.translate.submission.bundles import (
    batch,
    collection,
    shell,
    transaction,
)
from services.health_gateway.translate.submission.pieces import (
    NO_PATIENT,
    Asked,
    Piece,
    Submission,
    deleted,
    piece_of,
)
from services.health_gateway.translate.submission.repaired import marked

_NOT_BARS: Final = "not-bars"
COLLECTIONS: Final = frozenset(
    {"collection", "history", "document", "searchset"}
    | {"transaction-response", "batch-response"}
)
"""Types of Bundle whose entries are taken as they are: what a server gave among them."""


def submission(
    body: bytes,
    heard: Heard,
    asked: Asked,
    *,
    media: Media = Media.JSON,
    repairs: Repairs = STRICT,
) -> Submission:
    """
    Return what a request's body says; raises FhirRefused for the whole of it.

    *repairs* are what its sender's agreement lets us read otherwise than it was sent.
    """
    document = read(body, media)
    if asked.message_only:
        _check_message(Node(document, "Bundle"))
    elif asked.bundle_only:
        _check_bundle(document)
    if document.get("type") == "batch" and asked.kind is None:
        judged = judge_resource(shell(document))
        return replace(batch(document, heard, repairs), issues=judged.warnings)
    judged = judge_resource(document, repairs)
    content = _whole(judged.resource, heard, asked)
    pieces = map(marked, content.pieces) if judged.repairs else content.pieces
    return replace(content, pieces=tuple(pieces), issues=judged.warnings)


def _whole(document: dict[str, Any], heard: Heard, asked: Asked) -> Submission:
    """Return what a judged document says: a resource, or a Bundle taken as one."""
    if document["resourceType"] != "Bundle" or asked.kind not in {None, "Bundle"}:
        return _single(Node(document, document["resourceType"]), heard, asked)
    bundle = Node(document, "Bundle")
    form = bundle.required("type")
    if form == "message":
        others = is_of_another_standard(bundle, heard.tables.table)
        opened = others and not asked.message_only
        return _opened(bundle, heard) if opened else _message(bundle, heard)
    if asked.kind is not None:
        _check_address(alone(bundle), asked)
        return collection(bundle, heard, "collection")
    if form == "transaction":
        return transaction(bundle, heard)
    if form in COLLECTIONS:
        return collection(bundle, heard, form)
    rule = "This is no type of Bundle that is taken here"
    raise FhirRefused(NOT_SUPPORTED, bundle.at("type"), rule=rule)


def _opened(bundle: Node, heard: Heard) -> Submission:
    """Return the entries of a message of another standard, and that it was read so."""
    whole = collection(bundle, heard, "collection")
    first, *rest = whole.pieces
    told = replace(first, warnings=(*first.warnings, _NOT_BARS))
    return replace(whole, pieces=(told, *rest))


def _check_message(bundle: Node) -> None:
    """Refuse anything but a Bundle of type message."""
    for name, wanted in (("resourceType", "Bundle"), ("type", "message")):
        if bundle.required(name) != wanted:
            rule = f"This must be {wanted}"
            raise FhirRefused(BAD_VALUE, bundle.at(name), rule=rule)


def _check_bundle(document: dict[str, Any]) -> None:
    """Refuse a resource by itself where Bundles are taken; say where it goes."""
    kind = document.get("resourceType")
    if kind != "Bundle" and is_resource(kind):
        rule = f"This address takes a Bundle. POST a {kind} to /FHIR/R4/{kind}"
        raise FhirRefused(NOT_SUPPORTED, f"{kind}.resourceType", rule=rule)


def withdrawn(asked: Asked, heard: Heard) -> Submission:
    """Return the withdrawal of the record that a DELETE names."""
    named = (asked.kind or "Resource", asked.own or "")
    piece = deleted(0, *named, heard, asked.version)
    return Submission("resource", (piece,))


def _message(bundle: Node, heard: Heard) -> Submission:
    """Return a message as one piece, at the place of what it is about."""
    message = message_of(bundle, heard.tables.table)
    said = message_statements(message, heard)
    focus = message.focus
    warnings = (*message.warnings, *(() if said else (NO_PATIENT,)))
    value = passed_on(message.parts, focus, bundle, header=True) if said else b""
    piece = Piece(focus.place, focus.kind, "POST", said, value, warnings=warnings)
    return Submission("message", (piece,), message)


def _single(top: Node, heard: Heard, asked: Asked) -> Submission:
    """Return a resource that came by itself."""
    part = alone(top)
    _check_address(part, asked)
    about = About(part, Parts([part]), heard)
    return Submission("resource", (piece_of(about, None, asked.method),))


def _check_address(part: Part, asked: Asked) -> None:
    """Refuse a resource that is not what the address says."""
    if asked.kind is not None and part.kind != asked.kind:
        rule = "This must be the type in the address"
        raise FhirRefused(INVARIANT, part.resource.at("resourceType"), rule=rule)
    if asked.own is not None and part.resource.text("id") != asked.own:
        rule = "This must be the id in the address"
        raise FhirRefused(INVARIANT, part.resource.at("id"), rule=rule)
