"""
Mediation and appeals about EHC needs assessments and plans.

Source: Children and Families Act 2014 ss.51 to 57; SEND Regulations 2014
(SI 2014/1530), regs. 32 to 45; HESC Chamber Rules 2008 (SI 2008/2699), rules 20 and 21.
"""

from typing import Annotated, Final, Literal

from schemas.days import Day
from schemas.events.coded import CARRIED, EXPECTED
from schemas.events.entry_type import EventType
from schemas.events.person import EventData
from schemas.identifiers import Organisation

Matter = Literal["education", "health", "social-care"]
"""What it is about."""

Limb = Literal["a", "b", "c", "d", "e", "f"]
"""
Limb of s.51(2).

a: no assessment; b: no plan; c: what the plan says (with the school that it names);
d: no reassessment; e: no amendment or replacement; f: the plan ceases.
"""

Order = Literal[
    "assess",
    "reassess",
    "make-plan",
    "amend-plan",
    "name-school",
    "continue-plan",
    "reconsider",
    "dismissed",
]
"""What the tribunal ordered; reg. 44(2) gives each a time limit of its own."""


class MediationRequested(EventData):
    """A parent or young person wants mediation (regs. 35, 36)."""

    requested_on: Day | None = None
    """Day on which they told the council or the ICB."""
    matters: Annotated[tuple[Matter, ...], EXPECTED] = ()
    body: Organisation | None = None
    """Who must arrange it. Absent: the sender."""


class MediationCertificate(EventData):
    """A mediation adviser issued a certificate (regs. 34, 39)."""

    issued_on: Day | None = None
    reason: Annotated[
        Literal["not-wished", "ended", "not-arranged"] | None, EXPECTED
    ] = None


class MediationHeld(EventData):
    """A mediation meeting was held (reg. 37)."""

    held_on: Day | None = None
    matters: tuple[Matter, ...] = ()
    health_attended: bool | None = None


class MediationAgreement(EventData):
    """A mediation ended in an agreement (reg. 42)."""

    agreed_on: Day | None = None
    matters: Annotated[tuple[Matter, ...], CARRIED] = ()
    comply_by: Day | None = None
    """Where the parties agreed another time limit in writing (reg. 42)."""


class TribunalAppeal(EventData):
    """A parent or young person sent an appeal to the tribunal (rule 20)."""

    sent_on: Day | None = None
    limb: Annotated[Limb | None, CARRIED] = None
    placement_only: bool | None = None
    """About the name or type of school alone: no mediation certificate (s.55)."""


class TribunalRegistered(EventData):
    """The tribunal registered an appeal and told the council (rule 21)."""

    registered_on: Day | None = None
    received_on: Day | None = None
    """Day on which the council received it. Absent: `occurred`."""
    limb: Annotated[Limb | None, EXPECTED] = None


class TribunalOrder(EventData):
    """The tribunal made an order (reg. 44)."""

    ordered_on: Day | None = None
    order: Order
    limb: Limb | None = None


TYPES: Final = (
    EventType(
        "dispute.mediation_requested.v1",
        MediationRequested,
        "dispute",
        "Mediation requested",
    ),
    EventType(
        "dispute.mediation_certificate.v1",
        MediationCertificate,
        "dispute",
        "Mediation certificate issued",
    ),
    EventType(
        "dispute.mediation_held.v1", MediationHeld, "dispute", "Mediation meeting held"
    ),
    EventType(
        "dispute.mediation_agreement.v1",
        MediationAgreement,
        "dispute",
        "Agreement reached in mediation",
    ),
    EventType(
        "dispute.tribunal_appeal.v1",
        TribunalAppeal,
        "dispute",
        "Appeal sent to the tribunal",
    ),
    EventType(
        "dispute.tribunal_registered.v1",
        TribunalRegistered,
        "dispute",
        "Appeal registered by the tribunal",
    ),
    EventType(
        "dispute.tribunal_order.v1", TribunalOrder, "dispute", "Order of the tribunal"
    ),
)
