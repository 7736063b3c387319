"""
EHC plans, from the draft to the end of the plan, and their annual reviews.

Source: Children and Families Act 2014 ss.37 to 45; SEND Regulations 2014
(SI 2014/1530), regs. 10 to 31.
"""

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from schemas.days import Day
from schemas.events.coded import (
    CARRIED,
    EXPECTED,
    Carried,
    CeaseReason,
    Coded,
    Residential,
    SenSetting,
)
from schemas.events.ehcna import Impractical
from schemas.events.entry_type import EventType
from schemas.events.health import Code
from schemas.events.person import EventData
from schemas.identifiers import Organisation

Section = Literal["B", "C", "D", "F", "G", "H1", "H2", "I", "J"]
"""Section of a plan (reg. 12)."""

Ukprn = Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")]
"""UK provider reference number, where a provider has no URN."""

_PLACE: Final = Carried("place")
"""A placement is named by a school, a provider, a kind of setting or a type alone."""


class EhcpNotIssued(EventData):
    """The council notified that it will not issue a plan (reg. 10(1))."""

    notified_on: Day | None = None
    appeal_rights_sent: bool | None = None
    sent_to: tuple[Organisation, ...] = ()
    """The commissioning body and the setting, besides the parent (reg. 10(1))."""
    exception: Impractical | None = None
    """Why sixteen weeks were impractical (reg. 10(4))."""


class EhcpDraftIssued(EventData):
    """A draft plan was served on the parent or young person (reg. 13(1))."""

    served_on: Day | None = None
    version: Annotated[int, Field(ge=1, le=99)] | None = None
    representations_due: Day | None = None
    """Last day given for representations, as the council told the parent."""


class EhcpRepresentationReceived(EventData):
    """A parent or young person made representations about the draft (reg. 13(1))."""

    received_on: Day | None = None
    made_by: Annotated[Literal["parent", "young-person"] | None, CARRIED] = None
    school_requested: Organisation | None = None
    meeting_requested: bool | None = None


class EhcpSchoolConsulted(EventData):
    """A school was consulted about being named (s.39, s.40)."""

    school: Annotated[Organisation | None, EXPECTED] = None
    sent_on: Day | None = None
    response_due: Day | None = None
    """Day by which the council asked for an answer; the Code says 15 days (9.83)."""


class EhcpSchoolResponded(EventData):
    """A school answered whether it can meet the child's needs (s.39(4))."""

    school: Organisation | None = None
    """Absent: the sender."""
    response: Literal["yes", "no"]
    ground: Literal["unsuitable", "incompatible", "inefficient"] | None = None
    """
    Of a no: unsuitable for the child; incompatible with the education of others;
    inefficient use of resources.
    """
    responded_on: Day | None = None


class EhcpPlacementNamed(Coded):
    """A school, or a type of school, was named in the plan (section I)."""

    school: Annotated[Organisation | None, _PLACE] = None
    ukprn: Annotated[Ukprn | None, _PLACE] = None
    setting: Annotated[SenSetting | None, _PLACE] = None
    setting_system: Literal["dfe:sen2:sen-setting"] | None = None
    type_only: Annotated[bool | None, _PLACE] = None
    """A type of school is named and no school."""
    sen_unit: bool | None = None
    resourced_provision: bool | None = None
    named_on: Day | None = None
    starts_on: Day | None = None


class EhcpFinalIssued(Coded):
    """The finalised plan was sent (reg. 13(2)). Ends the 20-week clock."""

    issued_on: Day | None = None
    school: Organisation | None = None
    sent_to: tuple[Organisation, ...] = ()
    week20_exception: bool | None = None
    """SEN2 Week20: an exception of reg. 10(4) applied."""
    starts_on: Day | None = None
    """SEN2 StartDate. Absent: the day of issue."""
    exception: Impractical | None = None
    """Which exception."""
    sent_to_parent_on: Day | None = None
    sent_to_school_on: Day | None = None
    sent_to_icb_on: Day | None = None
    """The responsible commissioning body must have it too (reg. 13(2)(c))."""
    sections: tuple[Section, ...] = ()
    """Sections that say anything; never what they say."""
    residential: Residential | None = None
    residential_system: Literal["dfe:sen2:residential"] | None = None
    work_based: bool | None = None
    personal_budget: bool | None = None
    organised_arrangements: bool | None = None
    direct_payments: bool | None = None


