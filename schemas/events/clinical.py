"""Assessments, diagnoses, provision, and flags about a child's safety and needs."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.days import Day
from schemas.events.health import Code, Coded
from schemas.identifiers import Organisation


class AssessmentStarted(Coded):
    """A clinical assessment began. Ends the 18-week wait."""

    started_on: Day | None = None


class AssessmentCompleted(Coded):
    """A clinical assessment was completed. Ends the 18-week wait."""

    completed_on: Day | None = None
    outcome: Code | None = None
    outcome_system: Code | None = None
    weeks_waited: Annotated[int, Field(ge=0, le=2000)] | None = None


class DiagnosisRecorded(Coded):
    """A diagnosis was made or is suspected. FHIR Condition, active."""

    certainty: Literal["confirmed", "suspected"] | None = None
    recorded_on: Day | None = None


class DiagnosisRuledOut(Coded):
    """A diagnosis was ruled out. FHIR Condition.verificationStatus `refuted`."""

    ruled_out_on: Day | None = None


class ProvisionStarted(Coded):
    """Help for the child began. FHIR CarePlan `active`."""

    started_on: Day | None = None
    provided_by: Organisation | None = None


class ProvisionChanged(Coded):
    """Help for the child changed. A later version of a FHIR CarePlan."""

    changed_on: Day | None = None
    provided_by: Organisation | None = None


class ProvisionEnded(Coded):
    """Help for the child ended. FHIR CarePlan `completed` or `revoked`."""

    ended_on: Day | None = None
    provided_by: Organisation | None = None


class SafeguardingFlagRaised(Coded):
    """A safeguarding flag is set. FHIR Flag `active`, category SG."""

    raised_on: Day | None = None


class SafeguardingFlagCleared(Coded):
    """A safeguarding flag no longer holds. FHIR Flag `inactive`, category SG."""

    cleared_on: Day | None = None


class ReasonableAdjustmentChanged(Coded):
    """What must be done differently for the child changed (Equality Act 2010 s.20)."""

    status: Code | None = None
    """FHIR Flag.status."""
    changed_on: Day | None = None
