"""Appointment and Encounter: when a child is to be seen, and whether it was."""

from dataclasses import replace
from typing import Any, Final

from services.health_gateway.codes import (
    ATTENDANCE,
    ATTENDANCE_SYSTEM,
    DID_NOT_ATTEND,
    EMERGENCY,
    ERS_STATES,
    INPATIENT,
    OUTCOMES_SYSTEM,
    SNOMED,
)
from services.health_gateway.translate.about import About
from services.health_gateway.translate.codings import codings
from services.health_gateway.translate.resources.meaning import (
    END,
    START,
    Meaning,
    Shape,
    one,
    other,
)
from services.health_gateway.translate.resources.records import record_led
from services.health_gateway.translate.subjects import whose
from services.health_gateway.translate.times import age_on, instant, occurred

_ADULT: Final = 18
_NOT_BROUGHT: Final = "appointment.was_not_brought.v1"
_CANCELLED: Final = "appointment.cancelled"
_BY: Final = {"pat": "_by_patient", "pro": "_by_provider"}
"""How HL7's cancellation reasons begin: `pat-fb`, `prov-pers` and the like."""
_HELD: Final = (("start",),)
_SAID: Final = (("meta", "lastUpdated"), ("created",))


def appointment(about: About) -> tuple[Meaning, ...]:
    """Return what an Appointment says."""
    day = day_and_start(about)
    if about.status == "booked":
        moved = Meaning("appointment.rescheduled.v1", data=day, when=_SAID)
        booked = replace(moved, type="appointment.booked.v1", instead=moved)
        return (replace(booked, mark=about.text("start") or ""),)
    if about.status == "waitlist":
        return one("waiting_list.added.v1", "#waiting", when=_SAID)
    if about.status == "fulfilled":
        stated = _attendance(about) or "appointment.attended.v1"
        return one(_of_age(about, day, stated), "#outcome", when=_HELD, **day)
    if about.status == "noshow":
        return one(_of_age(about, day, _NOT_BROUGHT), "#outcome", when=_HELD, **day)
    return _cancelled(about, day) if about.status == "cancelled" else other(about)


def day_and_start(about: About) -> dict[str, Any]:
    """Return the day and the moment for which an appointment stands, if it says so."""
    asked = (
        period.text("start") for period in about.resource.either("requestedPeriod")
    )
    text = about.text("start") or next(filter(None, asked), None)
    said = occurred(text) if text else None
    if said is None:
        return {}
    return {"appointment_on": said.day, "starts_at": instant(said.text)}


def _of_age(about: About, day: dict[str, Any], stated: str) -> str:
    """
    Return what is stated; that somebody did not come by what it is called at their age.

    A child is brought (RCGP safeguarding toolkit: code was not brought). Whose age is
    not known counts as a child: this is about children.
    """
    if stated != _NOT_BROUGHT:
        return stated
    found = whose(about)
    born = found.patient.text("birthDate") if found and found.patient else None
    age = age_on(born, day.get("appointment_on") or about.heard.at[:10])
    adult = age is not None and age >= _ADULT
    return "appointment.did_not_attend.v1" if adult else _NOT_BROUGHT


def _cancelled(about: About, day: dict[str, Any]) -> tuple[Meaning, ...]:
    """Return by whom an appointment was cancelled, where a code says it."""
    stated = _attendance(about) or _ers(about) or _did_not_attend(about)
    if stated and not stated.startswith(_CANCELLED):
        return one(_of_age(about, day, stated), "#outcome", when=_HELD, **day)
    starts = (coding.code[:3] for coding in about.codings("cancelationReason"))
    by = next((_BY[start] for start in starts if start in _BY), "")
    return one(stated or f"{_CANCELLED}{by}.v1", "#cancelled", when=_SAID, **day)


def _ers(about: About) -> str | None:
    """Return what a state of e-RS among the reasons says."""
    codes = (coding.code for coding in about.codings("cancelationReason"))
    return next((ERS_STATES[code] for code in codes if code in ERS_STATES), None)


def _did_not_attend(about: About) -> str | None:
    """Return that nobody came, where SNOMED CT gives that as why it was cancelled."""
    found = about.codings("cancelationReason")
    return _NOT_BROUGHT if (SNOMED, DID_NOT_ATTEND) in found else None


def _attendance(about: About) -> str | None:
    """
    Return what a national attendance code says: 2 to 7.

    The outcome of an attendance is another list, in which 2 and 3 are not absences.
    """
    found = [*about.codings("cancelationReason", "reasonCode")]
    for extension in about.resource.either("extension"):
        found += codings(extension, "valueCodeableConcept", "valueCoding")
    return next(
        (
            ATTENDANCE[coding.code]
            for coding in found
            if _says_attendance(coding.system) and coding.code in ATTENDANCE
        ),
        None,
    )


def _says_attendance(system: str) -> bool:
    """Return whether a code system is of attendance, not of what came of one."""
    name = system.lower()
    return ATTENDANCE_SYSTEM in name and OUTCOMES_SYSTEM not in name


def encounter(about: About) -> tuple[Meaning, ...]:
    """
    Return what an Encounter says; a stay in hospital is no appointment.

    One that names the appointment for which it was says of that how it went: what the
    appointment says of itself takes its place, so that a child is seen once.
    """
    kind = about.text("class", "code") or ""
    if about.status == "triaged":
        return one("referral.triaged.v1", "#triaged", when=START)
    if kind in INPATIENT:
        left = about.resource.node("hospitalization")
        ended = (
            about.status == "finished" and left and left.node("dischargeDisposition")
        )
        return one("referral.discharged.v1", "#discharged") if ended else other(about)
    if kind == EMERGENCY:
        return other(about)
    if about.status == "in-progress":
        return one("assessment.started.v1", "#started", when=START)
    if about.status == "finished":
        booked = booked_for(about)
        return (Meaning("appointment.attended.v1", "#outcome", {}, booked, START),)
    return other(about)


def booked_for(about: About) -> str | None:
    """Return the record of the appointment that an Encounter was, if it names one."""
    if about.kind != "Encounter":
        return None
    return record_led(about, "Appointment", "appointment")


SHAPES: Final = {
    "Appointment": Shape(
        appointment,
        codes=("serviceType", "appointmentType"),
        services=("specialty", "serviceCategory", "reasonCode"),
        reasons=("cancelationReason",),
        facets=("", "#waiting", "#outcome", "#cancelled", "#other"),
    ),
    "Encounter": Shape(
        encounter,
        codes=("type", "serviceType"),
        services=("reasonCode",),
        bodies=("serviceProvider",),
        when=END,
        facets=("#triaged", "#discharged", "#started", "#outcome", "#other"),
    ),
}
