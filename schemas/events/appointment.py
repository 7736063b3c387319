"""Appointments: booked, moved, cancelled, kept or not."""

from pydantic import AwareDatetime

from schemas.days import Day
from schemas.events.health import Code, Coded, Reasoned


class AppointmentBooked(Coded):
    """An appointment was made, or moved to another time. FHIR Appointment `booked`."""

    appointment_on: Day | None = None
    """Day on which the child is to be seen."""
    starts_at: AwareDatetime | None = None


class AppointmentCancelled(Reasoned):
    """
    An appointment will not take place. FHIR Appointment `cancelled`.

    Source of codes: NHS Data Dictionary, ATTENDED OR DID NOT ATTEND CODE: 2 by the
    patient, 4 by the provider.
    """

    appointment_on: Day | None = None


class AppointmentWasNotBrought(Reasoned):
    """
    A child under 18 was not brought to an appointment (FHIR `noshow`).

    A reason for late advice under SEND Regulations 2014 reg. 8(2), for a person to
    record; it never changes a clock by itself.
    """

    appointment_on: Day | None = None


class AppointmentDidNotAttend(Reasoned):
    """Somebody of 18 or over did not come to an appointment (FHIR `noshow`)."""

    appointment_on: Day | None = None


class AppointmentAttended(Coded):
    """
    The child was seen. FHIR Appointment `fulfilled` or Encounter `finished`.

    Ends the 18-week wait. Source of codes: NHS Data Dictionary, ATTENDED OR DID NOT
    ATTEND CODE 5 and 6; UK Core, outcome of attendance.
    """

    attended_on: Day | None = None
    outcome: Code | None = None
    outcome_system: Code | None = None
