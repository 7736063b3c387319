"""How a sender is refused, as data: BaRS's HTTP error codes and FHIR's issue types."""

from typing import Final, NamedTuple


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
    "Make the elements named in expression agree and send it again.",
)
MIXED: Final = Fault(
    "outside-scope",
    400,
    "REC_BAD_REQUEST",
    "invariant",
    "Send each child by itself, or all of them as a Bundle of type batch, of which what "
    "is inside your scope is kept.",
)
NOT_SUPPORTED: Final = Fault(
    "not-supported",
    400,
    "REC_BAD_REQUEST",
    "not-supported",
    "Send what this service's metadata names.",
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
UNKNOWN_TYPE: Final = Fault(
    "unknown-type",
    404,
    "REC_NOT_FOUND",
    "not-supported",
    "Name a resource type of FHIR R4 (4.0.1).",
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
UNKNOWN_RESPONSE: Final = Fault(
    "unknown-response",
    404,
    "REC_NOT_FOUND",
    "not-found",
    "Give the Bundle.id of the request that this message answers.",
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
TOO_MANY_ENTRIES: Final = Fault(
    "too-many-entries",
    422,
    "REC_UNPROCESSABLE_ENTITY",
    "too-costly",
    "Send fewer entries at a time.",
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
NOT_IMPLEMENTED: Final = Fault(
    "not-implemented",
    501,
    "REC_NOT_IMPLEMENTED",
    "not-supported",
    "Use an interaction that this service's metadata names.",
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
    MIXED,
    NOT_SUPPORTED,
    UNAUTHENTICATED,
    FORBIDDEN,
    NOT_FOUND,
    UNKNOWN_RESPONSE,
    UNKNOWN_TYPE,
    METHOD_NOT_ALLOWED,
    NOT_ACCEPTABLE,
    DUPLICATE,
    CONFLICT,
    TOO_LARGE,
    TOO_MANY_ENTRIES,
    WRONG_MEDIA_TYPE,
    UNPROCESSABLE,
    NOT_IMPLEMENTED,
    THROTTLED,
    SERVER_ERROR,
    UNAVAILABLE,
)
