"""
Children's social care, mirrored for reading: that it is involved, since when, and whom
to ask. Never why.

Source: DfE children in need and children looked after censuses.
"""

from typing import Annotated, Final, Literal

from schemas.days import Day
from schemas.events.coded import EXPECTED
from schemas.events.ehcna import Pointer
from schemas.events.entry_type import EventType
from schemas.events.health import Code
from schemas.events.person import EventData

Plan = Literal["child-in-need", "child-protection", "looked-after"]
"""A child in need plan, a child protection plan, or being looked after."""


class SocialCareReferralReceived(EventData):
    """Children's social care received a referral."""

    received_on: Day | None = None
    referral_source: Code | None = None
    """Code of the children in need census, with its system beside it."""
    referral_source_system: Literal["dfe:cin:referral-source"] | None = None
    no_further_action: bool | None = None
    team_contact: Pointer | None = None


class SocialCarePlanStarted(EventData):
    """A plan of children's social care began."""

    plan: Plan
    started_on: Day | None = None
    team_contact: Annotated[Pointer | None, EXPECTED] = None
    """The responsible team's mailbox or telephone as a URI; never a person's."""


class SocialCarePlanEnded(EventData):
    """A plan of children's social care ended."""

    plan: Plan
    started_on: Day | None = None
    ended_on: Day | None = None


TYPES: Final = (
    EventType(
        "social_care.referral_received.v1",
        SocialCareReferralReceived,
        "social_care",
        "Referral to children's social care received",
    ),
    EventType(
        "social_care.plan_started.v1",
        SocialCarePlanStarted,
        "social_care",
        "Social care plan started",
    ),
    EventType(
        "social_care.plan_ended.v1",
        SocialCarePlanEnded,
        "social_care",
        "Social care plan ended",
    ),
)
