"""
Support without a plan, and what everyone around a child must be told.

Sources: Children and Families Act 2014 ss.22 to 24; SEND Regulations 2014
(SI 2014/1530), reg. 15; DfE school census specification.
"""

from typing import Annotated, Final, Literal

from pydantic import StringConstraints

from schemas.days import Day
from schemas.events.coded import (
    CARRIED,
    EXPECTED,
    Coded,
    SenProvision,
    SenType,
    YearGroup,
)
from schemas.events.ehcna import Channel, Pointer
from schemas.events.entry_type import EventType
from schemas.events.health import Code
from schemas.events.person import EventData
from schemas.identifiers import Organisation

TypeName = Annotated[str, StringConstraints(pattern=r"^[a-z_0-9.]{3,60}\.v[0-9]+$")]
"""Name of an event type."""


class SenSupportStarted(Coded):
    """A school began to make special educational provision for a pupil."""

    school: Organisation | None = None
    """Absent: the sender."""
    provision_from: SenProvision | None = None
    provision_from_system: Literal["dfe:sen-provision"] | None = None
    provision_to: Annotated[SenProvision | None, CARRIED] = None
    provision_to_system: Literal["dfe:sen-provision"] | None = None
    needs: Annotated[tuple[SenType, ...], EXPECTED] = ()
    """Types of need in the order of their rank, the primary need first."""
    needs_system: Literal["dfe:sen-type"] | None = None
    year_group: YearGroup | None = None
    year_group_system: Literal["dfe:nc-year-group"] | None = None


class SenSupportChanged(SenSupportStarted):
    """A pupil's SEN provision or types of need changed."""


class S23NotificationReceived(Coded):
    """
    A health body told the council of a child under school age (CFA 2014 s.23).

    No time limit: whether the parent was told first is what is asked.
    """

    body: Organisation | None = None
    """The ICB or trust that formed the opinion. Absent: the sender."""
    opinion_on: Annotated[Day | None, CARRIED] = None
    """Day on which the opinion was formed."""
    parent_informed_on: Annotated[Day | None, EXPECTED] = None
    """Comes before the council is told (s.23(3))."""
    suspected_need: SenType | None = None
    suspected_need_system: Literal["dfe:sen-type"] | None = None
    voluntary_body_told: bool | None = None
    """Whether the parent was told of a voluntary organisation (s.23(4))."""
    received_on: Day | None = None


class ResidenceMovedLa(EventData):
    """A child with a plan moved to another council's area (reg. 15)."""

    from_council: Annotated[Organisation | None, CARRIED] = None
    to_council: Annotated[Organisation | None, CARRIED] = None
    aware_on: Day | None = None
    """Day on which the old council became aware of the move."""
    transfer_on: Day | None = None
    """Day on which the plan was transferred."""


class ProfessionalChanged(EventData):
    """A child has another professional in a role."""

    role: Code
    """`case-officer`, `educational-psychologist`, `key-worker` and the like."""
    team: Organisation | None = None
    """Absent: the sender."""
    team_contact: Annotated[Pointer | None, CARRIED] = None
    """A team's mailbox or telephone as a URI; never a person's."""
    changed_on: Day | None = None


class ParentInformed(EventData):
    """
    A parent or young person was told of something that happened.

    Of which one of several the correlation id says.
    """

    about: TypeName
    """Type of the event that they were told of."""
    channel: Annotated[Channel | None, CARRIED] = None
    informed_on: Day | None = None


TYPES: Final = (
    EventType(
        "sen_support.started.v1", SenSupportStarted, "support", "SEN support started"
    ),
    EventType(
        "sen_support.changed.v1",
        SenSupportChanged,
        "support",
        "SEN provision or need changed",
    ),
    EventType(
        "s23.notification_received.v1",
        S23NotificationReceived,
        "support",
        "Health told the council of a young child",
    ),
    EventType(
        "residence.moved_la.v1",
        ResidenceMovedLa,
        "ehc",
        "Moved to another council's area",
    ),
    EventType(
        "professional.changed.v1",
        ProfessionalChanged,
        "support",
        "Professional changed",
    ),
    EventType("parent.informed.v1", ParentInformed, "contact", "Parent informed"),
)
