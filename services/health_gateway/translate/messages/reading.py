"""A message Bundle, judged by the decision table: what it is about and what it says."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from services.health_gateway.codes import (
    BAD_VALUE,
    CATEGORY_SYSTEM,
    INVARIANT,
    MISSING,
    NOT_SUPPORTED,
    REASON_SYSTEM,
    SERVICE_REQUEST_STATUSES,
    UNPROCESSABLE,
)
from services.health_gateway.errors import FhirRefused
from services.health_gateway.translate.codings import coded, codings
from services.health_gateway.translate.decisions import (
    BESIDE,
    DecisionTable,
    Expected,
    Row,
    When,
)
from services.health_gateway.translate.nodes import (
    Node,
    Part,
    Parts,
    entries,
    points_wrong,
)

OTHER: Final = "other"
_LIST: Final = "bars"
"""What the name of BaRS's list of events holds."""
_VERSION: Final = re.compile(r"v?([0-9]{1,4})\.[0-9]+(?:[.-][0-9A-Za-z.-]*)?", re.ASCII)
"""Of BaRS Core; anything else in `meta.versionId` is a version of the Bundle."""
_MAJOR: Final = "1"
_REQUEST: Final = "servicerequest-request"
RESPONSE: Final = "servicerequest-response"
"""Event of a message that answers another."""
_BOOKING: Final = "booking-request"
_REFERRAL: Final = "referral"
_VALIDATION: Final = "validation"
_SLOTS: Final = frozenset({"Slot", "Schedule", "HealthcareService"})
_SENT_WHOLE: Final = {
    "CarePlan": "careplan",
    "Encounter": "encounter",
    "Slot": "slot",
}
"""Resources whose status the table speaks of, and its word for each."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message that has been judged. Holds identifiers: never log it."""

    bundle: Node = field(repr=False)
    parts: Parts = field(repr=False)
    header: Node = field(repr=False)
    focus: Part = field(repr=False)
    """The resource that it is about."""
    event: str
    reason: str
    category: str
    row: Row
    """What it means; of a combination that the table does not have, `other`."""
    warnings: tuple[str, ...] = ()
    """Hyphenated words for what was put up with."""

    @property
    def answers(self) -> str | None:
        """Return the id that an answer quotes: the Bundle's, else the header's."""
        return self.bundle.text("id") or self.header.text("id")

    @property
    def answered(self) -> str | None:
        """Return the id of the request that this message answers."""
        response = self.header.node("response")
        return response.text("identifier") if response else None


def message_of(bundle: Node, table: DecisionTable) -> Message:
    """Return what a message Bundle says; raises FhirRefused."""
    check_whole(bundle)
    _check_version(bundle)
    parts = Parts(entries(bundle))
    header = _header(parts)
    event = _event(header, table)
    focus = _focus(header, parts, event)
    reason, status = _reason(header), _status(focus)
    category = _category(focus.resource)
    words = (event, reason, status, category or _REFERRAL)
    row = table.row(*words) or _other(focus, words)
    found = Message(bundle, parts, header, focus, event, reason, category or "", row)
    return replace(found, warnings=tuple(_warnings(found)))


def is_of_another_standard(bundle: Node, table: DecisionTable) -> bool:
    """Return whether a message names an event, and neither one of BaRS nor by its list."""
    first = next(entries(bundle), None)
    if first is None or first.kind != "MessageHeader":
        return False
    event = first.resource.node("eventCoding")
    if event is None:
        return bool(first.resource.text("eventUri"))
    system = (event.text("system") or "").lower()
    known = event.text("code") in table.events
    return bool(system) and not (known or _LIST in system)


def _check_version(bundle: Node) -> None:
    """Refuse a message of another version of BaRS Core than is read here."""
    meta = bundle.node("meta")
    said = _VERSION.fullmatch((meta.text("versionId") or "") if meta else "")
    if said and said[1] != _MAJOR:
        rule = "This is another version of BaRS Core than is read here"
        raise FhirRefused(UNPROCESSABLE, bundle.at("meta.versionId"), rule=rule)


def check_whole(bundle: Node) -> None:
    """Refuse a message without entries, or with an entry that holds no resource."""
    held = bundle.nodes("entry")
    if not held:
        raise FhirRefused(MISSING, bundle.at("entry"), rule="This is required")
    for entry in held:
        if entry.node("resource") is None:
            raise FhirRefused(MISSING, entry.at("resource"), rule="This is required")


