"""ServiceRequest and Task: referrals and what becomes of them."""

import re
from typing import Final

from services.health_gateway.codes import (
    CATEGORY_SYSTEM,
    ERS_STATES,
    NOT_A_REFERRAL,
    TRANSFER_OF_CARE,
)
from services.health_gateway.translate.about import About
from services.health_gateway.translate.codings import coded, codings
from services.health_gateway.translate.nodes import Node, Part, type_of
from services.health_gateway.translate.people import organisation_of
from services.health_gateway.translate.resources.meaning import (
    Meaning,
    Shape,
    one,
    other,
)
from services.health_gateway.translate.resources.records import record_led
from services.health_gateway.translate.subjects import whose
from services.health_gateway.translate.tables import ADVICE
from services.health_gateway.translate.times import age_on

FACETS: Final = {
    "referral.received.v1": "",
    "referral.accepted.v1": "#decision",
    "referral.rejected.v1": "#decision",
    "referral.returned_with_advice.v1": "#decision",
    "referral.triaged.v1": "#triaged",
    "referral.info_requested.v1": "#asked",
    "referral.cancelled.v1": "#cancelled",
    "appointment.booked.v1": "#booked",
    "appointment.cancelled_by_patient.v1": "#booked",
    "appointment.cancelled_by_provider.v1": "#booked",
    "appointment.was_not_brought.v1": "#outcome",
}
"""Which side of a referral's record each type speaks of."""
_ADULT: Final = 16
"""Age, years, from which a transfer is a transition: most services for children end
at 16 to 18."""
_NOW: Final = (("meta", "lastUpdated"),)
_PLANNED: Final = frozenset({"proposal", "plan", "directive", "option"})
_NOT_ORDERED: Final = frozenset({"proposal", "option"})
_LOINC: Final = "http://loinc.org"
_ADVICE: Final = re.compile(r"ehc.*advice|advice.*ehc", re.IGNORECASE)
"""In a local code: the advice of SEND Regulations 2014 reg. 6 has no national one."""


def service_request(about: About) -> tuple[Meaning, ...]:
    """Return what a ServiceRequest says."""
    stated = ers_state(about, about.resource.either("extension"))
    if stated:
        return one(stated, FACETS[stated])
    if not _asks_a_service(about):
        return other(about)
    if about.status == "active":
        return _active(about)
    if about.status == "revoked":
        return one("referral.cancelled.v1", "#cancelled", when=_NOW)
    if about.status == "completed":
        return one("referral.discharged.v1", "#discharged", when=_NOW)
    return other(about)


def _active(about: About) -> tuple[Meaning, ...]:
    """Return a referral, one that continues another, or provision that was planned."""
    codes = coded(about.codings("code", "reasonCode", "category"))
    replaces = bool(about.resource.either("replaces"))
    if TRANSFER_OF_CARE in codes or replaces:
        return one(_moves(about, transfer=TRANSFER_OF_CARE in codes))
    intent = about.text("intent") or ""
    if intent in _NOT_ORDERED and not _is_referral(about):
        return other(about)
    if intent in _PLANNED and not _is_referral(about):
        return one("provision.started.v1", "#provision")
    return one("referral.received.v1")


def _moves(about: About, *, transfer: bool) -> str:
    """Return where care goes on: with another trust, or with a service for adults."""
    found = whose(about)
    born = found.patient.text("birthDate") if found and found.patient else None
    day = (about.text("authoredOn") or about.heard.at)[:10]
    age = age_on(born, day)
    if age is None:
        continues = not about.resource.either("replaces")
        adult = transfer and continues and bool(about.resource.either("basedOn"))
    else:
        adult = age >= _ADULT
    return "transition.to_adult_service.v1" if adult else "transfer.between_trusts.v1"


def _asks_a_service(about: About) -> bool:
    """Return whether it is not an order for a test, an image or an operation."""
    if coded(about.codings("category")) & NOT_A_REFERRAL:
        return _is_referral(about)
    return not any(coding.system == _LOINC for coding in about.codings("code"))


def _is_referral(about: About) -> bool:
    """Return whether it says so, or asks a service that we know."""
    categories = about.codings("category")
    said = any(c.system == CATEGORY_SYSTEM and c.code == "referral" for c in categories)
    codes = about.codings("code", "category", "performerType", "orderDetail")
    return said or about.heard.tables.service(about.heard.sender, codes) is not None


def ers_state(about: About, holders: tuple[Node, ...]) -> str | None:
    """Return what a state of e-RS among the codes of *holders* says, if there is one."""
    found = [
        c.code for holder in holders for c in codings(holder, "valueCodeableConcept")
    ]
    found += [
        c.code for c in about.codings("businessStatus", "statusReason", "reasonCode")
    ]
    return next((ERS_STATES[code] for code in found if code in ERS_STATES), None)


