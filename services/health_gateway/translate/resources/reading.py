"""A resource to statements: what it means, of whom, when, and with which codes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from pydantic import ValidationError

from schemas.events import CATALOGUE
from schemas.statement import IN_PASSING, Mark, Statement
from services.health_gateway.codes import BAD_VALUE, PRIORITIES
from services.health_gateway.errors import FhirRefused
from services.health_gateway.translate.about import About
from services.health_gateway.translate.codings import Coding, as_code, codings
from services.health_gateway.translate.nodes import Node
from services.health_gateway.translate.people import (
    LEFT_OUT,
    organisation_of,
    restriction_of,
)
from services.health_gateway.translate.resources.meaning import (
    BODIES,
    DAYS,
    UNCLASSIFIED,
    Meaning,
    Shape,
    other,
)
from services.health_gateway.translate.resources.modifiers import MODIFIED, is_modified
from services.health_gateway.translate.resources.records import (
    BEYOND,
    correlation_of,
    is_beyond,
    moment_of,
    record_of,
    sensitivity,
    version_of,
    when,
)
from services.health_gateway.translate.resources.reversing import reversal_of
from services.health_gateway.translate.resources.shapes import ELSE, SHAPES
from services.health_gateway.translate.resources.taking_back import (
    is_withdrawn,
    withdrawals,
)
from services.health_gateway.translate.subjects import Whose, whose
from services.health_gateway.translate.times import Occurred

_REASON: Final = "reasonCode"
"""Why a referral is made, in R4."""


def statements(about: About) -> tuple[Statement, ...]:
    """
    Return what a resource says happened; nothing where it is about no patient.

    Raises FhirRefused for what cannot be said of anyone.
    """
    shape = SHAPES.get(about.kind, ELSE)
    if is_withdrawn(about.resource):
        return withdrawals(about)
    found = whose(about)
    if found is None:
        return ()
    own, meant = (record_of(about), version_of(about)), meanings(about, shape)
    reversal = reversal_of(about, shape, meant, own)
    said = (
        stated(
            about, shape, found, one, (one.record, IN_PASSING) if one.record else own
        )
        for one in meant
    )
    return tuple(replace(one, reversal=reversal) for one in said)


def meanings(about: About, shape: Shape) -> tuple[Meaning, ...]:
    """Return what a resource means; nothing is made of one that says to read it otherwise."""
    return other(about) if is_modified(about.resource) else shape.decide(about)


def stated(
    about: About,
    shape: Shape,
    found: Whose,
    meant: Meaning,
    said_of: tuple[str, int],
) -> Statement:
    """
    Return one statement about *found*, of the record and version that *said_of* names.

    A record that is only spoken of in passing has the lowest version: what it says of
    itself takes its place.
    """
    happened = when(about, meant.when or shape.when)
    record, version = said_of
    data, left_out = _chosen(_data(about, shape, meant, happened), meant.type)
    _check(meant.type, found.person, data, about.resource)
    flags = found.flags | ({LEFT_OUT} if left_out else set())
    if is_beyond(about, meant.when or shape.when):
        flags |= {BEYOND}
    if meant.type == UNCLASSIFIED and is_modified(about.resource):
        flags |= {MODIFIED}
    return Statement(
        place=about.part.place,
        type=meant.type,
        occurred=happened.text,
        occurredprecision=happened.precision,
        sourcerecord=record + meant.facet,
        sourceversion=version,
        whole=record,
        moment=moment_of(about),
        person=found.person,
        data=data,
        correlationid=about.heard.correlation or correlation_of(about),
        sensitivity=sensitivity(meant.type, about.resource, found.patient),
        restricted=restriction_of(found.patient) if found.patient else None,
        in_passing=meant.record is not None,
        mark=_mark(about, shape, found, meant, said_of),
        flags=tuple(sorted(flags)),
    )


def _mark(
    about: About,
    shape: Shape,
    found: Whose,
    meant: Meaning,
    said_of: tuple[str, int],
) -> Mark | None:
    """Return what a later version is compared with, and what it means then."""
    if meant.mark is None:
        return None
    other = meant.instead
    instead = stated(about, shape, found, other, said_of) if other else None
    return Mark(said_of[0], meant.mark, instead, meant.only_after)


def _chosen(said: Mapping[str, Any], type_name: str) -> tuple[dict[str, Any], bool]:
    """Return what the type has room for, and whether something stated is left out."""
    known = CATALOGUE[type_name].data.model_fields
    wanted = {name: value for name, value in said.items() if name in known}
    data = {name: value for name, value in wanted.items() if value not in (None, "")}
    return data, "" in wanted.values()


def _data(
    about: About, shape: Shape, meant: Meaning, happened: Occurred
) -> dict[str, Any]:
    """Return all that may be said, for the type to choose from; empty: left out."""
    said: dict[str, Any] = {**_coded(about, shape)}
    said |= _first(about.codings(*shape.reasons), "reason")
    said |= _first(about.codings(*shape.outcomes), "outcome")
    if meant.type == "referral.received.v1":
        said |= _first(about.codings(_REASON), "reason")
    said |= _bodies(about, shape, meant.type)
    if meant.type in DAYS:
        said[DAYS[meant.type]] = happened.day
    return said | {
        name: value for name, value in meant.data.items() if value is not None
    }


def _coded(about: About, shape: Shape) -> dict[str, str | None]:
    """Return our name of the service, and the code that its sender gave."""
    heard = about.heard
    own = about.codings(*shape.codes)
    every = (*own, *about.codings(*shape.services), *_near(about))
    reasons = about.codings(_REASON) if _REASON in shape.services else ()
    tables = heard.tables
    service = tables.service(heard.sender, every) or tables.service_for(
        heard.sender, reasons
    )
    by_service = service[1] if service and (service[1] in own or not own) else None
    chosen = by_service or next(iter(own), None)
    said = about.resource.members.get("priority")
    priority = said if isinstance(said, str) else None
    known = priority if priority in PRIORITIES else ""
    return {
        "service": service[0] if service else None,
        "code": as_code(chosen.code) if chosen else None,
        "code_system": as_code(chosen.system or None) if chosen else None,
        "priority": known if priority else None,
    }


def _near(about: About) -> Iterator[Coding]:
    """Yield the codes by which what a resource points at names a service."""
    for part in about.near:
        if part.kind in {"HealthcareService", "PractitionerRole"}:
            yield from codings(part.resource, "type", "specialty", "identifier")
        elif part.kind in SHAPES and part.kind != "Patient":
            shape = SHAPES[part.kind]
            yield from codings(part.resource, *shape.codes, *shape.services)
    for participant in about.resource.either("participant"):
        for actor in participant.either("actor"):
            found = about.parts.find(actor)
            if found and found.kind == "HealthcareService":
                yield from codings(found.resource, "type", "specialty", "identifier")


def _first(found: Sequence[Coding], name: str) -> dict[str, str | None]:
    """Return the first code as *name*, with its system."""
    chosen = next(iter(found), None)
    if chosen is None:
        return {}
    return {
        name: as_code(chosen.code),
        f"{name}_system": as_code(chosen.system or None),
    }


def _bodies(about: About, shape: Shape, type_name: str) -> dict[str, str | None]:
    """Return who did it, and who referred; empty where what is stated leads nowhere."""
    asker = about.resource.node("requester")
    references = tuple(about.references(*shape.bodies))
    found = (organisation_of(about.parts, reference) for reference in references)
    did = next(filter(None, found), "" if references else None)
    said = {BODIES.get(type_name, "body"): did} if type_name in BODIES else {}
    by = organisation_of(about.parts, asker) if asker else None
    return said | {"referred_by": by or ("" if asker else None)}


def _check(
    name: str, person: Mapping[str, Any], data: Mapping[str, Any], resource: Node
) -> None:
    """Refuse what the catalogue would not take."""
    try:
        CATALOGUE[name].data.model_validate({"person": person, **data})
    except ValidationError:
        rule = "This cannot be said in the event catalogue's words"
        raise FhirRefused(BAD_VALUE, resource.path, rule=rule) from None
