"""Concerns, referrals and waits: how the health side of the catalogue begins."""

from typing import Annotated

from pydantic import StringConstraints

from schemas.days import Day
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
    parent_informed_on: Day | None = None


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
    reason: Code | None = None
    """Why, as the sender coded it: suspected autism, a primary reason for referral."""
    reason_system: Code | None = None


class Coded(EventData):
    """What a clinical record is about: our name of the service, and the code given."""

    service: Code | None = None
    """Which service: `community-paediatrics`, `camhs`, `slt`, `ot`, `physio`."""
    code: Code | None = None
    """As the sender coded it."""
    code_system: Code | None = None


class Reasoned(Coded):
    """Something that has a reason, as a code."""

    reason: Code | None = None
    reason_system: Code | None = None


class ReferralAccepted(Coded):
    """The service took the referral on. FHIR Task.status `accepted`."""

    accepted_by: Organisation | None = None


class ReferralRejected(Reasoned):
    """
    The service did not take the referral on. FHIR Task.status `rejected`.

    Source of reasons: NHS Data Dictionary, REFERRAL REJECTION REASON: 01 duplicate, 02
    inappropriate, 03 incomplete.
    """

    rejected_by: Organisation | None = None


class ReferralReturned(Reasoned):
    """The referral went back to the referrer with advice (e-RS `TRIAGE_RESPONSE`)."""

    returned_by: Organisation | None = None


class ReferralTriaged(Coded):
    """The service has looked at the referral. FHIR Task.status `in-progress`."""

    outcome: Code | None = None
    outcome_system: Code | None = None
    priority: Code | None = None


class ReferralInfoRequested(Reasoned):
    """The service asks for more before it decides. FHIR Task.status `on-hold`."""

    asked_of: Organisation | None = None


class ReferralCancelled(Reasoned):
    """The referral was revoked. BaRS `servicerequest-request`/`update`, `revoked`."""


class ReferralDischarged(Reasoned):
    """The service's care ended. FHIR EpisodeOfCare.status `finished`."""

    discharged_on: Day | None = None
    discharged_by: Organisation | None = None


class ReferralMoved(Reasoned):
    """Care goes on elsewhere: with another trust, or with a service for adults."""

    referred_by: Organisation | None = None
    referred_to: Organisation | None = None


class WaitingListAdded(Coded):
    """The child waits for a service. FHIR EpisodeOfCare.status `waitlist`."""

    added_on: Day | None = None


class WaitingListRemoved(Reasoned):
    """The child no longer waits, whether seen or not."""

    removed_on: Day | None = None


class Unclassified(EventData):
    """
    A health record that none of the catalogue's types says.

    Carries what kind of record it is and what became of it, never its clinical content.
    """

    resource_type: Code
    """Of FHIR R4: `Observation` and the like."""
    status: Code | None = None
    classification: Code | None = None
    """`other`: a message whose combination of words BaRS does not define."""
    event: Code | None = None
    """Of the message that brought it."""
    reason: Code | None = None