_TASKS: Final = {
    "requested": "referral.received.v1",
    "received": "referral.received.v1",
    "accepted": "referral.accepted.v1",
    "rejected": "referral.rejected.v1",
    "in-progress": "referral.triaged.v1",
    "on-hold": "referral.info_requested.v1",
    "cancelled": "referral.cancelled.v1",
}
_ADVICE_TASKS: Final = {
    "requested": ("ehcna.advice_requested.v1", ""),
    "received": ("ehcna.advice_request_received.v1", "#received"),
    "accepted": ("ehcna.advice_request_received.v1", "#received"),
    "completed": ("ehcna.advice_received.v1", "#given"),
}


def task(about: About) -> tuple[Meaning, ...]:
    """Return what a Task says: of a referral, or of advice that a council asks for."""
    if asks_advice(about):
        known = _ADVICE_TASKS.get(about.status)
        return _advice(about, *known) if known else other(about)
    stated = ers_state(about, about.resource.either("extension"))
    found = stated or _with_advice(about) or _TASKS.get(about.status)
    if found is None or not _of_a_referral(about):
        return other(about)
    if found == "referral.received.v1" and (request := _request(about)):
        return (Meaning(found, record=request),)
    return one(found, FACETS[found])


def asks_advice(about: About) -> bool:
    """Return whether its codes say that it is about advice for an EHC assessment."""
    codes = about.codings("code", "reasonCode", "type", "category")
    if about.heard.tables.meaning(about.heard.sender, codes) == ADVICE:
        return True
    return any(_ADVICE.search(coding.code) for coding in codes)


def _advice(about: About, type_name: str, facet: str) -> tuple[Meaning, ...]:
    """Return an event of the education side: a council asks, a body has, or answers."""
    owner = organisation_of(about.parts, about.resource.node("owner"))
    asked = (about.text("authoredOn") or "")[:10] or None
    body = owner or about.heard.sender
    sent = asked if type_name == "ehcna.advice_requested.v1" else None
    return one(type_name, facet, body=body, sent_on=sent, advice="medical")


def _with_advice(about: About) -> str | None:
    """Return that a referral went back, where a Communication came with its end."""
    if about.status not in {"rejected", "completed"}:
        return None
    outputs = [
        c.text("reference") or ""
        for o in about.resource.either("output")
        for c in o.either("valueReference")
    ]
    pointed = any(text.startswith("Communication/") for text in outputs)
    came = any(_speaks_of(about, part) for part in about.parts.all)
    return "referral.returned_with_advice.v1" if pointed or came else None


def _speaks_of(about: About, part: Part) -> bool:
    """Return whether *part* is a Communication about this record or its referral."""
    if part.kind != "Communication":
        return False
    said = about.of(part)
    led = {
        p.resource.path
        for p in map(
            about.parts.find,
            said.references("about", "basedOn", "partOf", "inResponseTo"),
        )
        if p
    }
    own = {
        about.resource.path,
        *(p.resource.path for p in about.near if p.kind == "ServiceRequest"),
    }
    return bool(led & own)


def _of_a_referral(about: About) -> bool:
    """Return whether what it fulfils may be a referral."""
    for reference in about.references("focus", "basedOn"):
        part = about.parts.find(reference)
        if part and part.kind == "ServiceRequest":
            return _asks_a_service(about.of(part))
        kind = (
            type_of(reference) or (reference.text("reference") or "").partition("/")[0]
        )
        if kind in {
            "MedicationRequest",
            "NutritionOrder",
            "DeviceRequest",
            "Medication",
        }:
            return False
    return True


def _request(about: About) -> str | None:
    """Return the record of the referral that a Task is about, as its sender names it."""
    return record_led(about, "ServiceRequest", "focus", "basedOn")


SHAPES: Final = {
    "ServiceRequest": Shape(
        service_request,
        services=("category", "performerType", "orderDetail", "reasonCode"),
        reasons=("statusReason",),
        bodies=("performer",),
        when=(("authoredOn",), ("occurrenceDateTime",), ("occurrencePeriod", "start")),
        facets=(
            *("", "#decision", "#triaged", "#asked", "#cancelled", "#booked"),
            *("#outcome", "#discharged", "#provision", "#other"),
        ),
    ),
    "Task": Shape(
        task,
        services=("performerType", "reasonCode"),
        reasons=("statusReason", "businessStatus"),
        outcomes=("businessStatus",),
        bodies=("owner",),
        when=(("lastModified",), ("executionPeriod", "start"), ("authoredOn",)),
        facets=(
            *("", "#decision", "#triaged", "#asked", "#cancelled", "#booked"),
            *("#outcome", "#received", "#given", "#other"),
        ),
    ),
}
