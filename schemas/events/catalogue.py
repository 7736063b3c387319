"""Every event type: its wire name, its data, and the category agreements speak of."""

from typing import Final, NamedTuple

from schemas.events import ehc, health, person


class EventType(NamedTuple):
    """One entry of the catalogue."""

    name: str
    """Wire name, `noun.participle.vN`."""
    data: type[person.EventData]
    category: str
    title: str
    """What the timeline calls it, in plain words."""


_TYPES: Final = (
    EventType("concern.raised.v1", health.ConcernRaised, "support", "Concern raised"),
    EventType(
        "referral.received.v1", health.ReferralReceived, "referral", "Referral received"
    ),
    EventType(
        "referral.accepted.v1", health.ReferralAccepted, "referral", "Referral accepted"
    ),
    EventType(
        "referral.cancelled.v1",
        health.ReferralCancelled,
        "referral",
        "Referral cancelled",
    ),
    EventType(
        "waiting_list.added.v1",
        health.WaitingListAdded,
        "referral",
        "Added to a waiting list",
    ),
    EventType(
        "appointment.was_not_brought.v1",
        health.AppointmentWasNotBrought,
        "appointment",
        "Was not brought to an appointment",
    ),
    EventType(
        "assessment.completed.v1",
        health.AssessmentCompleted,
        "assessment",
        "Clinical assessment completed",
    ),
    EventType(
        "ehcna.requested.v1",
        ehc.EhcnaRequested,
        "ehc",
        "EHC needs assessment requested",
    ),
    EventType(
        "ehcna.decided.v1",
        ehc.EhcnaDecided,
        "ehc",
        "Decision whether to assess notified",
    ),
    EventType(
        "ehcna.advice_requested.v1", ehc.EhcnaAdviceRequested, "ehc", "Advice requested"
    ),
    EventType(
        "ehcna.advice_request_received.v1",
        ehc.EhcnaAdviceRequestReceived,
        "ehc",
        "Request for advice received",
    ),
    EventType(
        "ehcna.advice_received.v1", ehc.EhcnaAdviceReceived, "ehc", "Advice given"
    ),
    EventType(
        "ehcp.draft_issued.v1", ehc.EhcpDraftIssued, "ehc", "Draft EHC plan issued"
    ),
    EventType(
        "ehcp.school_consulted.v1", ehc.EhcpSchoolConsulted, "ehc", "School consulted"
    ),
    EventType(
        "ehcp.final_issued.v1", ehc.EhcpFinalIssued, "ehc", "Final EHC plan issued"
    ),
    EventType(
        "annual_review.held.v1", ehc.AnnualReviewHeld, "ehc", "Annual review held"
    ),
    EventType(
        "person.identified.v1",
        person.PersonIdentified,
        "identity",
        "NHS number and UPN stated to be one child",
    ),
    EventType(
        "event.withdrawn.v1", person.EventWithdrawn, "withdrawal", "Record withdrawn"
    ),
)

CATALOGUE: Final = {entry.name: entry for entry in _TYPES}


def category_of(type_name: str) -> str:
    """Return the category that agreements use for *type_name*; raises KeyError."""
    return CATALOGUE[type_name].category
