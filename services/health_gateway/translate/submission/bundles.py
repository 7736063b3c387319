"""Bundles in pieces: transactions, batches, collections."""

import re
from collections.abc import Collection
from typing import Any, Final

from services.health_gateway.codes import (
    INVARIANT,
    MISSING,
    NOT_IMPLEMENTED,
    TOO_MANY_ENTRIES,
)
from services.health_gateway.errors import FhirRefused
from services.health_gateway.rules import (
    Media,
    Repairs,
    is_resource,
    judge_resource,
    read,
)
from services.health_gateway.translate.about import About, Heard, sent_at
from services.health_gateway.translate.json_bytes import as_json
from services.health_gateway.translate.nodes import Node, Part, Parts, entries
from services.health_gateway.translate.submission.pieces import (
    Piece,
    Submission,
    deleted,
    piece_of,
)
from services.health_gateway.translate.whereabouts import nowhere

_NUMBERED: Final = re.compile(r"/_history/([0-9]{1,15})$", re.ASCII)
_TAGGED: Final = re.compile(r'(?:W/)?"([0-9]{1,15})"', re.ASCII)
_MOST: Final = 5_000
"""Entries of one Bundle."""


def transaction(bundle: Node, heard: Heard) -> Submission:
    """Return a transaction, refused whole for one entry."""
    _check_count(bundle)
    parts = Parts(entries(bundle))
    held = bundle.nodes("entry")
    pieces = tuple(_entry(bundle, e, i, parts, heard) for i, e in enumerate(held))
    for piece in pieces:
        if piece.refused:
            raise piece.refused
    return Submission("transaction", pieces)


def batch(document: dict[str, Any], heard: Heard, repairs: Repairs) -> Submission:
    """Return a batch, each entry taken or refused by itself."""
    bundle = Node(document, "Bundle")
    _check_count(bundle)
    held = [_mended(entry, repairs) for entry in bundle.nodes("entry")]
    good = [{} if isinstance(entry, FhirRefused) else entry for entry in held]
    whole = Node({**document, "entry": good}, "Bundle")
    parts = Parts(entries(whole))
    pieces = tuple(
        _refused(place, bundle, entry)
        if isinstance(entry, FhirRefused)
        else _entry(whole, Node(entry, f"Bundle.entry[{place}]"), place, parts, heard)
        for place, entry in enumerate(held)
    )
    return Submission("batch", pieces)


def _mended(entry: Node, repairs: Repairs) -> dict[str, Any] | FhirRefused:
    """Return an entry with its resource judged, or why it is refused."""
    resource = entry.members.get("resource")
    if not isinstance(resource, dict):
        return dict(entry.members)
    try:
        return {**entry.members, "resource": judge_resource(resource, repairs).resource}
    except FhirRefused as refused:
        return refused


def _refused(place: int, bundle: Node, refused: FhirRefused) -> Piece:
    """Return an entry whose resource is not FHIR."""
    entry = bundle.nodes("entry")[place]
    request = entry.members.get("request")
    method = request.get("method") if isinstance(request, dict) else None
    value = _value(entry)
    kind, done = _said_kind(entry), str(method or "POST")
    return Piece(place, kind, done, value=value, refused=refused)


def _value(entry: Node) -> bytes:
    """Return what travels of an entry that is refused."""
    resource = entry.members.get("resource")
    return as_json(nowhere(resource))


def _said_kind(entry: Node) -> str:
    """Return the type that an entry's resource says it has."""
    resource = entry.members.get("resource")
    said = resource.get("resourceType") if isinstance(resource, dict) else None
    return said if isinstance(said, str) else "Resource"


def _entry(bundle: Node, entry: Node, place: int, parts: Parts, heard: Heard) -> Piece:
    """Return one entry of a transaction or batch, refused or not."""
    request = entry.node("request")
    method = (request.text("method") if request else None) or "POST"
    try:
        if method == "DELETE" and request:
            return _deleted(entry, place, parts, heard)
        return _put(bundle, entry, place, parts, heard, method)
    except FhirRefused as refused:
        value = _value(entry)
        return Piece(place, _said_kind(entry), method, value=value, refused=refused)


def _deleted(entry: Node, place: int, parts: Parts, heard: Heard) -> Piece:
    """
    Return an entry that deletes a record.

    Wherever it stands, it comes before what others put (FHIR R4 3.1.0.11.2, transactions).
    """
    kind, own = _address(entry)
    made = parts.has(f"{kind}/{own}")
    return deleted(place, kind, own, heard, _version(entry), first=made)


