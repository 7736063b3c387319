"""
EHC needs assessments, plans and annual reviews: the education side of the catalogue.

Source: Children and Families Act 2014 ss.36 to 44; SEND Regulations 2014 (SI 2014/1530).
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from schemas.events.health import Code
from schemas.events.person import EventData
from schemas.identifiers import Organisation

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 of a document that stays with its owner, lower-case hexadecimal."""

Pointer = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,200}$")]
"""Where the owner keeps a document. Never its content."""


class EhcnaRequested(EventData):
    """
    A council received a request for an EHC needs assessment (s.36(1)).

    Starts the 6-week decision clock and the 20-week plan clock.
    """

    received_on: date | None = None
    """Day on which the council received it. Absent: `occurred`."""
    request_source: Code | None = None
    """SEN2 RequestSource: 1 parent, 2 school, 3 health, 4 social care, 5 other."""
    requested_by: Organisation | None = None
    school: Organisation | None = None


class EhcnaDecided(EventData):
    """The council notified whether it will assess (reg. 5(1))."""

    decision: Literal["assess", "refuse"] | None = None
    """Absent: a decision was notified and the sender does not say which."""
    notified_on: date | None = None


class EhcnaAdviceRequested(EventData):
    """
    The council asked a body for advice (reg. 6(1)).

    The body's six weeks run from its receipt (reg. 8(1)), not from the sending.
    """

    body: Organisation
    advice: Code | None = None
    """Limb of reg. 6(1): `medical`, `psychological`, `education`, `social-care`."""
    sent_on: date | None = None
    received_on: date | None = None


class EhcnaAdviceRequestReceived(EventData):
    """The body that was asked says on which day the request reached it."""

    body: Organisation | None = None
    """Absent: the sender."""
    advice: Code | None = None
    received_on: date | None = None
    """Absent: `occurred`."""


class EhcnaAdviceReceived(EventData):
    """A body's advice was given. A pointer and a digest, never the advice itself."""

    body: Organisation | None = None
    """Who gave it. Absent: the sender."""
    advice: Code | None = None
    received_on: date | None = None
    professional_role: Code | None = None
    document: Pointer | None = None
    document_sha256: Digest | None = None


class EhcpDraftIssued(EventData):
    """A draft plan was served on the parent or young person (reg. 13(1))."""

    served_on: date | None = None
    version: Annotated[int, Field(ge=1, le=99)] | None = None


class EhcpSchoolConsulted(EventData):
    """A school was consulted about being named (s.39, s.40)."""

    school: Organisation | None = None
    sent_on: date | None = None


class EhcpFinalIssued(EventData):
    """The finalised plan was sent (reg. 13(2)). Ends the 20-week clock."""

    issued_on: date | None = None
    school: Organisation | None = None
    sent_to: tuple[Organisation, ...] = ()
    week20_exception: bool | None = None


class AnnualReviewHeld(EventData):
    """A review meeting was held (regs. 20, 21)."""

    held_on: date | None = None
    school: Organisation | None = None
    health_invited: bool | None = None
    health_attended: bool | None = None
