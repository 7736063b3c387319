"""
NEMS: STU3 messages as XML, about one patient each.

Source: NEMS implementation guide, generic requirements: `MessageHeader` carries routing
demographics, the kind of message, and what puts messages in order.
"""

from collections.abc import Iterator
from typing import Any, Final

from services.health_gateway.codes import BAD_VALUE, INVARIANT, MISSING
from services.health_gateway.errors import FhirRefused
from services.health_gateway.rules import judge_stu3
from services.health_gateway.translate.codings import codings
from services.health_gateway.translate.messages.reading import check_whole
from services.health_gateway.translate.nodes import Node, Part, Parts, entries
from services.health_gateway.translate.notices.naming import (
    flag_codes,
    names_of,
    numbers_of,
    only_number,
    order,
    record_of,
    said_of,
)
from services.health_gateway.translate.notices.notice import Notice
from services.health_gateway.translate.people import identifier_text
from services.health_gateway.translate.times import milliseconds

_ROUTING: Final = "RoutingDemographics"
_CHANGE: Final = "MessageEventType"
_CHANGES: Final = ("new", "update", "delete")
_CARRIERS: Final = frozenset({"Communication", "Patient", "HealthcareService"})
"""Of a focus: what carries a demographic change, and is no record of its own."""
_WHEN: Final = ("effectiveDateTime", "performedDateTime", "date", "issued")
_PERIODS: Final = ("period", "effectivePeriod", "performedPeriod")
_NUMBER_CHANGE: Final = "number-change"
_LONGEST: Final = 120


def read_nems(body: bytes) -> Notice:
    """Return what a NEMS message says; raises FhirRefused."""
    bundle = Node(judge_stu3(body), "Bundle")
    if bundle.required("type") != "message":
        raise FhirRefused(BAD_VALUE, bundle.at("type"), rule="This must be message")
    check_whole(bundle)
    parts = Parts(entries(bundle))
    first = parts.all[0]
    if first.kind != "MessageHeader":
        rule = "The first entry must be a MessageHeader"
        raise FhirRefused(INVARIANT, first.resource.path, rule=rule)
    return _read(bundle, first.resource, parts)


def _read(bundle: Node, header: Node, parts: Parts) -> Notice:
    """Return what the header and what it leads to say."""
    event = header.node("event")
    if event is None:
        raise FhirRefused(MISSING, header.at("event"), rule="This is required")
    focus = _focus(header, parts)
    return Notice(
        service="nems",
        event=event.required("code"),
        own=header.text("id") or bundle.text("id") or "",
        change=_change(header),
        resource_type=focus.kind if focus else "MessageHeader",
        **_in_order(header),
        **_of_record(focus),
        **_of_patient(header, parts),
        **_of_flags(parts),
    )


