"""What a door passed on, or a person sends again, to statements."""

from collections.abc import Iterator
from dataclasses import replace

import orjson

from schemas.statement import Statement
from services.health_gateway.codes import NOT_FHIR
from services.health_gateway.errors import FhirRefused
from services.health_gateway.rules import Media
from services.health_gateway.translate.about import About, Heard, sent_at
from services.health_gateway.translate.messages import message_of, message_statements
from services.health_gateway.translate.nodes import Node, Parts, entries
from services.health_gateway.translate.notices import NOTICE, noticed, service_of
from services.health_gateway.translate.notices import told as told_notice
from services.health_gateway.translate.passing_on import PASSED_ON
from services.health_gateway.translate.resources import statements
from services.health_gateway.translate.submission import (
    Asked,
    Piece,
    submission,
    withdrawn,
)
from services.health_gateway.translate.submission.repaired import flagged, is_marked


def retold(value: bytes, heard: Heard, place: int) -> tuple[Statement, ...]:
    """
    Return what a record of the inbound topic states, at its *place* of the message.

    What the door has judged is not judged again. What it refused, and a person sends
    again, is.
    """
    document = _read(value)
    if NOTICE in document:
        return told_notice(document, heard)
    said = document.get("type") if document.get("resourceType") == "Bundle" else None
    ours = said == PASSED_ON or (said == "message" and _is_passed(document))
    if ours:
        told = tuple(_at(place, _ours(Node(document, "Bundle"), heard, place)))
        return flagged(told) if is_marked(document) else told
    service = service_of(value)
    if service is not None:
        return noticed(value, heard, service).pieces[0].statements
    media = Media.XML if value.lstrip().startswith(b"<") else Media.JSON
    whole = submission(value, heard, Asked(), media=media)
    _raise_first(whole.pieces)
    return tuple(one for piece in whole.pieces for one in piece.statements)


def _ours(bundle: Node, heard: Heard, place: int) -> tuple[Statement, ...]:
    """Return what a door's own Bundle states: a message, or a resource and its kin."""
    if bundle.text("type") == PASSED_ON:
        return _passed(bundle, heard, place)
    message = message_of(bundle, heard.tables.table)
    return tuple(message_statements(message, heard))


def _read(value: bytes) -> dict[str, object]:
    """Return the JSON object that *value* holds, empty where it holds none."""
    try:
        document = orjson.loads(value)
    except orjson.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}


def _is_passed(document: dict[str, object]) -> bool:
    """Return whether a message comes from a door: its entries say what each is."""
    entry = document.get("entry")
    first = entry[0] if isinstance(entry, list) and entry else None
    return isinstance(first, dict) and "search" in first


def _at(place: int, said: tuple[Statement, ...]) -> Iterator[Statement]:
    """Yield statements at the place from which they were passed on."""
    return (replace(one, place=place) for one in said)


def _passed(bundle: Node, heard: Heard, place: int) -> tuple[Statement, ...]:
    """Return what a resource that a door passed on states."""
    [first, *_] = bundle.nodes("entry")
    request = first.node("request")
    if request and request.text("method") == "DELETE":
        named, _, version = request.required("url").partition("/_history/")
        kind, _, own = named.partition("/")
        asked = Asked("DELETE", kind, own, version or None)
        as_of = replace(heard, at=bundle.text("timestamp") or heard.at)
        return withdrawn(asked, as_of).pieces[0].statements
    parts = Parts(entries(bundle))
    if not parts.all:
        raise FhirRefused(NOT_FHIR, bundle.at("entry"), rule="This holds no resource")
    focus = replace(parts.all[0], place=place)
    return statements(About(focus, parts, heard, sent_at(bundle)))


def _raise_first(pieces: tuple[Piece, ...]) -> None:
    """Refuse for the first piece that is refused."""
    for piece in pieces:
        if piece.refused:
            raise piece.refused
