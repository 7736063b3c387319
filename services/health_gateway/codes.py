"""
The standard's words, as data: refusals, the decision table, codes and systems.

BaRS is NHS England's Booking and Referral Standard 1.x; UK Core is HL7 UK's profiles.
"""

from typing import Final, NamedTuple

HTTP_ERROR_CODES: Final = "https://fhir.nhs.uk/Codesystem/http-error-codes"
"""Spelled with a small s, as BaRS's own OperationOutcome examples do."""
OUTCOME_PROFILE: Final = (
    "https://fhir.hl7.org.uk/StructureDefinition/UKCore-OperationOutcome"
)
MESSAGE_PROFILE: Final = "https://fhir.nhs.uk/StructureDefinition/BARSBundleMessage"


class Fault(NamedTuple):
    """One way to be refused. Source of codes: BaRS OperationOutcome examples."""

    reason: str
    """Hyphenated word for the ledger and dashboards."""
    status: int
    """HTTP status."""
    code: str
    """`REC_` is ours to say; `SEND_` where the standard has the sender's code alone."""
    issue: str
    """FHIR R4 issue type."""
    advice: str
    """What the sender can do, in plain English."""


NOT_JSON: Final = Fault(
    "not-json",
    400,
    "REC_BAD_REQUEST",
    "invalid",
    "Send one JSON object as UTF-8.",
)
NOT_FHIR: Final = Fault(
    "not-fhir",
    400,
    "REC_BAD_REQUEST",
    "invalid",
    "Correct the elements named in expression to FHIR R4 (4.0.1) and send it again.",
)
MISSING: Final = Fault(
    "missing",
    400,
    "REC_BAD_REQUEST",
    "required",
    "Add the elements named in expression and send it again.",
)
BAD_VALUE: Final = Fault(
    "bad-value",
    400,
    "REC_BAD_REQUEST",
    "value",
    "Correct the value of the elements named in expression and send it again.",
)
INVARIANT: Final = Fault(
    "invariant",
    400,
    "REC_BAD_REQUEST",
    "invariant",
    "Send a combination of event, reason, status and category that BaRS defines.",
)
NOT_SUPPORTED: Final = Fault(
    "not-supported",
    400,
    "REC_BAD_REQUEST",
    "not-supported",
    "This service takes referrals: event servicerequest-request.",
)
UNAUTHENTICATED: Final = Fault(
    "unauthenticated",
    401,
    "REC_UNAUTHORIZED",
    "forbidden",
    "Send a valid access token in the Authorization header.",
)
FORBIDDEN: Final = Fault(
    "forbidden",
    403,
    "REC_FORBIDDEN",
    "forbidden",
    "Send messages of the organisation that the access token was given to.",
)
NOT_FOUND: Final = Fault(
    "not-found",
    404,
    "REC_NOT_FOUND",
    "not-found",
    "Check the address.",
)
METHOD_NOT_ALLOWED: Final = Fault(
    "method-not-allowed",
    405,
    "SEND_METHOD_NOT_ALLOWED",
    "not-supported",
    "Use the method that the interface's description names.",
)
NOT_ACCEPTABLE: Final = Fault(
    "not-acceptable",
    406,
    "REC_NOT_ACCEPTABLE",
    "processing",
    "Accept application/fhir+json.",
)
DUPLICATE: Final = Fault(
    "duplicate",
    409,
    "REC_CONFLICT",
    "duplicate",
    "This message was taken in before. Treat this as success and do not send it again.",
)
CONFLICT: Final = Fault(
    "conflict",
    409,
    "REC_CONFLICT",
    "conflict",
    "This request id was used for other content. Send it under a new X-Request-ID.",
)
TOO_LARGE: Final = Fault(
    "too-large",
    413,
    "REC_UNPROCESSABLE_ENTITY",
    "too-long",
    "Send at most 5 MB; leave documents out and point to them.",
)
WRONG_MEDIA_TYPE: Final = Fault(
    "wrong-media-type",
    415,
    "REC_UNPROCESSABLE_ENTITY",
    "not-supported",
    "Send application/fhir+json.",
)
UNPROCESSABLE: Final = Fault(
    "unprocessable",
    422,
    "REC_UNPROCESSABLE_ENTITY",
    "not-supported",
    "Send a version of the standard that this service names in its metadata.",
)
THROTTLED: Final = Fault(
    "throttled",
    429,
    "SEND_TOO_MANY_REQUESTS",
    "throttled",
    "Wait as long as Retry-After says, then send it again.",
)
SERVER_ERROR: Final = Fault(
    "server-error",
    500,
    "REC_SERVER_ERROR",
    "exception",
    "Send it again with the same ids; nothing is taken in twice.",
)
UNAVAILABLE: Final = Fault(
    "unavailable",
    503,
    "REC_SERVICE_UNAVAILABLE",
    "transient",
    "Wait as long as Retry-After says, then send it again with the same ids.",
)

