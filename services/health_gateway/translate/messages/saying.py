"""A judged message to statements in the catalogue's words."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from schemas.statement import Statement
from services.health_gateway.codes import MISSING
from services.health_gateway.errors import FhirRefused
from services.health_gateway.translate.about import About, Heard, sent_at
from services.health_gateway.translate.messages.reading import Message
from services.health_gateway.translate.nodes import Node, Part
from services.health_gateway.translate.people import (
    fitting,
    identifier_text,
    organisation_of,
    person_of,
)
from services.health_gateway.translate.resources.appointments import day_and_start
from services.health_gateway.translate.resources.meaning import (
    UNCLASSIFIED,
    WITHDRAWN,
    Meaning,
    Paths,
    other,
)
from services.health_gateway.translate.resources.modifiers import MODIFIED, is_modified
from services.health_gateway.translate.resources.reading import stated
from services.health_gateway.translate.resources.records import (
    LONGEST,
    mistaken,
    sensitivity,
    version_of,
)
from services.health_gateway.translate.resources.reversing import reversal_of
from services.health_gateway.translate.resources.shapes import SHAPES
from services.health_gateway.translate.subjects import Whose, whose, with_names

_AUTHORED: Final = frozenset({"referral.received.v1"})
_NOW: Final[Paths] = (("meta", "lastUpdated"),)
_NOT_BROUGHT: Final = "appointment.was_not_brought.v1"


def message_statements(message: Message, heard: Heard) -> tuple[Statement, ...]:
    """
    Return what *message* says happened; nothing where it is about slots alone.

    The record is what its sender calls it, else the case (see `_record`). An end is a
    record of its own, so that it never supersedes the referral it ends.
    """
    sent = sent_at(message.bundle)
    focus = About(message.focus, message.parts, heard, sent)
    whom = _whose(message) or (whose(focus) if focus.kind == "Appointment" else None)
    if whom is None:
        return ()
    found = with_names(whom, focus)
    about = About(_part(message), message.parts, heard, sent)
    modified = _is_modified(message, about)
    meant = other(about)[0] if modified else _meaning(message, about)
    record = _record(message)
    if meant.type == WITHDRAWN:
        meant = replace(meant, data=_mistaken(record, mistaken(about)))
    statement = stated(
        about, SHAPES[about.kind], found, meant, (record, version_of(about))
    )
    labelled = (message.bundle, about.resource, found.patient)
    kept = sensitivity(meant.type, *labelled)
    place = message.focus.place
    flags = (*statement.flags, *((MODIFIED,) if modified else ()))
    flags = tuple(sorted(set(flags)))
    said = replace(statement, place=place, sensitivity=kept, flags=flags)
    if meant.type == WITHDRAWN:
        said = replace(said, in_passing="until" in mistaken(about))
        return (said, *_other_sides(message, said, record, heard))
    known = modified or meant.type not in {WITHDRAWN, UNCLASSIFIED}
    own = (record, version_of(about))
    shape = SHAPES[about.kind]
    reversal = reversal_of(about, shape, (meant,), own) if known else None
    return (replace(said, reversal=reversal),)


def _mistaken(record: str, limit: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of a withdrawal: *record* was a mistake within *limit*."""
    named = {"sourcerecord": record, **limit}
    return {"withdraws": named, "reason": "entered-in-error"}


def _other_sides(
    message: Message, said: Statement, record: str, heard: Heard
) -> tuple[Statement, ...]:
    """
    Return the withdrawal of what else messages of this event have said of the record.

    It goes to whom that was said of, and to nobody where nothing was.
    """
    sides = heard.tables.table.facets(message.event) - {""}
    limit = {n: v for n, v in said.data["withdraws"].items() if n != "sourcerecord"}
    return tuple(
        replace(
            said,
            sourcerecord=f"{record}{side}{message.row.facet}",
            data=_mistaken(record + side, limit),
            facet=side,
            person={},
        )
        for side in sorted(sides)
    )


def _is_modified(message: Message, about: About) -> bool:
    """Return whether what it says is not to be gone by; a mistake is one in any case."""
    said = (message.header, message.focus.resource, about.resource)
    return message.row.type != WITHDRAWN and any(map(is_modified, said))


def sender_of(message: Message) -> str | None:
    """Return the organisation that the message names as its sender, if just one."""
    return organisation_of(message.parts, message.header.node("sender"))


def _part(message: Message) -> Part:
    """Return the resource that says most: of a no-show, the appointment that came."""
    if message.row.type == _NOT_BROUGHT:
        came = (part for part in message.parts.all if part.kind == "Appointment")
        return next(came, message.focus)
    return message.focus


def _meaning(message: Message, about: About) -> Meaning:
    """Return the row's meaning with what a message says beside its focus."""
    row = message.row
    data = {
        "resource_type": about.kind,
        "status": about.status or None,
        "classification": row.classification,
        "outcome": row.classification,
        "event": message.event,
        "reason": message.reason if row.type == UNCLASSIFIED else None,
    }
    said = {name: value for name, value in data.items() if value}
    if about.kind == "Appointment":
        said |= day_and_start(about)
    at = () if row.type in _AUTHORED else _NOW
    if row.type == _NOT_BROUGHT and about.kind == "Appointment":
        at = (("start",),)
    return Meaning(row.type, row.facet, said, when=at)


def _whose(message: Message) -> Whose | None:
    """
    Return the patient, who must have come with a message about a referral.

    A booking may name one who did not, or speak of a slot that nobody has yet.
    """
    focus = message.focus
    if focus.kind == "ServiceRequest":
        patient = message.parts.follow(focus.resource, "subject", "Patient")
    else:
        actors = (
            actor
            for participant in focus.resource.either("participant")
            for actor in participant.either("actor")
        )
        came = (part for part in map(message.parts.find, actors) if part)
        found = next((part for part in came if part.kind == "Patient"), None)
        if found is None:
            return None
        patient = found
    person, flags = person_of(patient.resource)
    return Whose(person, patient.resource, flags)


def _record(message: Message) -> str:
    """
    Return the sender's own id of what the message is about.

    In order: its identifier, its type and id, the Encounter's identifier (BaRS's case
    number), Bundle.id (BaRS keeps it through a conversation).
    """
    focus = message.focus.resource
    found = _first_identifier(focus) or _literal_id(message.focus) or _case(message)
    record = found or message.bundle.text("id")
    where = focus.at("identifier")
    if not record:
        rule = "A referral or booking needs an id that stays the same"
        raise FhirRefused(MISSING, where, rule=rule)
    return fitting(record, LONGEST)


def _first_identifier(resource: Node) -> str | None:
    """Return a resource's first identifier that has a value."""
    values = (i for i in resource.nodes("identifier") if i.text("value"))
    return next(map(identifier_text, values), None)


def _literal_id(part: Part) -> str | None:
    """Return `type/id`, None where it has no id."""
    own = part.resource.text("id")
    return f"{part.kind}/{own}" if own else None


def _case(message: Message) -> str | None:
    """Return the identifier of the Encounter that the referral came from."""
    reference = message.focus.resource.node("encounter")
    part = message.parts.find(reference) if reference else None
    return _first_identifier(part.resource) if part else None
