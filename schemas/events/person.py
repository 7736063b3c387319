"""Whom an event is about, as its sender knows them, and what joins two of them."""

from typing import Annotated, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from schemas.days import Day
from schemas.identifiers import NhsNumber, Uln, Upn

PersonName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)
]


LocalId = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class Words(BaseModel):
    """Base of everything that a sender writes: frozen, silent about its values."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )


class Person(Words):
    """A child as one sender knows them. At least one identifier."""

    local_id: LocalId | None = None
    """The sender's own identifier of the person."""
    nhs_number: NhsNumber | None = None
    upn: Upn | None = None
    date_of_birth: Day | None = None
    family_name: PersonName | None = None
    given_name: PersonName | None = None
    other_ids: Annotated[tuple[LocalId, ...], Field(max_length=10)] = ()
    """
    What else the sender's messages call the same person: another id, or a record that is
    about them. Who is known by one of these alone is the same child.
    """
    child_ref: Annotated[str, StringConstraints(max_length=64)] | None = None
    """Ours, where the sender is named in an event of that child."""
    former_upns: Annotated[tuple[Upn, ...], Field(max_length=20)] = ()
    """UPNs that the child had before, temporary ones too. Each stays the child's."""
    former_nhs_numbers: Annotated[tuple[NhsNumber, ...], Field(max_length=10)] = ()
    """NHS numbers that the present one superseded. Each stays the child's."""
    uln: Uln | None = None
    """Unique learner number, from the age of 14. Never needed, and never links alone."""

    @model_validator(mode="after")
    def _has_an_identifier(self) -> Self:
        """Refuse a person whom nothing identifies."""
        if not (self.local_id or self.nhs_number or self.upn or self.child_ref):
            raise ValueError("give local_id, nhs_number, upn or child_ref")
        return self


class EventData(Words):
    """What every event carries: whom it is about. Unknown members are left out."""

    person: Person = Field(repr=False)


class PersonIdentified(EventData):
    """
    An agency states that an NHS number and a UPN are one child.

    Source: crosswalks that councils keep; Children Act 2004 s.16LC.
    """

    method: Annotated[str, StringConstraints(max_length=40)] | None = None
    """How it was traced: `pds`, `crosswalk`, `parent` and the like."""
    traced_on: Day | None = None


class Withdrawn(Words):
    """The record that a withdrawal names, in the sender's own words."""

    sourcerecord: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    sourceversion: int | None = None
    """Absent: every version. Below 0 it is one that has no number of its sender's."""
    upto: int | None = None
    """
    The highest version that is taken back, with all before it; absent: no limit. Below 0
    it is of versions that have no number of their sender's.
    """
    until: AwareDatetime | None = None
    """What was heard later stands, whatever its version; absent: no limit."""


class EventWithdrawn(EventData):
    """A sender takes back what it sent before; it may arrive before what it names."""

    withdraws: Withdrawn
    reason: Annotated[str, StringConstraints(max_length=40)] | None = None
    """A code such as `entered-in-error`, never free text."""