def _header(parts: Parts) -> Node:
    """Return the MessageHeader, which FHIR wants first (invariant bdl-12)."""
    first = parts.all[0]
    if first.kind != "MessageHeader":
        rule = "The first entry must be a MessageHeader"
        raise FhirRefused(INVARIANT, first.resource.path, rule=rule)
    return first.resource


def _event(header: Node, table: DecisionTable) -> str:
    """Return the event; one that is never taken or not known is refused."""
    event = header.node("eventCoding")
    if event is None:
        raise FhirRefused(MISSING, header.at("eventCoding"), rule="This is required")
    code = event.required("code")
    if code in table.refused:
        rule = "This event is never sent to a receiver"
        raise FhirRefused(INVARIANT, event.at("code"), rule=rule)
    if code not in table.events:
        rule = "This event is not one of BaRS"
        raise FhirRefused(NOT_SUPPORTED, event.at("code"), rule=rule)
    return code


def _focus(header: Node, parts: Parts, event: str) -> Part:
    """Return the resource that the header says the message is about."""
    references = header.nodes("focus")
    if not references:
        raise FhirRefused(
            MISSING, header.at("focus"), rule="This reference is required"
        )
    found = {part.place: part for part in map(parts.find, references) if part}
    wanted = "Appointment" if event == _BOOKING else "ServiceRequest"
    chosen = [part for part in found.values() if part.kind == wanted]
    if not chosen and event == _BOOKING:
        chosen = [part for part in found.values() if part.kind in _SLOTS]
    if not chosen and event == RESPONSE:
        chosen = [part for part in parts.all if part.kind == wanted][:1]
    if len(chosen) != 1:
        raise points_wrong(references[0].path, wanted)
    return chosen[0]


def _status(focus: Part) -> str:
    """Return the status of what the message is about; a slot needs none."""
    if focus.kind in _SLOTS:
        return focus.resource.text("status") or ""
    status = focus.resource.required("status")
    if focus.kind == "ServiceRequest" and status not in SERVICE_REQUEST_STATUSES:
        rule = "This must be a status of FHIR R4 (value set request-status)"
        raise FhirRefused(BAD_VALUE, focus.resource.at("status"), rule=rule)
    return status


def _category(request: Node) -> str | None:
    """Return the kind of request; None where the standard's category is absent."""
    found = codings(request, "category") if "category" in request.members else ()
    codes = (c.code for c in found if c.system == CATEGORY_SYSTEM)
    return next(codes, None)


def _reason(header: Node) -> str:
    """Return why the message was sent: new, update or delete."""
    reason = header.node("reason")
    found = reason.nodes("coding") if reason else ()
    if not found:
        raise FhirRefused(MISSING, header.at("reason"), rule="This is required")
    ours = [c for c in found if c.text("system") == REASON_SYSTEM]
    return (ours or found)[0].required("code")


def _other(focus: Part, words: tuple[str, str, str, str]) -> Row:
    """Return the row of a combination that the table does not have."""
    event, reason, status, _ = words
    return Row(
        when=When(event=event, reason=(reason,), status=(status,)),
        type="health.unclassified.v1",
        facet=BESIDE,
        classification=OTHER,
        warning="slots-alone" if focus.kind in _SLOTS else "outside-the-table",
    )


def _warnings(message: Message) -> Iterator[str]:
    """Yield what was put up with."""
    if message.row.warning:
        yield message.row.warning
    if message.focus.kind == "ServiceRequest" and not message.category:
        yield "category-absent"
    for kind, word in _SENT_WHOLE.items():
        wanted = getattr(_expected(message), word)
        found = {p.resource.text("status") for p in message.parts.all if p.kind == kind}
        if wanted and found and not found & set(wanted):
            yield f"{word}-outside-the-table"
    meta = message.bundle.node("meta")
    if not (meta and meta.text("versionId")):
        yield "version-absent"


def _expected(message: Message) -> Expected:
    """Return what the standard wants beside the message's words, in its use case."""
    cases = message.row.when.use_cases
    if not cases:
        return message.row.expected
    codes = coded(codings(message.focus.resource, "category"))
    return message.row.expected if codes & set(cases) else Expected()
