"""Conditions, reports, questionnaires and procedures: what was found, and how."""

from typing import Final

from services.health_gateway.codes import (
    NOT_AN_ASSESSMENT,
    SUMMARIES,
    SUSPECTED_AUTISM,
)
from services.health_gateway.translate.about import About
from services.health_gateway.translate.codings import coded
from services.health_gateway.translate.resources.meaning import (
    Meaning,
    Shape,
    one,
    other,
)

_SUSPECTED: Final = frozenset({"provisional", "differential", "unconfirmed"})
_ACTIVE: Final = frozenset({"active", "recurrence", "relapse"})
_FINAL: Final = frozenset({"final", "amended", "corrected", "appended"})
_ANSWERED: Final = frozenset({"completed", "amended"})
_RULED_OUT: Final = "diagnosis.ruled_out.v1"
_COMPLETED: Final = "assessment.completed.v1"


def condition(about: About) -> tuple[Meaning, ...]:
    """Return what a Condition says: a diagnosis, a suspicion, or that it is ruled out."""
    verified = coded(about.codings("verificationStatus"))
    clinical = coded(about.codings("clinicalStatus"))
    if "refuted" in verified:
        return one(_RULED_OUT, "#ruled-out")
    if clinical and not clinical & _ACTIVE:
        return other(about)
    suspected = verified & _SUSPECTED or SUSPECTED_AUTISM in coded(
        about.codings("code")
    )
    if suspected:
        return one("diagnosis.recorded.v1", certainty="suspected")
    confirmed = "confirmed" if "confirmed" in verified else None
    return one("diagnosis.recorded.v1", certainty=confirmed)


def report(about: About) -> tuple[Meaning, ...]:
    """Return what a DiagnosticReport or a Composition says; a laboratory's is none."""
    kinds = coded(about.codings("category", "type", "code"))
    if about.status in _FINAL and not kinds & (NOT_AN_ASSESSMENT | SUMMARIES):
        return one(_COMPLETED)
    return other(about)


def questionnaire(about: About) -> tuple[Meaning, ...]:
    """Return what a QuestionnaireResponse says: answered, or still asked for."""
    if about.status in _ANSWERED:
        return one(_COMPLETED)
    if about.status == "in-progress" and about.resource.either("basedOn"):
        return one("referral.info_requested.v1", "#asked")
    return other(about)


def procedure(about: About) -> tuple[Meaning, ...]:
    """Return what a Procedure or a ClinicalImpression says."""
    if about.status == "in-progress":
        return one("assessment.started.v1", "#started")
    if about.status == "completed" and about.kind == "ClinicalImpression":
        return one(_COMPLETED)
    return other(about)


SHAPES: Final = {
    "Condition": Shape(
        condition,
        services=("category",),
        when=(("recordedDate",), ("onsetDateTime",)),
        facets=("", "#ruled-out", "#other"),
    ),
    "DiagnosticReport": Shape(
        report,
        services=("category",),
        outcomes=("conclusionCode",),
        bodies=("performer",),
        when=(("issued",), ("effectiveDateTime",), ("effectivePeriod", "end")),
    ),
    "Composition": Shape(
        report,
        codes=("type",),
        services=("category",),
        bodies=("custodian", "author"),
        when=(("date",),),
    ),
    "QuestionnaireResponse": Shape(
        questionnaire,
        codes=(),
        bodies=("author",),
        when=(("authored",),),
        facets=("", "#asked", "#other"),
    ),
    "Procedure": Shape(
        procedure,
        services=("category",),
        outcomes=("outcome",),
        when=(("performedPeriod", "start"), ("performedDateTime",)),
        facets=("", "#started", "#other"),
    ),
    "ClinicalImpression": Shape(
        procedure,
        when=(("effectivePeriod", "start"), ("effectiveDateTime",), ("date",)),
        facets=("", "#started", "#other"),
    ),
}
