"""Every event type: its wire name, its data, and the category agreements speak of."""

from typing import Final

from schemas.events import (
    appointment,
    clinical,
    demographics,
    disputes,
    ehcna,
    ehcp,
    health,
    person,
    schools,
    social_care,
    support,
)
from schemas.events.entry_type import EventType

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
        "referral.rejected.v1", health.ReferralRejected, "referral", "Referral rejected"
    ),
    EventType(
        "referral.returned_with_advice.v1",
        health.ReferralReturned,
        "referral",
        "Referral returned with advice",
    ),
    EventType(
        "referral.triaged.v1", health.ReferralTriaged, "referral", "Referral triaged"
    ),
    EventType(
        "referral.info_requested.v1",
        health.ReferralInfoRequested,
        "referral",
        "More information asked for",
    ),
    EventType(
        "referral.discharged.v1", health.ReferralDischarged, "referral", "Discharged"
    ),
    EventType(
        "transfer.between_trusts.v1",
        health.ReferralMoved,
        "referral",
        "Transferred to another trust",
    ),
    EventType(
        "transition.to_adult_service.v1",
        health.ReferralMoved,
        "referral",
        "Transition to a service for adults",
    ),
    EventType(
        "waiting_list.removed.v1",
        health.WaitingListRemoved,
        "referral",
        "Removed from a waiting list",
    ),
    EventType(
        "appointment.booked.v1",
        appointment.AppointmentBooked,
        "appointment",
        "Appointment booked",
    ),
    EventType(
        "appointment.rescheduled.v1",
        appointment.AppointmentBooked,
        "appointment",
        "Appointment moved",
    ),
    EventType(
        "appointment.cancelled.v1",
        appointment.AppointmentCancelled,
        "appointment",
        "Appointment cancelled",
    ),
    EventType(
        "appointment.cancelled_by_patient.v1",
        appointment.AppointmentCancelled,
        "appointment",
        "Appointment cancelled by the family",
    ),
    EventType(
        "appointment.cancelled_by_provider.v1",
        appointment.AppointmentCancelled,
        "appointment",
        "Appointment cancelled by the service",
    ),
    EventType(
        "appointment.attended.v1",
        appointment.AppointmentAttended,
        "appointment",
        "Appointment attended",
    ),
    EventType(
        "appointment.did_not_attend.v1",
        appointment.AppointmentDidNotAttend,
        "appointment",
        "Did not attend an appointment",
    ),
    EventType(
        "assessment.started.v1",
        clinical.AssessmentStarted,
        "assessment",
        "Clinical assessment started",
    ),
    EventType(
        "diagnosis.recorded.v1",
        clinical.DiagnosisRecorded,
        "assessment",
        "Diagnosis recorded",
    ),
    EventType(
        "diagnosis.ruled_out.v1",
        clinical.DiagnosisRuledOut,
        "assessment",
        "Diagnosis ruled out",
    ),
    EventType(
        "provision.started.v1",
        clinical.ProvisionStarted,
        "support",
        "Provision started",
    ),
    EventType(
        "provision.changed.v1",
        clinical.ProvisionChanged,
        "support",
        "Provision changed",
    ),
    EventType(
        "provision.ended.v1", clinical.ProvisionEnded, "support", "Provision ended"
    ),
    EventType(
        "safeguarding.flag_raised.v1",
        clinical.SafeguardingFlagRaised,
        "safeguarding",
        "Safeguarding flag raised",
    ),
    EventType(
        "safeguarding.flag_cleared.v1",
        clinical.SafeguardingFlagCleared,
        "safeguarding",
        "Safeguarding flag cleared",
    ),
    EventType(
        "reasonable_adjustment.changed.v1",
        clinical.ReasonableAdjustmentChanged,
        "support",
        "Reasonable adjustment changed",
    ),
    EventType(
        "demographics.changed.v1",
        demographics.DemographicsChanged,
        "identity",
        "Particulars changed",
    ),
    EventType(
        "gp.changed.v1", demographics.GpChanged, "identity", "GP practice changed"
    ),
    EventType(
        "nhs_number.changed.v1",
        demographics.NhsNumberChanged,
        "identity",
        "NHS number changed",
    ),
    EventType(
        "person.restricted.v1",
        demographics.PersonRestricted,
        "identity",
        "Restricted record",
    ),
    EventType("person.died.v1", demographics.PersonDied, "identity", "Died"),
    EventType(
        "health.unclassified.v1",
        health.Unclassified,
        "health",
        "Health record of another kind",
    ),
    EventType(
        "appointment.was_not_brought.v1",
        appointment.AppointmentWasNotBrought,
        "appointment",
        "Was not brought to an appointment",
    ),
    EventType(
        "assessment.completed.v1",
        clinical.AssessmentCompleted,
        "assessment",
        "Clinical assessment completed",
    ),
    *ehcna.TYPES,
    *ehcp.TYPES,
    *disputes.TYPES,
    *schools.TYPES,
    *social_care.TYPES,
    *support.TYPES,
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
