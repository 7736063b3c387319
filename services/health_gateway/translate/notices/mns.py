"""
MNS: signals that something changed, as a CloudEvent or as a history Bundle.

Source: MNS OpenAPI specification, `mns-publish-cloudevent` and `fhirsignal` schemas. A
signal is a pointer: it says which patient and which record, and nothing of its content,
unless the Bundle was hydrated with the record itself.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from services.health_gateway.codes import BAD_VALUE, MISSING, NOT_SUPPORTED
from services.health_gateway.errors import FhirRefused
from services.health_gateway.rules import Media, judge_resource, read
from services.health_gateway.rules.elements import is_resource
from services.health_gateway.translate.nodes import Node, Parts, entries
from services.health_gateway.translate.notices.naming import (
    flag_codes,
    named,
    names_of,
    numbers_of,
    only_number,
    record_of,
    said_of,
)
from services.health_gateway.translate.notices.notice import Notice
from services.health_gateway.translate.times import milliseconds

_SPEC: Final = "1.0"
_FLAG: Final = re.compile(r"[?&]code=([A-Za-z0-9-]{1,40})")
_NUMBER: Final = re.compile(r"\b([0-9]{10})$", re.ASCII)
_REMOVED: Final = "U"
_BLANK: Final[tuple[str, Any]] = ("resource", {})
_ELSE: Final = "Basic"
"""What FHIR calls a resource of a kind that it does not have."""


def read_mns(body: bytes) -> Notice:
    """Return what a signal says; raises FhirRefused."""
    document = read(body, Media.JSON)
    if "resourceType" in document:
        return _of_bundle(document)
    top = Node(document, "CloudEvent")
    return (
        _of_legacy(top) if isinstance(document.get("subject"), dict) else _of_event(top)
    )


def _of_event(top: Node) -> Notice:
    """Return what a CloudEvent says."""
    if _text(top, "specversion") != _SPEC:
        rule = f"This must be {_SPEC}"
        raise FhirRefused(BAD_VALUE, top.at("specversion"), rule=rule)
    _text(top, "source")
    pointer = top.text("dataref")
    filters = top.node("filtering")
    flag = (filters.members.get("flagtype") if filters else None) or _flag_in(pointer)
    person, doubts = named(top.text("subject"), top.at("subject"))
    flags = (flag,) if isinstance(flag, str) else ()
    said = {"person": person, "doubts": doubts, "flags": flags}
    return _notice(top, _text(top, "time"), pointer, said)


def _of_legacy(top: Node) -> Notice:
    """Return what a signal of MNS's first version says: it names the patient whole."""
    subject, data = top.node("subject"), top.node("data")
    assert subject is not None  # noqa: S101 - the caller has looked
    family, born = subject.text("familyName"), subject.text("dob")
    known = {"name": [{"family": family}] if family else None, "birthDate": born}
    number = subject.text("nhsNumber")
    person, doubts = named(number, subject.at("nhsNumber"), known)
    status = data.text("deathNotificationStatus") if data else None
    pointer = data.text("fullUrl") if data else None
    removed = status == _REMOVED
    said = {"person": person, "doubts": doubts, "death_removed": removed}
    return _notice(top, _text(top, "time"), pointer, said)


def _notice(
    top: Node, sent: str, pointer: str | None, said: Mapping[str, Any]
) -> Notice:
    """Return the notice of a CloudEvent."""
    return Notice(
        service="mns",
        event=_text(top, "type"),
        own=_text(top, "id"),
        sent=sent,
        version=_order(sent, top.at("time")),
        resource_type=_type_in(pointer),
        **said,
    )


def _order(sent: str, where: str) -> int:
    """
    Return what orders signals, their moment; refuses what is none.

    Some carry the version of the record that they point at and some do not.
    """
    at = milliseconds(sent)
    if at is None:
        rule = "This must be a moment with an offset"
        raise FhirRefused(BAD_VALUE, where, rule=rule)
    return at


def _text(top: Node, name: str) -> str:
    """Return a member that CloudEvents requires."""
    value = top.required(name)
    if not value:
        raise FhirRefused(MISSING, top.at(name), rule="This is required")
    return value


