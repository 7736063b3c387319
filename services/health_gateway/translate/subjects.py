"""
Whom a resource is about.

By the patient that came with it; else by what its sender's reference calls the patient;
else by another record of that sender's, whose person it shares (design §3).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from schemas.identifiers import nhs_number_agrees
from services.health_gateway.translate.about import About
from services.health_gateway.translate.nodes import Node, conditional
from services.health_gateway.translate.people import (
    identifier_text,
    nhs_number,
    person_of,
)

_SUBJECTS: Final = ("subject", "patient", "for", "beneficiary", "individual", "source")
_FOLLOWED: Final = (
    *("focus", "basedOn", "replaces", "partOf", "about", "encounter", "episodeOfCare"),
    *("appointment", "referralRequest", "incomingReferral", "questionnaireResponse"),
)
_IN_CONTEXT: Final = ("encounter", "related")
"""Of DocumentReference.context, which R4 makes an object of its own."""
_RECORDS: Final = frozenset(
    {
        *(
            "Appointment",
            "CarePlan",
            "ClinicalImpression",
            "Communication",
            "Composition",
        ),
        *(
            "CommunicationRequest",
            "Condition",
            "Consent",
            "DiagnosticReport",
            "Encounter",
        ),
        *(
            "DocumentReference",
            "EpisodeOfCare",
            "Flag",
            "Goal",
            "Observation",
            "Patient",
        ),
        *("MedicationRequest", "Procedure", "QuestionnaireResponse", "ReferralRequest"),
        *("RequestGroup", "ServiceRequest", "Task"),
    }
)
"""Types of which each record is about one patient."""
_DEEPEST: Final = 3
_LONGEST: Final = 100
"""Characters of an id of a person (schemas.events.person)."""
_MOST_NAMES: Final = 10
_OURS: Final = "/FHIR/R4/"


@dataclass(frozen=True, slots=True)
class Whose:
    """The person that a resource is about, as its sender knows them."""

    person: dict[str, Any] = field(repr=False)
    patient: Node | None = field(default=None, repr=False)
    """The Patient resource, where it came."""
    flags: frozenset[str] = frozenset()


def whose(about: About) -> Whose | None:
    """Return whom *about* speaks of; None where it names no patient and no record."""
    found = _whose(about, 0)
    return _named(found, about.part.named) if found else None


def _whose(about: About, depth: int) -> Whose | None:
    """Return whom it is about, following at most `_DEEPEST` records."""
    if about.kind == "Patient":
        return _patient(about)
    for reference in _subjects(about.resource):
        found = _by_reference(about, reference)
        if found:
            return found
    return _by_records(about, depth) if depth < _DEEPEST else None


def _subjects(resource: Node) -> Iterator[Node]:
    """Yield the references by which a resource may name its patient."""
    for name in _SUBJECTS:
        yield from resource.either(name)
    for participant in resource.either("participant"):
        yield from participant.either("actor")


def _by_reference(about: About, reference: Node) -> Whose | None:
    """Return the patient that a reference names; None where it is not a patient."""
    part = about.parts.find(reference)
    if part is not None:
        return _patient(about.of(part)) if part.kind == "Patient" else None
    own = _own(reference)
    searched = conditional(own) if own else None
    if searched:
        return _searched(reference, *searched)
    kind = reference.text("type") or _kind(own)
    logical = reference.node("identifier")
    if (kind not in {None, "Patient"}) or not (own or logical):
        return None
    if kind is None and logical is None:
        return None
    return _bare(own, logical, reference)


def _searched(reference: Node, kind: str, system: str, value: str) -> Whose | None:
    """Return the patient whom a conditional reference names by an identifier."""
    if kind != "Patient":
        return None
    said = {"system": system, "value": value} if system else {"value": value}
    return _bare(None, Node(said, reference.at("reference"), reference.root), reference)


def _bare(own: str | None, logical: Node | None, reference: Node) -> Whose | None:
    """Return a patient of whom only a reference or a number is said."""
    number = local = None
    if logical is not None and logical.text("value"):
        holder = Node({"identifier": [logical.members]}, reference.path, reference.root)
        number = nhs_number(holder)
        local = None if number else _short(identifier_text(logical))
    names = [name for name in (local, own) if name]
    person: dict[str, Any] = {}
    if names:
        person["local_id"] = names[0]
    if number:
        person["nhs_number"] = number
    if names[1:]:
        person["other_ids"] = names[1:]
    bad = number and not nhs_number_agrees(number)
    flags = frozenset({"nhs-number-check-failed"} if bad else ())
    return Whose(person, flags=flags) if person else None


def _patient(about: About) -> Whose:
    """
    Return the patient that came, and what references call it.

    One without any identifier is a person of its own, under a name of its message's.
    """
    part = about.part
    own = _plain(part.named) if part.named else None
    person, flags = person_of(part.resource, own or _within_message(about))
    if own and person.get("local_id") != own:
        person["other_ids"] = [own]
    return Whose(person, part.resource, flags)


def _within_message(about: About) -> str:
    """Return what only this message calls a patient: an address, an id, or a place."""
    part = about.part
    own = part.full_url or part.resource.text("id") or str(part.place)
    return _short(
        own if own.startswith("urn:") else f"{about.heard.message}/{own}"
    ) or (about.heard.message)


def _by_records(about: About, depth: int) -> Whose | None:
    """Return the person of a record that *about* continues."""
    for reference in _followed(about.resource):
        part = about.parts.find(reference)
        if part is not None and part.resource.path != about.resource.path:
            found = _whose(about.of(part), depth + 1)
            if found:
                return found
        own = None if part is not None else _own(reference)
        if own and _kind(own) in _RECORDS:
            return Whose({"local_id": own})
    return None


def _followed(resource: Node) -> Iterator[Node]:
    """Yield the references to records that a resource continues."""
    for name in _FOLLOWED:
        yield from resource.either(name)
    for context in resource.either("context"):
        yield context
        for name in _IN_CONTEXT:
            yield from context.either(name)


def _named(found: Whose, record: str | None) -> Whose:
    """Return *found*, by whom the record's own name leads to the person as well."""
    known = found.person.get("local_id")
    others = list(found.person.get("other_ids", ()))
    if record and record not in {known, *others} and len(record) <= _LONGEST:
        others.append(record)
    person = (
        {**found.person, "other_ids": others[:_MOST_NAMES]} if others else found.person
    )
    return Whose(person, found.patient, found.flags)


def _own(reference: Node) -> str | None:
    """Return what a reference calls a record, without its version."""
    said = reference.text("reference")
    return _plain(said) if said and not said.startswith("#") else None


def _plain(said: str) -> str | None:
    """Return a reference without a version, relative where it is to this service."""
    name = said.split("/_history/", maxsplit=1)[0]
    return _short(name.rpartition(_OURS)[2] if _OURS in name else name)


def _short(name: str) -> str | None:
    """Return *name* if it fits an id."""
    return name if 0 < len(name) <= _LONGEST else None


def _kind(own: str | None) -> str | None:
    """Return the type of record that a reference names, if it says so."""
    if own is None or own.startswith("urn:"):
        return None
    *_, kind, _own_id = ("", *own.split("/"))
    return kind or None
