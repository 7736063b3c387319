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
from services.health_gateway.translate.nodes import Node, conditional, logical, type_of
from services.health_gateway.translate.people import (
    fitting,
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
_MOST_NAMES: Final = 10
_MOST_IDENTIFIERS: Final = 2
"""Of a record, by which others may name it."""
_USUAL: Final = {
    **dict.fromkeys(
        ("focus", "basedOn", "referralRequest", "incomingReferral"), "ServiceRequest"
    ),
    "encounter": "Encounter",
    "episodeOfCare": "EpisodeOfCare",
    "appointment": "Appointment",
    "questionnaireResponse": "QuestionnaireResponse",
}
"""
What a member leads to that names a record by identifier and not its type; any other
leads to another of its own type.
"""
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
    return with_names(found, about) if found else None


def _whose(about: About, depth: int) -> Whose | None:
    """Return whom it is about, following at most `_DEEPEST` records."""
    if about.kind == "Patient":
        return _patient(about)
    if about.kind == "MessageHeader":
        return None
    for reference in _subjects(about.resource):
        found = _by_reference(about, reference)
        if found:
            return found
    return _by_records(about, depth) if depth < _DEEPEST else None


def _subjects(resource: Node) -> Iterator[Node]:
    """Yield the references by which a resource may name its patient."""
    for name in _SUBJECTS:
        yield from resource.objects(name)
    for participant in resource.objects("participant"):
        yield from participant.objects("actor")


def _by_reference(about: About, reference: Node) -> Whose | None:
    """Return the patient that a reference names; None where it is not a patient."""
    part = about.parts.find(reference)
    if part is not None:
        return _patient(about.of(part)) if part.kind == "Patient" else None
    own = _own(reference)
    searched = conditional(own) if own else None
    if searched:
        return _searched(reference, *searched)
    kind = type_of(reference) or _kind(own)
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
        local = None if number else identifier_text(logical)
    names = [fitting(name) for name in (local, own) if name]
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
    own = fitting(_plain(part.named)) if part.named else None
    person, flags = person_of(part.resource, own or _within_message(about))
    if own and person.get("local_id") != own:
        person["other_ids"] = [own]
    return Whose(person, part.resource, flags)


def _within_message(about: About) -> str:
    """Return what only this message calls a patient: an address, an id, or a place."""
    part = about.part
    own = part.full_url or part.resource.text("id") or str(part.place)
    return fitting(own if own.startswith("urn:") else f"{about.heard.message}/{own}")


def _by_records(about: About, depth: int) -> Whose | None:
    """Return the person of a record that *about* continues."""
    for member, reference in _followed(about.resource):
        part = about.parts.find(reference)
        if part is not None and part.resource.path != about.resource.path:
            found = _whose(about.of(part), depth + 1)
            if found:
                return found
        came = part is not None and not logical(reference)
        found = None if came else _by_name(about, member, reference)
        if found:
            return found
    return None


def _by_name(about: About, member: str, reference: Node) -> Whose | None:
    """Return the person of a record that did not come, by what its sender calls it."""
    own = _own(reference)
    searched = conditional(own) if own else None
    named = searched[1:] if searched else logical(reference)
    if named is None:
        known = own and _kind(own) in _RECORDS
        return Whose({"local_id": fitting(own)}) if own and known else None
    kind = searched[0] if searched else type_of(reference)
    kind = kind or _USUAL.get(member, about.kind)
    if kind == "Patient":
        return _by_reference(about, reference)
    if kind not in _RECORDS or not all(named):
        return None
    return Whose({"local_id": fitting(f"{kind}|{'|'.join(named)}")})


def _followed(resource: Node) -> Iterator[tuple[str, Node]]:
    """Yield the references to records that a resource continues, each with its member."""
    for name in _FOLLOWED:
        for one in resource.objects(name):
            yield name, one
    for context in resource.objects("context"):
        yield "encounter", context
        for name in _IN_CONTEXT:
            for one in context.objects(name):
                yield name, one


def with_names(found: Whose, about: About) -> Whose:
    """
    Return *found*, by whom the names of the record *about* lead to the person as well.

    Its address, where that holds beyond its message, and its own identifiers.
    """
    known = [found.person.get("local_id"), *found.person.get("other_ids", ())]
    own = (fitting(name) for name in (about.part.named, *_identified(about)) if name)
    new = (name for name in own if name not in known)
    others = [n for n in known[1:] if n] + list(dict.fromkeys(new))
    if not others:
        return found
    person = {**found.person, "other_ids": others[:_MOST_NAMES]}
    return Whose(person, found.patient, found.flags)


def _identified(about: About) -> Iterator[str]:
    """Yield what references by identifier call a record that is about one patient."""
    if about.kind not in _RECORDS - {"Patient"}:
        return
    for identifier in about.resource.either("identifier")[:_MOST_IDENTIFIERS]:
        if identifier.text("system") and identifier.text("value"):
            yield f"{about.kind}|{identifier_text(identifier)}"


def _own(reference: Node) -> str | None:
    """Return what a reference calls a record, without its version."""
    said = reference.text("reference")
    return _plain(said) or None if said and not said.startswith("#") else None


def _plain(said: str) -> str:
    """Return a reference without a version, relative where it is to this service."""
    name = said.split("/_history/", maxsplit=1)[0]
    return name.rpartition(_OURS)[2] if _OURS in name else name


def _kind(own: str | None) -> str | None:
    """Return the type of record that a reference names, if it says so."""
    if own is None or own.startswith("urn:"):
        return None
    *_, kind, _own_id = ("", *own.split("/"))
    return kind or None