def _put(
    bundle: Node, entry: Node, place: int, parts: Parts, heard: Heard, method: str
) -> Piece:
    """Return an entry that puts or posts a resource."""
    if method not in {"POST", "PUT"}:
        rule = "Only POST, PUT and DELETE are taken"
        raise FhirRefused(NOT_IMPLEMENTED, entry.at("request.method"), rule=rule)
    if entry.node("resource") is None:
        raise FhirRefused(MISSING, entry.at("resource"), rule="This is required")
    part = next((one for one in parts.all if one.place == place), None)
    if part is None:
        where = entry.at("resource.resourceType")
        raise FhirRefused(MISSING, where, rule="This is required")
    _check_request(entry, part, method)
    return piece_of(About(part, parts, heard, sent_at(bundle)), bundle, method)


def _check_request(entry: Node, part: Part, method: str) -> None:
    """Refuse an entry whose request names another record than it holds, or none."""
    request = entry.node("request")
    if request is None:
        raise FhirRefused(MISSING, entry.at("request"), rule="This is required")
    kind, own = _target(request.text("url") or "", method)
    if kind not in {None, part.kind}:
        rule = "This must be the type in request.url"
        raise FhirRefused(INVARIANT, part.resource.at("resourceType"), rule=rule)
    if own and part.resource.text("id") not in {None, own}:
        rule = "This must be the id in request.url"
        raise FhirRefused(INVARIANT, part.resource.at("id"), rule=rule)


def _target(url: str, method: str) -> tuple[str | None, str | None]:
    """Return the type and id to which something is put; None where *url* says none."""
    if "?" in url:
        return None, None
    *_, kind, last = ("", *url.partition("/_history/")[0].strip("/").split("/"))
    if method == "POST":
        return (last if is_resource(last) else None), None
    return (kind, last) if is_resource(kind) else (None, None)


def collection(bundle: Node, heard: Heard, form: str) -> Submission:
    """Return a collection, refused whole for one entry; a document is one too."""
    _check_count(bundle)
    parts = Parts(entries(bundle))
    sent = sent_at(bundle)
    pieces = [piece_of(About(p, parts, heard, sent), bundle, "POST") for p in parts.all]
    gone = [
        deleted(place, *_address(entry), heard, _version(entry))
        for place, entry in enumerate(bundle.nodes("entry"))
        if _is_deleted(entry)
    ]
    return Submission(form, tuple(sorted([*pieces, *gone], key=lambda one: one.place)))


def _is_deleted(entry: Node) -> bool:
    """Return whether an entry of a history says that a record was deleted."""
    request = entry.node("request")
    return bool(request and request.text("method") == "DELETE")


def _address(entry: Node) -> tuple[str, str]:
    """Return type and id of the record that an entry's request names."""
    request = entry.node("request")
    said = request.required("url") if request else ""
    *_, kind, own = ("", *said.split("/_history/")[0].split("/"))
    return kind, own


def _version(entry: Node) -> str | None:
    """Return the version that a deletion was, where a server's history says it."""
    request, response = entry.node("request"), entry.node("response")
    said = (request.text("url") or "") if request else ""
    tag = (response.text("etag") or "") if response else ""
    found = _NUMBERED.search(said) or _TAGGED.fullmatch(tag)
    return found[1] if found else None


def shell(document: dict[str, Any]) -> dict[str, Any]:
    """Return a batch without its resources, each of which is judged by itself."""
    held = document.get("entry")
    if not isinstance(held, list):
        return document
    entries_alone = [
        {name: value for name, value in entry.items() if name != "resource"}
        if isinstance(entry, dict)
        else entry
        for entry in held
    ]
    return {**document, "entry": entries_alone}


def without(body: bytes, media: Media, places: Collection[int]) -> bytes:
    """Return a Bundle as JSON, with nothing in the entries at *places*."""
    document = read(body, media)
    held = ({} if i in places else e for i, e in enumerate(document["entry"]))
    return as_json({**document, "entry": list(held)})


def _check_count(bundle: Node) -> None:
    """Refuse a Bundle of more entries than one request may hold."""
    if len(bundle.nodes("entry")) > _MOST:
        rule = f"A Bundle holds at most {_MOST} entries"
        raise FhirRefused(TOO_MANY_ENTRIES, bundle.at("entry"), rule=rule)
