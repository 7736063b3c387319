"""
EHC needs assessments: from the request to the advice.

Source: Children and Families Act 2014 s.36; SEND Regulations 2014 (SI 2014/1530),
regs. 5 to 8.
"""

from typing import Annotated, Final, Literal

from pydantic import StringConstraints

from schemas.codes import dfe
from schemas.days import Day
from schemas.events.coded import CARRIED, EXPECTED, Coded, Marked
from schemas.events.entry_type import EventType
from schemas.events.health import Code
from schemas.events.person import EventData
from schemas.identifiers import Organisation

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 of a document that stays with its owner, lower-case hexadecimal."""

Pointer = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,200}$")]
"""Where the owner keeps a document. Never its content."""

Channel = Literal["secure-email", "email", "portal", "post", "by-hand", "telephone"]
"""How something was sent or said."""

Impractical = Literal["a", "b", "c", "d"]
"""
Limb of reg. 5(4), 10(4) or 27(3), which have the same four.

a: advice from a school closed for four weeks or more; b: the same of an early years
provider; c: exceptional personal circumstances; d: absent from the area for four weeks.
"""


class EhcnaRequested(Coded):
    """
    A council received a request for an EHC needs assessment (s.36(1)).

    Starts the 6-week decision clock and the 20-week plan clock.
    """

    received_on: Day | None = None
    """Day on which the council received it. Absent: `occurred`."""
    request_source: Annotated[Code | None, Marked(dfe.REQUEST_SOURCE), EXPECTED] = None
    """SEN2 RequestSource: 1 parent, 2 school, 3 health, 4 social care, 5 other."""
    request_source_system: Literal["dfe:sen2:request-source"] | None = None
    requested_by: Organisation | None = None
    requester_role: Code | None = None
    """Role of the person who asked: `parent`, `senco`, `paediatrician`."""
    youth_accommodation: bool | None = None
    """SEN2 RYA: the person is in relevant youth accommodation."""
    school: Organisation | None = None
    """School or early years setting that the child attends."""


class EhcnaDecided(EventData):
    """The council notified whether it will assess (reg. 5(1))."""

    decision: Annotated[Literal["assess", "refuse"] | None, EXPECTED] = None
    """Absent: a decision was notified and the sender does not say which."""
    notified_on: Day | None = None
    appeal_rights_sent: bool | None = None
    """Whether the notice of appeal rights went with it."""
    exception: Impractical | None = None
    """Why six weeks were impractical (reg. 5(4))."""
    exception_evidence: Pointer | None = None


class EhcnaWithdrawn(EventData):
    """The request was withdrawn. Nothing more is owed on it."""

    withdrawn_on: Day | None = None
    withdrawn_by: Literal["parent", "young-person", "requester"] | None = None


class EhcnaExported(EventData):
    """The child moved to another council's area during the assessment."""

    exported_on: Day | None = None
    to_council: Annotated[Organisation | None, CARRIED] = None


class EhcnaAdviceRequested(EventData):
    """
    The council asked a body for advice (reg. 6(1)).

    The body's six weeks run from its receipt (reg. 8(1)), not from the sending.
    """

    body: Organisation
    advice: Annotated[Code | None, EXPECTED] = None
    """
    Limb of reg. 6(1): `parent`, `education`, `medical`, `psychological`, `social-care`,
    `other`, `preparing-for-adulthood`, `parent-requested`.
    """
    sent_on: Day | None = None
    received_on: Day | None = None


class EhcnaAdviceRequestReceived(EventData):
    """The body that was asked says on which day the request reached it."""

    body: Organisation | None = None
    """Absent: the sender."""
    advice: Code | None = None
    received_on: Day | None = None
    """Absent: `occurred`."""


class EhcnaAdviceReceived(EventData):
    """A body's advice was given. A pointer and a digest, never the advice itself."""

    body: Organisation | None = None
    """Who gave it. Absent: the sender."""
    advice: Code | None = None
    received_on: Day | None = None
    """Day on which the council received it. Absent: `occurred`."""
    professional_role: Code | None = None
    channel: Channel | None = None
    """How it was sent."""
    document: Pointer | None = None
    document_sha256: Digest | None = None


class EhcnaAdviceException(EventData):
    """
    A body says why it cannot give its advice in six weeks (reg. 8(2)).

    Explains a late clock and never stops one: the advice is still owed.
    """

    body: Organisation | None = None
    """Absent: the sender."""
    advice: Code | None = None
    limb: Literal["a", "b", "c"]
    """
    a: exceptional personal circumstances; b: absent from the area for four weeks or
    more; c: the child did not keep an appointment that the body made. A waiting list
    is none.
    """
    claimed_on: Day | None = None
    appointment_on: Day | None = None
    """Of limb c."""
    evidence: Annotated[Pointer | None, EXPECTED] = None
    """Where its owner keeps what shows it. An event that does carries one correlation id."""


class EhcnaNotKnown(EventData):
    """
    The body that was asked says that the child is not known to it.

    It has received the request. The clock goes on, explained: the council must ask
    another body, and who needs advice goes without until it does.
    """

    body: Organisation | None = None
    """Absent: the sender."""
    advice: Code | None = None
    received_on: Day | None = None
    """Day on which the request reached the body. Absent: `occurred`."""


class EpAssessmentCompleted(EventData):
    """An educational psychologist completed an assessment."""

    registration: Code | None = None
    """The psychologist's registration with the Health and Care Professions Council."""
    started_on: Day | None = None
    completed_on: Day | None = None
    school: Organisation | None = None


TYPES: Final = (
    EventType(
        "ehcna.requested.v1", EhcnaRequested, "ehc", "EHC needs assessment requested"
    ),
    EventType(
        "ehcna.decided.v1", EhcnaDecided, "ehc", "Decision whether to assess notified"
    ),
    EventType(
        "ehcna.withdrawn.v1",
        EhcnaWithdrawn,
        "ehc",
        "Request for an EHC needs assessment withdrawn",
    ),
    EventType(
        "ehcna.exported.v1",
        EhcnaExported,
        "ehc",
        "EHC needs assessment passed to another council",
    ),
    EventType(
        "ehcna.advice_requested.v1", EhcnaAdviceRequested, "ehc", "Advice requested"
    ),
    EventType(
        "ehcna.advice_request_received.v1",
        EhcnaAdviceRequestReceived,
        "ehc",
        "Request for advice received",
    ),
    EventType("ehcna.advice_received.v1", EhcnaAdviceReceived, "ehc", "Advice given"),
    EventType(
        "ehcna.advice_exception.v1",
        EhcnaAdviceException,
        "ehc",
        "Reason for late advice stated",
    ),
    EventType(
        "ehcna.not_known.v1", EhcnaNotKnown, "ehc", "Child not known to the body asked"
    ),
    EventType(
        "ep.assessment_completed.v1",
        EpAssessmentCompleted,
        "ehc",
        "Educational psychologist's assessment completed",
    ),
)
