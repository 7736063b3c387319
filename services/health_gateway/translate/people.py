"""Patients and organisations of a message, in the catalogue's words."""

import re
from hashlib import sha256
from typing import Any, Final

from schemas.identifiers import is_organisation, nhs_number_agrees
from services.health_gateway.codes import (
    BAD_VALUE,
    MISSING,
    NHS_NUMBER_SYSTEMS,
    ODS_SYSTEMS,
    RESTRICTED_LABELS,
    UNRESTRICTED,
)
from services.health_gateway.errors import FhirRefused
from services.health_gateway.translate.nodes import Node, Part, Parts

LEFT_OUT: Final = "field-left-out"
_NHS_NUMBER: Final = re.compile(r"[0-9]{10}", re.ASCII)
_FULL_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_LONGEST: Final = 100
"""Characters of a name or a local id, as schemas.events.person has them."""
_MOST_FORMER: Final = 10
_NAME_USES: Final = ("official", "usual", None)
"""Best first; nicknames, maiden and old names come after."""
_LEADS_TO_ORGANISATION: Final = {
    "PractitionerRole": "organization",
    "HealthcareService": "providedBy",
    "Location": "managingOrganization",
}


def person_of(
    patient: Node, own: str | None = None
) -> tuple[dict[str, Any], frozenset[str]]:
    """
    Return the person that *patient* states, and flags about the data's quality.

    *own* is what its sender's references call the patient; it stands for an identifier
    where there is none.
    """
    number = nhs_number(patient)
    local_id = _local_id(patient) or own
    if not (number or local_id):
        rule = "The patient needs an identifier: yours, or the NHS number"
        raise FhirRefused(MISSING, patient.at("identifier"), rule=rule)
    found: dict[str, Any] = {"local_id": local_id, "nhs_number": number}
    family, given = _name(patient)
    born = patient.text("birthDate")
    stated = {"family_name": family, "given_name": given, "date_of_birth": born}
    kept = {name: value for name, value in stated.items() if _is_kept(name, value)}
    flags = {LEFT_OUT} if any(stated[n] for n in stated.keys() - kept.keys()) else set()
    if number and not nhs_number_agrees(number):
        flags.add("nhs-number-check-failed")
    person = {name: value for name, value in (found | kept).items() if value}
    former = _former_numbers(patient, number)
    return person | ({"former_nhs_numbers": former} if former else {}), frozenset(flags)


def restriction_of(patient: Node) -> bool | None:
    """Return whether the patient's record is restricted; None where nothing is said."""
    meta = patient.node("meta")
    labels = {label.text("code") for label in meta.nodes("security")} if meta else set()
    if labels & RESTRICTED_LABELS:
        return True
    return False if UNRESTRICTED in labels else None


def _is_kept(name: str, value: str | None) -> bool:
    """Return whether the catalogue has room for *value*: full dates, shorter names."""
    if not value:
        return False
    if name == "date_of_birth":
        return _FULL_DATE.fullmatch(value) is not None
    return len(value) <= _LONGEST


def _current_identifiers(patient: Node) -> list[Node]:
    """Return the identifiers that have a value and are not said to be old."""
    return [
        identifier
        for identifier in patient.nodes("identifier")
        if identifier.text("value") and identifier.text("use") != "old"
    ]


def is_nhs_number(identifier: Node) -> bool:
    """Return whether *identifier* is said to be an NHS number."""
    return _system(identifier) in NHS_NUMBER_SYSTEMS


def _former_numbers(patient: Node, number: str | None) -> list[str]:
    """Return the NHS numbers that *number* superseded, as the patient's record says."""
    old = (i for i in patient.nodes("identifier") if i.text("use") == "old")
    found = dict.fromkeys(i.text("value") or "" for i in old if is_nhs_number(i))
    good = [one for one in found if _NHS_NUMBER.fullmatch(one) and one != number]
    return good[:_MOST_FORMER] if number else []


