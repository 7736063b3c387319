"""Flags and patients: what must be known of a child, and who the child is."""

from typing import Final

from services.health_gateway.codes import NO_CONCERN, SAFEGUARDING
from services.health_gateway.translate.about import About
from services.health_gateway.translate.codings import coded
from services.health_gateway.translate.nodes import Node
from services.health_gateway.translate.people import is_nhs_number
from services.health_gateway.translate.resources.meaning import (
    Meaning,
    Shape,
    one,
    other,
)
from services.health_gateway.translate.times import occurred

_SAFEGUARDING: Final = "SG"
_ADJUSTMENT: Final = "RA"
"""Categories of BaRS, flag-categories-bars."""
_ADJUSTMENT_SYSTEMS: Final = ("reasonable-adjustment", "reasonableadjustment")
_NATIONAL_FLAG: Final = "NRAF"
"""The national reasonable adjustment flag, as MNS calls it."""


def flag(about: About) -> tuple[Meaning, ...]:
    """Return what a Flag says."""
    categories = coded(about.codings("category"))
    codes = coded(about.codings("code"))
    if _SAFEGUARDING in categories or codes & SAFEGUARDING:
        cleared = about.status == "inactive" or NO_CONCERN in codes
        word = "cleared" if cleared else "raised"
        return one(f"safeguarding.flag_{word}.v1")
    systems = {c.system.lower() for c in about.codings("category", "code")}
    adjusts = any(part in system for system in systems for part in _ADJUSTMENT_SYSTEMS)
    if _ADJUSTMENT in categories or _NATIONAL_FLAG in categories | codes or adjusts:
        return one("reasonable_adjustment.changed.v1", status=about.status or None)
    return other(about)


def patient(about: About) -> tuple[Meaning, ...]:
    """Return what a Patient says: particulars, another NHS number, or a death."""
    died = about.resource.members.get("deceasedBoolean") is True
    if died or about.text("deceasedDateTime"):
        said = occurred(about.text("deceasedDateTime") or "")
        day = said.day if said and said.precision != "by" else None
        return one("person.died.v1", "#died", died_on=day)
    if _superseded(about.resource):
        return one("nhs_number.changed.v1", "#nhs-number")
    return one("demographics.changed.v1")


def _superseded(resource: Node) -> bool:
    """Return whether an NHS number is marked as old beside the one that holds."""
    numbers = [i for i in resource.nodes("identifier") if is_nhs_number(i)]
    uses = {number.text("use") == "old" for number in numbers if number.text("value")}
    return uses == {True, False}


SHAPES: Final = {
    "Flag": Shape(
        flag,
        bodies=("author",),
        when=(("period", "start"),),
    ),
    "Patient": Shape(
        patient,
        codes=(),
        when=(("deceasedDateTime",),),
        facets=("", "#died", "#nhs-number", "#other"),
    ),
}
