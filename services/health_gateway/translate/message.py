"""A FHIR message body, judged: what it is and what it says happened."""

from dataclasses import dataclass, field

from services.health_gateway.codes import (
    BAD_VALUE,
    CATEGORY_SYSTEM,
    INVARIANT,
    LATER_EVENTS,
    MEANINGS,
    MISSING,
    NOT_SUPPORTED,
    REASON_SYSTEM,
    REFERRAL_EVENT,
    SERVICE_REQUEST_STATUSES,
    Meaning,
)
from services.health_gateway.errors import FhirRefused
from services.health_gateway.rules import check_structure, read_json
from services.health_gateway.translate.nodes import Node, Part, Parts, points_wrong


@dataclass(frozen=True, slots=True)
class Message:
    """A message that the decision table knows. Holds identifiers: never log it."""

    bundle: Node = field(repr=False)
    parts: Parts = field(repr=False)
    header: Node = field(repr=False)
    request: Part = field(repr=False)
    """The ServiceRequest in focus."""
    meaning: Meaning
    warnings: tuple[str, ...] = ()
    """Hyphenated words for what was put up with."""

    @property
    def answers(self) -> str | None:
        """Return the id that an answer quotes: the Bundle's, else the header's."""
        return self.bundle.text("id") or self.header.text("id")


def read_message(body: bytes) -> Message:
    """Return the message that *body* holds; raises FhirRefused, and nothing else."""
    bundle = _message_bundle(Node(read_json(body), "Bundle"))
    parts = Parts(bundle)
    check_structure(bundle.members)
    return _judged(bundle, parts)


def reread_message(body: bytes) -> Message:
    """Return a message that a door has taken in: its structure was checked there."""
    bundle = _message_bundle(Node(read_json(body), "Bundle"))
    return _judged(bundle, Parts(bundle))


def _message_bundle(bundle: Node) -> Node:
    """Return *bundle* if it says that it is a Bundle of type message with entries."""
    if bundle.required("resourceType") != "Bundle":
        raise FhirRefused(
            BAD_VALUE, bundle.at("resourceType"), rule="This must be Bundle"
        )
    if bundle.required("type") != "message":
        raise FhirRefused(BAD_VALUE, bundle.at("type"), rule="This must be message")
    if not bundle.nodes("entry"):
        raise FhirRefused(MISSING, bundle.at("entry"), rule="This is required")
    return bundle


def _judged(bundle: Node, parts: Parts) -> Message:
    """Return the message, with what the decision table says it means."""
    header = _header(parts)
    _check_event(header)
    request = _focus(header, parts)
    category = _category(request.resource)
    meaning = _meaning(header, request.resource, category or "referral")
    warnings = (meaning.warning, "" if category else "category-absent")
    return Message(
        bundle, parts, header, request, meaning, tuple(w for w in warnings if w)
    )


def _header(parts: Parts) -> Node:
    """Return the MessageHeader, which FHIR wants first (invariant bdl-12)."""
    first = parts.all[0]
    if first.kind != "MessageHeader":
        rule = "The first entry must be a MessageHeader"
        raise FhirRefused(INVARIANT, first.resource.path, rule=rule)
    return first.resource


def _check_event(header: Node) -> None:
    """Refuse a message about anything but a referral."""
    event = header.node("eventCoding")
    if event is None:
        raise FhirRefused(MISSING, header.at("eventCoding"), rule="This is required")
    code = event.required("code")
    if code != REFERRAL_EVENT:
        fault = NOT_SUPPORTED if code in LATER_EVENTS else INVARIANT
        raise FhirRefused(fault, event.at("code"), rule="This event is not read here")


def _focus(header: Node, parts: Parts) -> Part:
    """Return the one ServiceRequest that the header says the message is about."""
    focus = header.nodes("focus")
    if not focus:
        raise FhirRefused(
            MISSING, header.at("focus"), rule="This reference is required"
        )
    found = {part.place: part for part in map(parts.find, focus) if part}
    requests = [part for part in found.values() if part.kind == "ServiceRequest"]
    if len(requests) != 1:
        raise points_wrong(focus[0].path, "ServiceRequest")
    return requests[0]


def _category(request: Node) -> str | None:
    """Return the kind of request; None where the standard's category is absent."""
    for category in request.nodes("category"):
        for coding in category.nodes("coding"):
            if coding.text("system") == CATEGORY_SYSTEM:
                return coding.text("code")
    return None


def _meaning(header: Node, request: Node, category: str) -> Meaning:
    """Return the row of the decision table that the message falls under."""
    status = request.required("status")
    if status not in SERVICE_REQUEST_STATUSES:
        rule = "This must be a status of FHIR R4 (value set request-status)"
        raise FhirRefused(BAD_VALUE, request.at("status"), rule=rule)
    reason = _reason(header)
    for row in MEANINGS:
        if (row.reason, row.status, row.category) == (reason, status, category):
            return row
    where = (header.at("reason"), request.at("status"), request.at("category"))
    raise FhirRefused(INVARIANT, *where, rule="These together have no meaning in BaRS")


def _reason(header: Node) -> str:
    """Return why the message was sent: new, update or delete."""
    reason = header.node("reason")
    codings = reason.nodes("coding") if reason else ()
    if not codings:
        raise FhirRefused(MISSING, header.at("reason"), rule="This is required")
    ours = [c for c in codings if c.text("system") == REASON_SYSTEM]
    return (ours or codings)[0].required("code")