def _in_order(header: Node) -> dict[str, Any]:
    """Return when it was said, and what puts it in order among its patient's."""
    meta = header.node("meta")
    updated = meta.text("lastUpdated") if meta else None
    sent = header.text("timestamp") or updated
    at = milliseconds(updated or sent or "")
    if sent is None or at is None:
        raise FhirRefused(MISSING, header.at("timestamp"), rule="This is required")
    return {
        "sent": sent,
        "version": order(meta.text("versionId") if meta else None, at // 1000),
    }


def _focus(header: Node, parts: Parts) -> Part | None:
    """Return what the message is about."""
    found = (parts.find(reference) for reference in header.either("focus"))
    return next(filter(None, found), None)


def _change(header: Node) -> str:
    """Return whether it is new, an update, or takes back what was said."""
    said = _extension(header, _CHANGE)
    codes = [c.code for c in codings(said, "valueCodeableConcept")] if said else []
    code = codes[0] if codes else "new"
    if said and code not in _CHANGES:
        rule = f"This must be one of {', '.join(_CHANGES)}"
        raise FhirRefused(BAD_VALUE, said.at("valueCodeableConcept"), rule=rule)
    return code


def _extension(holder: Node, name: str) -> Node | None:
    """Return the extension whose address holds *name*, or is it."""
    found = (e for e in holder.nodes("extension") if name in (e.text("url") or ""))
    return next(found, None)


def _of_record(focus: Part | None) -> dict[str, Any]:
    """Return what a clinical record says of itself; nothing of its content."""
    if focus is None or focus.kind in _CARRIERS:
        return {}
    record = focus.resource
    named_so = (i for i in record.either("identifier") if i.text("value"))
    own = next(map(identifier_text, named_so), "")
    return {
        "about": own if len(own) <= _LONGEST else "",
        "happened": next(_times(record), None),
        "status": record.text("status"),
    }


def _times(record: Node) -> Iterator[str]:
    """Yield when a record says that it happened, best first."""
    for name in _WHEN:
        value = record.members.get(name)
        if isinstance(value, str):
            yield value
    for name in _PERIODS:
        for period in record.either(name):
            start = period.text("start")
            if start:
                yield start


def _of_patient(header: Node, parts: Parts) -> dict[str, Any]:
    """Return whom it is about and what it says of them, by header and Patient."""
    routing = _extension(header, _ROUTING)
    number = _routed_number(routing) if routing else None
    patient = _patient(parts, number, event=_code(header))
    if patient is None:
        return said_of(number, (), header.path, _demographics(routing, None))
    own = only_number(patient) or number
    former = (*numbers_of(patient, old=True), *_replaced(parts, patient))
    if number and number != own and _NUMBER_CHANGE in _code(header):
        former = (*former, number)
    mine = routing if number in (own, *former) else None
    said = said_of(own, former, patient.path, _demographics(mine, patient))
    return said | record_of(parts, patient) | {"registered": _registered(parts)}


def _demographics(routing: Node | None, patient: Node | None) -> dict[str, Any]:
    """Return name and birth: by the routing demographics, else by the Patient."""
    name = _extension(routing, "name") if routing else None
    human = name.node("valueHumanName") if name else None
    born = _extension(routing, "birthDate") if routing else None
    day = (born.text("valueDateTime") or born.text("valueDate") or "") if born else ""
    own = patient.text("birthDate") if patient else None
    names = [human.members] if human else names_of(patient) if patient else []
    return {"name": names, "birthDate": day[:10] or own}


def _code(header: Node) -> str:
    """Return the event's code, empty where there is none."""
    event = header.node("event")
    return (event.text("code") if event else None) or ""


def _routed_number(routing: Node) -> str | None:
    """Return the NHS number by which the message was routed."""
    said = _extension(routing, "nhsNumber")
    identifier = said.node("valueIdentifier") if said else None
    return identifier.text("value") if identifier else None


def _patient(parts: Parts, number: str | None, *, event: str) -> Node | None:
    """
    Return the child of whom the message speaks.

    The patient that it was routed by; of a birth the one whom the mother bore.
    """
    every = [part.resource for part in parts.all if part.kind == "Patient"]
    routed = [one for one in every if number in numbers_of(one)]
    others = [one for one in every if one not in routed]
    if "birth" in event and others:
        return others[0]
    return next(iter([*routed, *others]), None)


def _replaced(parts: Parts, patient: Node) -> tuple[str, ...]:
    """Return the numbers of the records that the patient's record replaces."""
    found: dict[str, None] = {}
    for link in patient.nodes("link"):
        other = link.node("other")
        part = parts.find(other) if other else None
        if link.text("type") == "replaces" and part and part.kind == "Patient":
            found |= dict.fromkeys(numbers_of(part.resource))
            found |= dict.fromkeys(numbers_of(part.resource, old=True))
    return tuple(found)


def _registered(parts: Parts) -> str | None:
    """Return when the patient was registered with the practice that holds now."""
    for part in parts.all:
        if part.kind == "EpisodeOfCare" and part.resource.text("status") == "active":
            period = part.resource.node("period")
            return period.text("start") if period else None
    return None


def _of_flags(parts: Parts) -> dict[str, Any]:
    """Return the flags that came."""
    flags = [part.resource for part in parts.all if part.kind == "Flag"]
    if not flags:
        return {}
    codes = dict.fromkeys(code for flag in flags for code in flag_codes(flag))
    inactive = all(flag.text("status") != "active" for flag in flags)
    return {"flags": tuple(codes), "cleared": inactive}
