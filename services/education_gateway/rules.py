"""What is doubtful about an event that is taken in, and what it would start. Pure."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from schemas.events.coded import carried_of, expected_of, lists_of
from schemas.events.person import EventData, Person
from schemas.identifiers import (
    la_code_known,
    nhs_number_agrees,
    uln_agrees,
    upn_agrees,
    upn_council,
)


class Doubt(NamedTuple):
    """One thing that is doubtful."""

    flag: str | None
    """Travels with the event: a hyphenated word. None: only the sender is told."""
    where: str
    """JSON pointer from the event's root."""
    rule: str
    """What is amiss, never the value."""


def doubts(data: EventData, occurred: date) -> list[Doubt]:
    """Return what is doubtful about *data* of something that occurred on that day."""
    return [*of_person(data.person), *_of_codes(data, occurred), *_absent(data)]


def missing(data: EventData) -> Iterator[tuple[str, str]]:
    """Yield member and rule of what every event of the type must carry and this does not."""
    for names in carried_of(type(data)):
        if all(getattr(data, name) in (None, ()) for name in names):
            others = f": this, or {' or '.join(names[1:])}" if names[1:] else ""
            yield names[0], f"is required of this type{others}"


def unborn(person: Person, on: date) -> Iterator[tuple[str, str]]:
    """Yield member and rule where *person* would be born after *on*."""
    if person.date_of_birth and person.date_of_birth > on:
        rule = "lies in the future; leave it out, or correct the year"
        yield "person/date_of_birth", rule


def ahead(data: EventData, on: date | None) -> Iterator[Doubt]:
    """Yield what was received after *on*, the latest day that has begun."""
    received = getattr(data, "received_on", None)
    if on and received and received > on:
        rule = "lies in the future: a clock may run from a day that has not come"
        yield Doubt(None, "/data/received_on", rule)


def of_person(person: Person) -> Iterator[Doubt]:
    """Yield what is doubtful about the identifiers of *person*."""
    numbers = [("nhs_number", person.nhs_number)] if person.nhs_number else []
    former = person.former_nhs_numbers
    numbers += [(f"former_nhs_numbers/{n}", one) for n, one in enumerate(former)]
    for where, number in numbers:
        if not nhs_number_agrees(number):
            yield _check("nhs-number", where, "digit")
    upns = [("upn", person.upn)] if person.upn else []
    upns += [(f"former_upns/{n}", upn) for n, upn in enumerate(person.former_upns)]
    for where, upn in upns:
        if not upn_agrees(upn):
            yield _check("upn", where, "letter")
        elif not la_code_known(upn_council(upn)):
            rule = "names no known local authority"
            yield Doubt("upn-council-unknown", f"/data/person/{where}", rule)
    if person.uln and not uln_agrees(person.uln):
        yield _check("uln", "uln", "digit")


def _check(what: str, where: str, kind: str) -> Doubt:
    """Return the doubt about a number whose check digit or letter is wrong."""
    rule = f"check {kind} does not agree; it links nobody"
    return Doubt(f"{what}-check-failed", f"/data/person/{where}", rule)


def _of_codes(data: EventData, occurred: date) -> Iterator[Doubt]:
    """Yield the codes that were no longer in use, or that an open list does not have."""
    for name, codes in lists_of(type(data)).items():
        held = getattr(data, name)
        for code in held if isinstance(held, tuple) else (held,):
            if code is None:
                continue
            if code not in codes.codes:
                rule = f"is no code of {codes.system}"
                yield Doubt("unknown-code", f"/data/{name}", rule)
            elif codes.retired(code, occurred):
                rule = f"is a retired code of {codes.system}"
                yield Doubt("retired-code", f"/data/{name}", rule)


def _absent(data: EventData) -> Iterator[Doubt]:
    """Yield the members that are missing and that whoever knows them should send."""
    absent = [n for n in expected_of(type(data)) if getattr(data, n) in (None, ())]
    for name in (*absent, *(member for member, _ in missing(data))):
        yield Doubt(None, f"/data/{name}", "is expected of whoever knows it")
