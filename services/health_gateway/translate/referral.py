"""BaRS referral messages to statements in the catalogue's words."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from pydantic import ValidationError

from schemas.events import CATALOGUE
from schemas.statement import Statement
from services.health_gateway.codes import (
    BAD_VALUE,
    MISSING,
    PRIORITIES,
    RESTRICTED_LABELS,
    SERVICES,
    SNOMED,
)
from services.health_gateway.errors import FhirRefused
from services.health_gateway.translate.message import Message
from services.health_gateway.translate.nodes import Node
from services.health_gateway.translate.people import (
    LEFT_OUT,
    identifier_text,
    organisation_of,
    person_of,
)

_RECEIVED: Final = "referral.received.v1"
_WITHDRAWN: Final = "event.withdrawn.v1"
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/|#-]{0,79}", re.ASCII)
"""The form of schemas.events.health.Code."""
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_VERSION: Final = re.compile(r"[0-9]{1,15}", re.ASCII)
_LONGEST_RECORD: Final = 180
"""Characters of a record id: a withdrawal names at most 200, a suffix included."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def to_statements(
    message: Message, *, correlationid: str | None = None
) -> tuple[Statement, ...]:
    """
    Return what *message* says happened, one statement a referral.

    The record is the referral's own id, else the case's (see `_record`); its version
    is the sender's, else when it was last updated, in milliseconds since 1970. An
    end is a record of its own, so that it never supersedes the referral it ends.
    """
    request, meaning = message.request.resource, message.meaning
    patient = message.parts.follow(request, "subject", "Patient").resource
    person, flags = person_of(patient)
    data, left_out = _data(message)
    occurred, precision = _occurred(message)
    _check_data(meaning.type, person, data, request)
    statement = Statement(
        place=message.request.place,
        type=meaning.type,
        occurred=occurred,
        occurredprecision=precision,
        sourcerecord=_record(message) + meaning.suffix,
        sourceversion=_version(message),
        person=person,
        data=data,
        correlationid=correlationid,
        sensitivity=_sensitivity(message.bundle, request, patient),
        flags=tuple(sorted(flags | left_out)),
    )
    return (statement,)


def sender_of(message: Message) -> str | None:
    """Return the organisation that the message names as its sender, if just one."""
    return organisation_of(message.parts, message.header.node("sender"))


def _record(message: Message) -> str:
    """
    Return the sender's own id of the referral.

    In order: ServiceRequest.identifier, ServiceRequest/id, the Encounter's identifier
    (BaRS's case number), Bundle.id (BaRS keeps it through a conversation).
    """
    request = message.request.resource
    found = _first_identifier(request) or _literal_id(request) or _case(message)
    record = found or message.bundle.text("id")
    where = request.at("identifier")
    if not record:
        raise FhirRefused(
            MISSING, where, rule="A referral needs an id that stays the same"
        )
    if len(record) > _LONGEST_RECORD:
        rule = f"The id with its system must not exceed {_LONGEST_RECORD} characters"
        raise FhirRefused(BAD_VALUE, where, rule=rule)
    return record


def _first_identifier(resource: Node) -> str | None:
    """Return a resource's first identifier that has a value."""
    values = (i for i in resource.nodes("identifier") if i.text("value"))
    return next(map(identifier_text, values), None)


def _literal_id(request: Node) -> str | None:
    """Return `ServiceRequest/id`, None where it has no id."""
    own = request.text("id")
    return f"ServiceRequest/{own}" if own else None


def _case(message: Message) -> str | None:
    """Return the identifier of the Encounter that the referral came from."""
    reference = message.request.resource.node("encounter")
    part = message.parts.find(reference) if reference else None
    return _first_identifier(part.resource) if part else None


def _updated(resource: Node) -> tuple[str | None, str]:
    """Return when a resource was last updated, and where it says so."""
    meta = resource.node("meta")
    return meta.text("lastUpdated") if meta else None, resource.at("meta.lastUpdated")


def _version(message: Message) -> int:
    """Return the version of the sender's record."""
    request, bundle = message.request.resource, message.bundle
    meta = request.node("meta")
    own = meta.text("versionId") if meta else None
    if own and _VERSION.fullmatch(own):
        return int(own)
    sent = (bundle.text("timestamp"), bundle.at("timestamp"))
    for text, where in (_updated(request), _updated(bundle), sent):
        if text:
            return (_instant(text, where) - _EPOCH) // timedelta(milliseconds=1)
    raise FhirRefused(MISSING, request.at("meta.lastUpdated"), rule="This is required")


