"""Referrals, waits, appointments and assessments: the health side of the catalogue."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from schemas.events.person import EventData
from schemas.identifiers import Organisation

Code = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/|#-]{0,79}$")
]
"""A code, with its code system in the member beside it. Never words."""


class ConcernRaised(EventData):
    """
    Someone who works with the child says that they may have a special need.

    Source: Children and Families Act 2014 s.23; early years foundation stage.
    """

    concern: Code | None = None
    concern_system: Code | None = None
    raised_with: Organisation | None = None
    parent_informed_on: date | None = None


class ReferralReceived(EventData):
    """
    An agency asked a service to take responsibility for a need.

    Source: BaRS `servicerequest-request`/`new`. Starts the 18-week wait.
    """

    service: Code | None = None
    """Which service: `community-paediatrics`, `camhs`, `slt`, `ot`, `physio`."""
    code: Code | None = None
    code_system: Code | None = None
    referred_by: Organisation | None = None
    referred_to: Organisation | None = None
    priority: Code | None = None


class ReferralAccepted(EventData):
    """The service took the referral on. FHIR Task.status `accepted`."""

    service: Code | None = None
    accepted_by: Organisation | None = None


class ReferralCancelled(EventData):
    """The referral was revoked. BaRS `servicerequest-request`/`update`, `revoked`."""

    service: Code | None = None
    reason: Code | None = None


class WaitingListAdded(EventData):
    """The child waits for a service. FHIR EpisodeOfCare.status `waitlist`."""

    service: Code | None = None
    added_on: date | None = None


class AppointmentWasNotBrought(EventData):
    """
    A child under 18 was not brought to an appointment (FHIR `noshow`).

    A reason for late advice under SEND Regulations 2014 reg. 8(2), for a person to
    record; it never changes a clock by itself.
    """

    service: Code | None = None
    appointment_on: date | None = None


class AssessmentCompleted(EventData):
    """A clinical assessment was completed. Ends the 18-week wait."""

    service: Code | None = None
    completed_on: date | None = None
    outcome: Code | None = None
    outcome_system: Code | None = None
    weeks_waited: Annotated[int, Field(ge=0, le=2000)] | None = None
