"""Communications and documents: what was asked of somebody, and what was given."""

from typing import Final

from services.health_gateway.codes import ERS_STATES
from services.health_gateway.translate.about import About
from services.health_gateway.translate.codings import coded
from services.health_gateway.translate.nodes import Node, type_of
from services.health_gateway.translate.people import organisation_of
from services.health_gateway.translate.resources.meaning import (
    Meaning,
    Shape,
    one,
    other,
)
from services.health_gateway.translate.resources.records import record_of
from services.health_gateway.translate.resources.referrals import FACETS, asks_advice

_ASKING: Final = frozenset({"preparation", "in-progress", "on-hold", "active"})
_ABOUT_REFERRALS: Final = frozenset({"ServiceRequest", "Task"})
_ADVISES: Final = frozenset({"instruction", "advice"})
_POINTERS: Final = ("about", "basedOn", "partOf", "inResponseTo")


def communication(about: About) -> tuple[Meaning, ...]:
    """Return what a Communication, or a request for one, says about a referral."""
    codes = coded(about.codings("category", "reasonCode", "topic", "statusReason"))
    stated = next(
        (ERS_STATES[code] for code in sorted(codes) if code in ERS_STATES), None
    )
    if stated:
        return one(stated, FACETS[stated])
    if not _about_a_referral(about):
        return other(about)
    if about.status in _ASKING:
        return one("referral.info_requested.v1", "#asked")
    if about.status == "completed" and codes & _ADVISES:
        return one("referral.returned_with_advice.v1", "#decision")
    return other(about)


def _about_a_referral(about: About) -> bool:
    """Return whether it points at a referral or at what is done about one."""
    return any(kind in _ABOUT_REFERRALS for kind in _kinds(about))


def _kinds(about: About) -> set[str]:
    """Return the types of the records that it points at."""
    found = set()
    for reference in about.references(*_POINTERS):
        part = about.parts.find(reference)
        said = type_of(reference) or (reference.text("reference") or "").split("/")[0]
        found.add(part.kind if part else said)
    return found


def document(about: About) -> tuple[Meaning, ...]:
    """
    Return what a DocumentReference says: advice was given, where it is advice.

    A pointer alone travels on, and only one that is a web address or a urn.
    """
    if about.status != "current" or not (asks_advice(about) or _answers_advice(about)):
        return other(about)
    custodian = organisation_of(about.parts, about.resource.node("custodian"))
    said = {"body": custodian or about.heard.sender, "advice": "medical"}
    return (Meaning("ehcna.advice_received.v1", "#given", said, _task(about)),)


def _answers_advice(about: About) -> bool:
    """Return whether it came with the Task that asked for it."""
    found = (about.parts.find(reference) for reference in _related(about))
    return any(p.kind == "Task" and asks_advice(about.of(p)) for p in found if p)


def _task(about: About) -> str | None:
    """Return the Task that asked for it: advice is given once, whoever says so."""
    for reference in _related(about):
        part = about.parts.find(reference)
        if part and part.kind == "Task":
            return record_of(about.of(part))
        said = (reference.text("reference") or "").split("/_history/")[0]
        if part is None and said.startswith("Task/"):
            return said
    return None


def _related(about: About) -> tuple[Node, ...]:
    """Return what a document is said to belong to."""
    context = about.resource.node("context")
    return context.either("related") if context else ()


_COMMUNICATION: Final = Shape(
    communication,
    codes=("category",),
    services=("reasonCode",),
    reasons=("statusReason", "reasonCode"),
    bodies=("sender",),
    when=(("sent",), ("authoredOn",), ("received",)),
    facets=("", "#asked", "#decision", "#other"),
)
SHAPES: Final = {
    "Communication": _COMMUNICATION,
    "CommunicationRequest": _COMMUNICATION,
    "DocumentReference": Shape(
        document,
        codes=("type",),
        services=("category",),
        bodies=("custodian", "author"),
        when=(("date",),),
        facets=("#given", "#other"),
    ),
}
