"""
Schools and what takes children out of them: moves, exclusions, attendance, transport.

Sources: DfE school census and Common Transfer File specifications; Education Act 2002
s.51A; SI 2024/208 (attendance registers).
"""

from typing import Annotated, Final, Literal

from pydantic import Field

from schemas.days import Day
from schemas.events.coded import (
    CARRIED,
    EXPECTED,
    ApReason,
    Carried,
    Coded,
    ExclusionCategory,
    ExclusionReason,
    SenProvision,
    YearGroup,
)
from schemas.events.ehcp import Ukprn
from schemas.events.entry_type import EventType
from schemas.events.health import Code
from schemas.events.person import EventData
from schemas.identifiers import Organisation

Sessions = Annotated[int, Field(ge=0, le=1000)]
"""Half days."""

_PROVIDER: Final = Carried("provider")
"""A provider is named by its URN, or by its UKPRN where it has none."""


class Exclusion(Coded):
    """A pupil was suspended or excluded from school."""

    school: Organisation | None = None
    """Absent: the sender."""
    category: Annotated[ExclusionCategory | None, CARRIED] = None
    category_system: Literal["dfe:exclusion-category"] | None = None
    reasons: Annotated[tuple[ExclusionReason, ...], Field(max_length=3), CARRIED] = ()
    """Up to three, the first one first."""
    reasons_system: Literal["dfe:cbds:CS010"] | None = None
    starts_on: Day | None = None
    start_session: Literal["AM", "PM"] | None = None
    sessions: Sessions | None = None
    """How many it lasts; of a permanent exclusion absent."""
    provision: Annotated[SenProvision | None, EXPECTED] = None
    """SEN provision at the time."""
    provision_system: Literal["dfe:sen-provision"] | None = None
    parent_notified_on: Day | None = None
    council_notified_on: Day | None = None
    governors_notified_on: Day | None = None


class AttendanceThresholdCrossed(EventData):
    """A pupil missed so many sessions that the absence counts as persistent."""

    threshold: Literal["persistent", "severe"]
    """persistent: 10 % of sessions or more; severe: 50 % or more."""
    school: Organisation | None = None
    window_from: Annotated[Day | None, CARRIED] = None
    window_until: Annotated[Day | None, CARRIED] = None
    sessions_possible: Annotated[Sessions | None, CARRIED] = None
    sessions_missed: Annotated[Sessions | None, CARRIED] = None


class PartTimeTimetable(EventData):
    """A pupil attends part of the week by agreement (attendance code C2)."""

    school: Organisation | None = None
    starts_on: Day | None = None
    review_on: Annotated[Day | None, CARRIED] = None
    ends_on: Day | None = None
    hours_per_week: Annotated[Annotated[float, Field(ge=0, le=60)] | None, CARRIED] = (
        None
    )


class EheStarted(EventData):
    """A child began to be educated at home by the parent's choice."""

    council: Organisation | None = None
    """Council that was told. Absent: the sender."""
    notified_on: Day | None = None
    started_on: Day | None = None
    school: Organisation | None = None
    """School that the child left."""
    plan_held: bool | None = None
    """Whether the child has an EHC plan."""


class EheEnded(EventData):
    """Elective home education ended."""

    council: Organisation | None = None
    ended_on: Day | None = None
    school: Organisation | None = None
    """School that the child entered."""
    plan_held: bool | None = None


class SchoolAdmission(Coded):
    """A pupil was entered on a school's admission register."""

    to_school: Organisation | None = None
    """Absent: the sender."""
    from_school: Organisation | None = None
    admitted_on: Day | None = None
    enrolment: Code | None = None
    """CBDS enrolment status: C, S, M, F, G, O."""
    year_group: YearGroup | None = None
    year_group_system: Literal["dfe:nc-year-group"] | None = None


class SchoolLeaver(EventData):
    """A pupil's name was taken off a school's register."""

    from_school: Organisation | None = None
    """Absent: the sender."""
    to_school: Organisation | None = None
    left_on: Day | None = None
    reason: Code | None = None
    ctf_sent_on: Day | None = None
    """Day on which the Common Transfer File was sent."""


class SchoolTransferred(EventData):
    """A pupil's record passed from one school to another (Common Transfer File)."""

    from_school: Annotated[Organisation | None, EXPECTED] = None
    to_school: Annotated[Organisation | None, EXPECTED] = None
    transferred_on: Day | None = None
    ctf_sent_on: Day | None = None


class ApPlacementStarted(Coded):
    """A placement in alternative provision began."""

    provider: Annotated[Organisation | None, _PROVIDER] = None
    ukprn: Annotated[Ukprn | None, _PROVIDER] = None
    school: Organisation | None = None
    """School that placed the pupil."""
    reason: Annotated[ApReason | None, CARRIED] = None
    reason_system: Literal["dfe:ap-reason"] | None = None
    sessions_per_week: Annotated[int, Field(ge=0, le=14)] | None = None
    started_on: Day | None = None
    provision: SenProvision | None = None
    """SEN provision on entry."""
    provision_system: Literal["dfe:sen-provision"] | None = None


class ApPlacementEnded(Coded):
    """A placement in alternative provision ended."""

    provider: Organisation | None = None
    ukprn: Ukprn | None = None
    school: Organisation | None = None
    ended_on: Day | None = None
    provision: SenProvision | None = None
    """SEN provision on leaving."""
    provision_system: Literal["dfe:sen-provision"] | None = None


class TransportDecided(EventData):
    """The council decided about travel to school (Education Act 1996 s.508B)."""

    decided_on: Day | None = None
    effective_on: Day | None = None
    review_on: Day | None = None
    school: Organisation | None = None


TYPES: Final = (
    EventType("school.suspension.v1", Exclusion, "school", "Suspended from school"),
    EventType("school.exclusion.v1", Exclusion, "school", "Excluded from school"),
    EventType(
        "attendance.threshold_crossed.v1",
        AttendanceThresholdCrossed,
        "school",
        "Absence reached a threshold",
    ),
    EventType(
        "school.part_time_timetable.v1",
        PartTimeTimetable,
        "school",
        "Part-time timetable agreed",
    ),
    EventType(
        "education.ehe_started.v1",
        EheStarted,
        "school",
        "Elective home education started",
    ),
    EventType(
        "education.ehe_ended.v1", EheEnded, "school", "Elective home education ended"
    ),
    EventType("school.admission.v1", SchoolAdmission, "school", "Admitted to a school"),
    EventType("school.leaver.v1", SchoolLeaver, "school", "Left a school"),
    EventType(
        "school.phase_transfer.v1",
        SchoolTransferred,
        "school",
        "Moved to the next phase of school",
    ),
    EventType(
        "school.transferred.v1",
        SchoolTransferred,
        "school",
        "Record passed to another school",
    ),
    EventType(
        "ap.placement_started.v1",
        ApPlacementStarted,
        "school",
        "Alternative provision started",
    ),
    EventType(
        "ap.placement_ended.v1",
        ApPlacementEnded,
        "school",
        "Alternative provision ended",
    ),
    EventType("transport.agreed.v1", TransportDecided, "school", "Transport agreed"),
    EventType("transport.refused.v1", TransportDecided, "school", "Transport refused"),
)