def _of_bundle(document: dict[str, Any]) -> Notice:
    """Return what a history Bundle says: its status, and the record if it came."""
    bundle = Node(judge_resource(_without_blanks(document)).resource, "Bundle")
    if bundle.required("type") != "history":
        raise FhirRefused(NOT_SUPPORTED, bundle.at("type"), rule="This must be history")
    parts = Parts(entries(bundle))
    status = parts.all[0] if parts.all else None
    if status is None or status.kind != "Parameters":
        rule = "The first entry must hold Parameters"
        raise FhirRefused(MISSING, bundle.at("entry"), rule=rule)
    said = dict(_parameters(status.resource))
    return _of_status(bundle, status.resource, said, parts)


def _without_blanks(document: dict[str, Any]) -> dict[str, Any]:
    """Return a Bundle without the empty resources that MNS puts where none came."""
    held = document.get("entry")
    if not isinstance(held, list):
        return document
    kept = [
        {name: value for name, value in entry.items() if (name, value) != _BLANK}
        if isinstance(entry, dict)
        else entry
        for entry in held
    ]
    return {**document, "entry": kept}


def _parameters(holder: Node) -> Iterator[tuple[str, Node]]:
    """Yield the parameters by name, those within others too."""
    for one in holder.nodes("parameter"):
        yield one.required("name"), one
        for part in one.nodes("part"):
            yield part.required("name"), part


def _of_status(
    bundle: Node, status: Node, said: dict[str, Node], parts: Parts
) -> Notice:
    """Return what the parameters of a signal say, and the record that came with it."""
    event = said.get("event-type")
    if event is None:
        rule = "This must name the event type in additional-context"
        raise FhirRefused(MISSING, status.at("parameter"), rule=rule)
    moment = said.get("timestamp")
    sent = (moment.text("valueInstant") if moment else None) or bundle.text("timestamp")
    pointer = _reference(said.get("focus"))
    flag = _flag_in(pointer)
    return Notice(
        service="mns",
        event=_value(event),
        own=bundle.text("id") or status.text("id") or "",
        sent=sent or "",
        version=_order(sent or "", bundle.at("timestamp")),
        resource_type=_type_in(pointer),
        **_whom(said.get("subject"), status, parts),
        **({"flags": (flag,)} if flag else _of_flags(parts)),
    )


def _value(parameter: Node) -> str:
    """Return the text of a parameter, of whichever type."""
    for name in ("valueString", "valueCode", "valueUri", "valueUrl", "valueCanonical"):
        value = parameter.text(name)
        if value:
            return value
    raise FhirRefused(MISSING, parameter.path, rule="This must have a value")


def _reference(parameter: Node | None) -> str | None:
    """Return where a parameter points."""
    value = parameter.node("valueReference") if parameter else None
    if value is not None:
        return value.text("reference")
    return parameter.text("valueUri") if parameter else None


def _whom(parameter: Node | None, status: Node, parts: Parts) -> dict[str, Any]:
    """Return the person whom a signal names by number, and what came of the record."""
    number, where = _number(parameter, status)
    patient = next((p.resource for p in parts.all if p.kind == "Patient"), None)
    if patient is None:
        return said_of(number, (), where)
    own = only_number(patient) or number
    former = (*numbers_of(patient, old=True), *((number,) if number else ()))
    said = {"name": names_of(patient), "birthDate": patient.text("birthDate")}
    found = said_of(own, former, patient.path, said)
    return found | record_of(parts, patient)


def _number(parameter: Node | None, status: Node) -> tuple[str | None, str]:
    """Return the NHS number of a signal's subject, and where it stands."""
    value = parameter.node("valueReference") if parameter else None
    if value is None:
        return None, status.path
    identifier = value.node("identifier")
    number = identifier.text("value") if identifier else None
    found = _NUMBER.search(value.text("reference") or "")
    return number or (found[1] if found else None), value.at("identifier")


def _of_flags(parts: Parts) -> dict[str, Any]:
    """Return the flags that came with a signal."""
    flags = [part.resource for part in parts.all if part.kind == "Flag"]
    codes = dict.fromkeys(code for flag in flags for code in flag_codes(flag))
    inactive = bool(flags) and all(f.text("status") != "active" for f in flags)
    return {"flags": tuple(codes), "cleared": inactive}


def _flag_in(pointer: str | None) -> str | None:
    """Return the flag that a pointer names: `…/PatientFlag?patient=…&code=NRAF`."""
    found = _FLAG.search(pointer or "")
    return found[1] if found else None


def _type_in(pointer: str | None) -> str:
    """Return the type of resource that a pointer leads to."""
    steps = (pointer or "").partition("?")[0].split("/")
    return next((step for step in reversed(steps) if is_resource(step)), _ELSE)