def _system(identifier: Node) -> str:
    """Return an identifier's system without its scheme, in lower case."""
    return (identifier.text("system") or "").partition("://")[2].lower()


def nhs_number(patient: Node) -> str | None:
    """Return the patient's NHS number, None for a newborn who has none yet."""
    stated = [i for i in _current_identifiers(patient) if is_nhs_number(i)]
    for identifier in stated:
        if not _NHS_NUMBER.fullmatch(identifier.required("value")):
            rule = "An NHS number is ten digits without spaces"
            raise FhirRefused(BAD_VALUE, identifier.at("value"), rule=rule)
    numbers = {identifier.required("value") for identifier in stated}
    if len(numbers) > 1:
        rule = "The patient has two NHS numbers; mark the superseded one as old"
        raise FhirRefused(BAD_VALUE, patient.at("identifier"), rule=rule)
    return numbers.pop() if numbers else None


def _local_id(patient: Node) -> str | None:
    """Return the sender's own id of the patient: the first that is no NHS number."""
    own = [i for i in _current_identifiers(patient) if not is_nhs_number(i)]
    if not own:
        return None
    return fitting(identifier_text(own[0]))


def fitting(name: str, longest: int = _LONGEST) -> str:
    """
    Return *name*, or its digest where there is no room for it.

    Cut short it might be another's.
    """
    if len(name) <= longest:
        return name
    return f"urn:sha256:{sha256(name.encode()).hexdigest()}"


def identifier_text(identifier: Node) -> str:
    """Return an identifier as `system|value`, as FHIR searches write it."""
    value = identifier.required("value")
    system = identifier.text("system")
    return f"{system}|{value}" if system else value


def _name(patient: Node) -> tuple[str | None, str | None]:
    """Return the family name and first given name of the best name there is."""
    names = sorted(patient.nodes("name"), key=_name_rank)
    if not names:
        return None, None
    given = names[0].members.get("given")
    first = given[0] if isinstance(given, list) and given else None
    text = first.strip() if isinstance(first, str) else None
    return (names[0].text("family") or "").strip() or None, text


def _name_rank(name: Node) -> int:
    """Return how good a name is: 0 is best."""
    use = name.text("use")
    return _NAME_USES.index(use) if use in _NAME_USES else len(_NAME_USES)


def organisation_of(parts: Parts, reference: Node | None) -> str | None:
    """
    Return the organisation that a reference leads to, as `urn:ods:…`.

    None where it leads nowhere, or to more than one.
    """
    if reference is None:
        return None
    logical = reference.node("identifier")
    if logical is not None:
        return ods_urn([logical])
    part = parts.find(reference)
    return _of_part(parts, part) if part else None


def _of_part(parts: Parts, part: Part) -> str | None:
    """Return the organisation that an entry is, works for or is run by."""
    if part.kind == "Organization":
        return ods_urn(list(part.resource.nodes("identifier")))
    if part.kind == "Practitioner":
        roles = _roles_of(parts, part)
        return _of_part(parts, roles[0]) if len(roles) == 1 else None
    onward = part.resource.node(_LEADS_TO_ORGANISATION.get(part.kind, "none"))
    owner = parts.find(onward) if onward else None
    if onward is None or (owner and owner.kind != "Organization"):
        return None
    return organisation_of(parts, onward)


def _roles_of(parts: Parts, practitioner: Part) -> list[Part]:
    """Return the roles that the message gives a practitioner."""
    return [
        part
        for part in parts.all
        if part.kind == "PractitionerRole"
        and (person := part.resource.node("practitioner"))
        and parts.find(person) == practitioner
    ]


def ods_urn(identifiers: list[Node]) -> str | None:
    """Return the one organisation that the best ODS identifiers name."""
    for system in ODS_SYSTEMS:
        codes = {i.text("value") for i in identifiers if _system(i) == system}
        urns = {f"urn:ods:{(code or '').strip().upper()}" for code in codes}
        if urns:
            urn = urns.pop()
            return urn if not urns and is_organisation(urn) else None
    return None
