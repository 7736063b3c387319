"""
The standard's words, as data: codes, code systems and profiles.

BaRS is NHS England's Booking and Referral Standard 1.x; UK Core is HL7 UK's profiles.
"""

from typing import Final

HTTP_ERROR_CODES: Final = "https://fhir.nhs.uk/Codesystem/http-error-codes"
"""Spelled with a small s, as BaRS's own OperationOutcome examples do."""
OUTCOME_PROFILE: Final = (
    "https://fhir.hl7.org.uk/StructureDefinition/UKCore-OperationOutcome"
)
MESSAGE_PROFILE: Final = "https://fhir.nhs.uk/StructureDefinition/BARSBundleMessage"

CATEGORY_SYSTEM: Final = (
    "https://fhir.nhs.uk/CodeSystem/message-category-servicerequest"
)
REASON_SYSTEM: Final = "https://fhir.nhs.uk/CodeSystem/message-reason-bars"

SNOMED: Final = "http://snomed.info/sct"
PRIORITIES: Final = frozenset({"routine", "urgent", "asap", "stat"})
"""FHIR R4, value set request-priority."""

NHS_NUMBER_SYSTEMS: Final = frozenset(
    {"fhir.nhs.uk/id/nhs-number", "fhir.nhs.net/id/nhs-number"}
)
"""Without the scheme and in lower case; the second is the legacy one of e-RS."""
ODS_SYSTEMS: Final = (
    "fhir.nhs.uk/id/ods-organization-code",
    "fhir.nhs.uk/id/ods-organisation-code",
    "fhir.hl7.org.uk/id/ods-organization-code",
    "fhir.hl7.org.uk/id/ods-organisation-code",
    "fhir.hl7.org.uk/id/ods-code",
    "fhir.nhs.uk/id/ods-code",
    "fhir.nhs.uk/id/ods-site-code",
    "fhir.hl7.org.uk/id/ods-site-code",
)
"""Best first: an organisation's own code before the code of one of its sites."""
UNRESTRICTED: Final = "U"
"""PDS says of a patient that its record is open, or open again."""
RESTRICTED_LABELS: Final = frozenset({"R", "V"})
"""HL7 v3 Confidentiality: restricted and very restricted (PDS's S-flag)."""

SERVICE_REQUEST_STATUSES: Final = frozenset(
    {
        "draft",
        "active",
        "on-hold",
        "revoked",
        "completed",
        "entered-in-error",
        "unknown",
    }
)
"""FHIR R4, value set request-status; the models do not enforce it."""

TRANSFER_OF_CARE: Final = "308292007"
"""SNOMED CT, transfer of care (procedure)."""
SUSPECTED_AUTISM: Final = "401204006"
"""SNOMED CT, as the neurodevelopmental guidance of CSDS and MHSDS uses it."""
NO_CONCERN: Final = "861931000000100"
"""SNOMED CT: no safeguarding issues, in BaRS's safeguarding codes."""
SAFEGUARDING: Final = frozenset(
    {
        "836881000000105",
        "864491000000105",
        "861931000000100",
        "342191000000101",
        "1064961000000107",
        "375041000000100",
    }
)
"""SNOMED CT codes of BaRS's safeguarding flags and of RCGP's safeguarding toolkit."""
NOT_A_REFERRAL: Final = frozenset(
    {"108252007", "363679005", "409063005", "409073007", "387713003", "laboratory"}
)
"""
Categories of orders that ask no service to take a child on: SNOMED CT laboratory,
imaging, counselling, education, surgical procedure (FHIR R4, servicerequest-category).
"""
NOT_AN_ASSESSMENT: Final = frozenset(
    {
        *("LAB", "RAD", "HM", "CH", "MB", "HEMATOLOGY", "SR", "IMM", "BLB", "PAT"),
        *("GE", "CT", "CUS", "MRS", "NMR", "NMS", "RUS", "SP", "TX", "VUS", "XRC"),
        *("108252007", "363679005", "laboratory", "imaging"),
    }
)
"""Kinds of diagnostic report (HL7 v2 table 0074, SNOMED CT) that no clinician's
assessment of the child is."""
SUMMARIES: Final = frozenset({"34133-9", "18842-5", "373942005", "325691000000100"})
"""LOINC and SNOMED CT types of documents that sum up care and assess nothing."""
INPATIENT: Final = frozenset({"IMP", "ACUTE", "NONAC", "OBSENC", "SS", "PRENC"})
"""HL7 v3 ActCode classes of stays in hospital."""
EMERGENCY: Final = "EMER"
"""HL7 v3 ActCode class of an attendance that ends no wait."""

ERS_STATES: Final = {
    "AWAITING_TRIAGE": "referral.received.v1",
    "TRIAGED_PROVIDER_TO_ACTION": "referral.accepted.v1",
    "ACCEPT_REFER_BOOK_LATER": "referral.accepted.v1",
    "ACCEPT_REFER_BOOK_NOW": "referral.accepted.v1",
    "REJECTED": "referral.rejected.v1",
    "TRIAGE_RESPONSE": "referral.returned_with_advice.v1",
    "RETURN_TO_REFERRER_WITH_ADVICE": "referral.returned_with_advice.v1",
    "ASSESSMENT_RESULT": "referral.triaged.v1",
    "CANCELLED_REFERRAL": "referral.cancelled.v1",
    "BOOKED": "appointment.booked.v1",
    "APPT_CANCELLED_BY_PATIENT": "appointment.cancelled_by_patient.v1",
    "APP_CANCELLED_BY_PATIENT": "appointment.cancelled_by_patient.v1",
    "APPT_CANCELLED_BY_PROVIDER": "appointment.cancelled_by_provider.v1",
    "APP_CANCELLED_BY_PROVIDER": "appointment.cancelled_by_provider.v1",
    "DID_NOT_ATTEND": "appointment.was_not_brought.v1",
}
"""e-RS referral states and review outcomes (eRS-ReferralState-1, eRS-ReviewOutcome-1).
A worklist extension of e-RS spells two of them APP_."""

ATTENDANCE: Final = {
    "2": "appointment.cancelled_by_patient.v1",
    "3": "appointment.was_not_brought.v1",
    "4": "appointment.cancelled_by_provider.v1",
    "5": "appointment.attended.v1",
    "6": "appointment.attended.v1",
    "7": "appointment.was_not_brought.v1",
}
"""NHS Data Dictionary, ATTENDED OR DID NOT ATTEND CODE; 7 came too late to be seen."""
ATTENDANCE_SYSTEM: Final = "attend"
"""What the name of a code system for attendance holds."""
OUTCOMES_SYSTEM: Final = "outcome"
"""What the name of one for the outcomes of attendances holds beside that."""
DID_NOT_ATTEND: Final = "281399006"
"""SNOMED CT, did not attend (finding)."""