class EhcpProvisionStarted(EventData):
    """Provision that a plan specifies began."""

    section: Annotated[Literal["F", "G", "H1", "H2"] | None, CARRIED] = None
    item: Code | None = None
    """The plan's own number of the item."""
    provider: Organisation | None = None
    due_on: Day | None = None
    started_on: Day | None = None


class AnnualReviewMeetingScheduled(EventData):
    """A review meeting was arranged, with two weeks' notice (reg. 20(3))."""

    meeting_on: Annotated[Day | None, CARRIED] = None
    notice_on: Day | None = None
    school: Organisation | None = None
    invited: tuple[Organisation, ...] = ()
    health_invited: bool | None = None
    social_care_invited: bool | None = None


class AnnualReviewHeld(EventData):
    """A review meeting was held (regs. 20, 21)."""

    held_on: Day | None = None
    school: Organisation | None = None
    health_invited: bool | None = None
    health_attended: bool | None = None
    notice_on: Day | None = None
    invited: tuple[Organisation, ...] = ()
    attended: tuple[Organisation, ...] = ()
    social_care_invited: bool | None = None
    social_care_attended: bool | None = None
    report_on: Day | None = None
    """Day on which the report was sent; said later as a higher version."""


class AnnualReviewDecided(EventData):
    """The council notified whether it keeps, amends or ends the plan (reg. 20(10))."""

    decision: Annotated[Literal["maintain", "amend", "cease"] | None, CARRIED] = None
    notified_on: Day | None = None
    amendments_notice_on: Day | None = None
    """
    Day on which the proposed amendments were sent (reg. 22(2)): due in the same four
    weeks. R (L, M, P) v Devon CC [2022] EWHC 493 (Admin).
    """
    held_on: Day | None = None
    """Day of the meeting that it follows."""


class EhcpAmendedFinal(EventData):
    """The amended plan was sent (reg. 22(3))."""

    issued_on: Day | None = None
    school: Organisation | None = None
    sent_to: tuple[Organisation, ...] = ()
    phase_transfer: bool | None = None
    phase_transfer_due: Day | None = None
    """SEN2 PhaseTransferDueDate."""


class EhcpCeased(Coded):
    """The plan ended (s.45)."""

    ceased_on: Day | None = None
    reason: Annotated[CeaseReason | None, CARRIED] = None
    reason_system: Literal["dfe:sen2:cease-reason"] | None = None


TYPES: Final = (
    EventType("ehcp.not_issued.v1", EhcpNotIssued, "ehc", "EHC plan not issued"),
    EventType("ehcp.draft_issued.v1", EhcpDraftIssued, "ehc", "Draft EHC plan issued"),
    EventType(
        "ehcp.representation_received.v1",
        EhcpRepresentationReceived,
        "ehc",
        "Representations about the draft received",
    ),
    EventType(
        "ehcp.school_consulted.v1", EhcpSchoolConsulted, "ehc", "School consulted"
    ),
    EventType(
        "ehcp.school_responded.v1",
        EhcpSchoolResponded,
        "ehc",
        "School answered the consultation",
    ),
    EventType("ehcp.placement_named.v1", EhcpPlacementNamed, "ehc", "Placement named"),
    EventType("ehcp.final_issued.v1", EhcpFinalIssued, "ehc", "Final EHC plan issued"),
    EventType(
        "ehcp.provision_started.v1",
        EhcpProvisionStarted,
        "ehc",
        "Provision in the plan started",
    ),
    EventType(
        "annual_review.meeting_scheduled.v1",
        AnnualReviewMeetingScheduled,
        "ehc",
        "Annual review meeting arranged",
    ),
    EventType("annual_review.held.v1", AnnualReviewHeld, "ehc", "Annual review held"),
    EventType(
        "annual_review.decided.v1",
        AnnualReviewDecided,
        "ehc",
        "Decision after an annual review notified",
    ),
    EventType(
        "ehcp.amended_final.v1", EhcpAmendedFinal, "ehc", "Amended EHC plan issued"
    ),
    EventType("ehcp.ceased.v1", EhcpCeased, "ehc", "EHC plan ceased"),
)