def _occurred(message: Message) -> tuple[str, str]:
    """
    Return when it happened, as the sender said it, and how precisely.

    A referral happened when it was authored; its end, when its record last changed.
    """
    request, bundle = message.request.resource, message.bundle
    authored = (request.text("authoredOn"), request.at("authoredOn"))
    sent = (bundle.text("timestamp"), bundle.at("timestamp"))
    first = authored if message.meaning.type == _RECEIVED else _updated(request)
    text, where = first if first[0] else sent
    if not text:
        raise FhirRefused(MISSING, first[1], sent[1], rule="Say when it happened")
    if _DAY.fullmatch(text):
        return _day(text, where), "day"
    _instant(text, where)
    return text, "instant"


def _day(text: str, where: str) -> str:
    """Return *text* if it is a day of the calendar."""
    try:
        date.fromisoformat(text)
    except ValueError:
        raise FhirRefused(BAD_VALUE, where, rule="There is no such day") from None
    return text


def _instant(text: str, where: str) -> datetime:
    """Return the moment that *text* says; it must be whole and carry an offset."""
    rule = "Give the full date, or the date and time with an offset"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise FhirRefused(BAD_VALUE, where, rule=rule) from None
    if moment.tzinfo is None:
        raise FhirRefused(BAD_VALUE, where, rule=rule)
    return moment


def _data(message: Message) -> tuple[dict[str, Any], frozenset[str]]:
    """Return the event's data, and a flag if something stated had to be left out."""
    if message.meaning.type == _WITHDRAWN:
        withdraws = {"sourcerecord": _record(message)}
        return {"withdraws": withdraws, "reason": "entered-in-error"}, frozenset()
    stated = _service(message.request.resource) | _bodies(message)
    known = CATALOGUE[message.meaning.type].data.model_fields
    wanted = {name: value for name, value in stated.items() if name in known}
    kept = {name: value for name, value in wanted.items() if value}
    left_out = any(value == "" for value in wanted.values())
    return kept, frozenset({LEFT_OUT} if left_out else ())


def _service(request: Node) -> dict[str, str | None]:
    """Return what is asked: the service we know the code as, the code, its urgency."""
    code = request.node("code")
    codings = [c for c in code.nodes("coding") if c.text("code")] if code else []
    known = [c for c in codings if _service_name(c)]
    chosen = next(iter(known or codings), None)
    priority = request.text("priority")
    return {
        "service": _service_name(chosen) if chosen else None,
        "code": _code(chosen.text("code")) if chosen else None,
        "code_system": _code(chosen.text("system")) if chosen else None,
        "priority": "" if priority and priority not in PRIORITIES else priority,
    }


def _service_name(coding: Node) -> str | None:
    """Return our name of the service that a SNOMED CT code asks, if we have one."""
    if coding.text("system") != SNOMED:
        return None
    return SERVICES.get(coding.required("code"))


def _code(text: str | None) -> str | None:
    """Return *text* if it has the form of a code, empty if it is words."""
    return text if text is None or _CODE.fullmatch(text) else ""


def _bodies(message: Message) -> dict[str, str | None]:
    """Return who referred and to whom, empty where what is stated leads nowhere."""
    request = message.request.resource
    requester, performers = request.node("requester"), request.nodes("performer")
    found = (organisation_of(message.parts, performer) for performer in performers)
    return {
        "referred_by": organisation_of(message.parts, requester)
        or ("" if requester else None),
        "referred_to": next(filter(None, found), "" if performers else None),
    }


def _sensitivity(*resources: Node) -> str:
    """Return `restricted` where any of *resources* is labelled so (PDS's S-flag)."""
    metas = filter(None, (resource.node("meta") for resource in resources))
    labels = {code.text("code") for meta in metas for code in meta.nodes("security")}
    return "restricted" if labels & RESTRICTED_LABELS else "normal"


def _check_data(
    name: str, person: dict[str, str], data: dict[str, Any], request: Node
) -> None:
    """Refuse what the catalogue would not take."""
    try:
        CATALOGUE[name].data.model_validate({"person": person, **data})
    except ValidationError:
        rule = "The referral cannot be said in the event catalogue's words"
        raise FhirRefused(BAD_VALUE, request.path, rule=rule) from None
