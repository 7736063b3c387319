"""Whom a notice is about, from the parts by which the national services say it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from schemas.identifiers import is_organisation
from services.health_gateway.codes import BAD_VALUE
from services.health_gateway.errors import FhirRefused
from services.health_gateway.translate.codings import codings
from services.health_gateway.translate.nodes import Node, Parts
from services.health_gateway.translate.people import (
    is_nhs_number,
    organisation_of,
    person_of,
    restriction_of,
)

SYSTEM: Final = "https://fhir.nhs.uk/Id/nhs-number"
_NUMBER: Final = re.compile(r"[0-9]{10}", re.ASCII)
_DIRECTORY: Final = re.compile(r"/Organization/([A-Za-z0-9]{2,12})(?:/_history/.*)?")
_DEATH: Final = "DeathNotificationStatus"
_MOST_FORMER: Final = 10
_LARGEST: Final = 900_000
"""Larger numbers are no sequence of one patient's changes, and order by themselves."""
_REMOVED: Final = "U"
"""PDS: 1 informal, 2 formal, U removed."""


def checked(number: str, where: str) -> str:
    """Return *number*; refuses what an NHS number never is."""
    if not _NUMBER.fullmatch(number):
        rule = "An NHS number is ten digits without spaces"
        raise FhirRefused(BAD_VALUE, where, rule=rule)
    return number


def named(
    number: str | None, where: str, said: Mapping[str, Any] = MappingProxyType({})
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the person of an NHS number and what is *said* of them; none without it."""
    if not number:
        return {}, ()
    identifier = {"system": SYSTEM, "value": checked(number, where)}
    members = {k: v for k, v in said.items() if v} | {"identifier": [identifier]}
    person, flags = person_of(Node(members, where, where))
    return person, tuple(sorted(flags))


def numbers_of(patient: Node, *, old: bool = False) -> tuple[str, ...]:
    """Return a patient's NHS numbers: those that hold, or those said to be old."""
    found = [i for i in patient.nodes("identifier") if is_nhs_number(i)]
    return tuple(
        dict.fromkeys(
            checked(value, i.at("value"))
            for i in found
            if (value := i.text("value")) and (i.text("use") == "old") == old
        )
    )


def said_of(
    number: str | None,
    former: Iterable[str],
    where: str,
    said: Mapping[str, Any] = MappingProxyType({}),
) -> dict[str, Any]:
    """Return the person of a number, who had *former* ones before, for a notice."""
    person, doubts = named(number, where, said)
    old = [one for one in dict.fromkeys(former) if one != number]
    if person and old:
        person["former_nhs_numbers"] = old[:_MOST_FORMER]
    return {"person": person, "doubts": doubts, "superseded": bool(old)}


def record_of(parts: Parts, patient: Node) -> dict[str, Any]:
    """Return what a patient's record says beside who it is, for a notice."""
    died, removed = death_of(patient)
    return {
        "restricted": restriction_of(patient),
        "died": died,
        "death_removed": removed,
        "practice": practice_of(parts, patient),
    }


def only_number(patient: Node) -> str | None:
    """Return the NHS number that holds; refuses a patient who has two."""
    current = numbers_of(patient)
    if len(current) > 1:
        rule = "The patient has two NHS numbers; mark the superseded one as old"
        raise FhirRefused(BAD_VALUE, patient.at("identifier"), rule=rule)
    return current[0] if current else None


def names_of(patient: Node) -> list[Any]:
    """Return a patient's names as FHIR has them."""
    return [name.members for name in patient.nodes("name")]


def practice_of(parts: Parts, patient: Node) -> str | None:
    """Return the patient's GP practice; empty where one is named that cannot be told."""
    references = patient.either("generalPractitioner")
    found = (_organisation(parts, reference) for reference in references)
    return next(filter(None, found), "" if references else None)


def _organisation(parts: Parts, reference: Node) -> str | None:
    """Return an organisation of the message, or of the national directory."""
    within = organisation_of(parts, reference)
    named_so = _DIRECTORY.search(reference.text("reference") or "")
    urn = f"urn:ods:{named_so[1].upper()}" if named_so else ""
    return within or (urn if is_organisation(urn) else None)


def death_of(patient: Node) -> tuple[str | None, bool]:
    """Return when a patient died, and whether the national record takes it back."""
    died = patient.text("deceasedDateTime")
    if died is None and patient.members.get("deceasedBoolean") is True:
        died = ""
    removed = any(code == _REMOVED for code in _death_codes(patient))
    return died, removed


def _death_codes(holder: Node) -> Iterator[str]:
    """Yield the codes by which extensions say how sure a death is."""
    for one in holder.nodes("extension"):
        if _DEATH.lower() in (one.text("url") or "").lower():
            yield from (c.code for c in codings(one, "valueCodeableConcept"))
            for inner in one.nodes("extension"):
                yield from (c.code for c in codings(inner, "valueCodeableConcept"))


def flag_codes(flag: Node) -> tuple[str, ...]:
    """Return the codes of a Flag, its category among them."""
    found = dict.fromkeys(c.code for c in codings(flag, "code", "category"))
    return tuple(found)


def order(said: str | None, at: int) -> int:
    """
    Return what orders notices: the sequence number that is said, then the moment.

    *at* is in seconds since 1970, which have ten digits until 2286. NEMS writes a
    sequence number for each patient and event type, or a moment, or both.
    """
    digits = re.search(r"[0-9]{1,15}", said or "", re.ASCII)
    number = int(digits[0]) if digits else 0
    return number if number >= _LARGEST else number * 10**10 + at