FAULTS: Final = (
    NOT_JSON,
    NOT_FHIR,
    MISSING,
    BAD_VALUE,
    INVARIANT,
    NOT_SUPPORTED,
    UNAUTHENTICATED,
    FORBIDDEN,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    NOT_ACCEPTABLE,
    DUPLICATE,
    CONFLICT,
    TOO_LARGE,
    WRONG_MEDIA_TYPE,
    UNPROCESSABLE,
    THROTTLED,
    SERVER_ERROR,
    UNAVAILABLE,
)


class Meaning(NamedTuple):
    """One row of the decision table: what a message of this kind says happened."""

    event: str
    reason: str
    status: str
    """Of the ServiceRequest in focus."""
    category: str
    type: str
    """Name in the event catalogue."""
    suffix: str = ""
    """Added to the record's id, so that an end never supersedes the referral itself."""
    warning: str = ""


REFERRAL_EVENT: Final = "servicerequest-request"
LATER_EVENTS: Final = frozenset({"servicerequest-response", "booking-request"})
"""Events of the standard that this service does not read yet."""
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

MEANINGS: Final = (
    Meaning(REFERRAL_EVENT, "new", "active", "referral", "referral.received.v1"),
    Meaning(REFERRAL_EVENT, "update", "active", "referral", "referral.received.v1"),
    Meaning(
        REFERRAL_EVENT,
        "update",
        "revoked",
        "referral",
        "referral.cancelled.v1",
        "#cancelled",
    ),
    Meaning(
        REFERRAL_EVENT,
        "update",
        "entered-in-error",
        "referral",
        "event.withdrawn.v1",
        "#withdrawn",
    ),
    Meaning(
        REFERRAL_EVENT,
        "delete",
        "entered-in-error",
        "referral",
        "event.withdrawn.v1",
        "#withdrawn",
        "reason-outside-the-table",
    ),
)
"""BaRS, Error Handling, Bundle Processing. `update`/`active` and `delete` are not in
the standard's table and are in its own examples (ambulance updates, SERVREQ02)."""

CATEGORY_SYSTEM: Final = (
    "https://fhir.nhs.uk/CodeSystem/message-category-servicerequest"
)
REASON_SYSTEM: Final = "https://fhir.nhs.uk/CodeSystem/message-reason-bars"

SNOMED: Final = "http://snomed.info/sct"
SERVICES: Final = {
    "306261003": "community-paediatrics",
    "306291008": "camhs",
    "390866009": "camhs",
    "308452008": "slt",
    "306360000": "slt",
    "308453003": "ot",
    "306355004": "ot",
    "306358002": "physio",
}
"""SNOMED CT referral procedures to the service that they ask. The terms, in order:
community pediatrician; child and adolescent psychiatrist; mental health team; speech
and language therapist, community one; occupational therapist, community one;
community physiotherapist."""
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
RESTRICTED_LABELS: Final = frozenset({"R", "V"})
"""HL7 v3 Confidentiality: restricted and very restricted (PDS's S-flag)."""
