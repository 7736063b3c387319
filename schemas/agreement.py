"""Data-sharing agreements: who may see what of which children, why, and until when."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from schemas.events import CATALOGUE
from schemas.identifiers import Organisation

WITHDRAWAL_CATEGORY: Final = "withdrawal"
"""Never granted by name: a withdrawal is seen by whoever sees what it takes back."""

GRANTABLE: Final = frozenset(entry.category for entry in CATALOGUE.values()) - {
    WITHDRAWAL_CATEGORY
}
"""Categories that an agreement may speak of."""

Role = Literal[
    "send_officer",
    "dco",
    "clinician",
    "senco",
    "setting",
    "steward",
    "operator",
    "system",
]
"""What a token acts as; `system` is a token without a role, such as a feed's."""

Sensitivity = Literal["normal", "restricted", "safeguarding"]
LaCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{3}$")]
MailAddress = Annotated[str, StringConstraints(pattern=r"^[!-?A-~]+@[!-?A-~]+$")]
"""One address, without a name; ASCII, so that no header can be made to hold more."""
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _grantable(category: str) -> str:
    """Return *category* if an agreement may grant it; a misspelt one must not pass."""
    if category not in GRANTABLE:
        raise ValueError("not a category that an agreement may grant")
    return category


Category = Annotated[str, AfterValidator(_grantable)]


class _Strict(BaseModel):
    """Base of what a person writes in YAML: an unknown member is a mistake."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True
    )


class Area(_Strict):
    """Every child of whom these councils sent, or are named in, an event."""

    area: tuple[LaCode, ...] = Field(min_length=1)


class Grant(_Strict):
    """What is seen of some categories of events."""

    categories: tuple[Category, ...] = Field(min_length=1)
    mode: Literal["existence", "content"]
    """`existence`: that it happened, when and whose; none of the event's data."""
    fields: Literal["all"] | tuple[Words, ...] = "all"
    """Data members shown in `content` mode."""

    @model_validator(mode="after")
    def _existence_has_no_fields(self) -> Self:
        """Refuse a list of fields where none of them would be shown."""
        if self.mode == "existence" and self.fields != "all":
            raise ValueError("fields: only content has fields")
        return self


class Agreement(_Strict):
    """One agreement with one recipient. Nothing is granted that it does not say."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]
    recipient: Organisation
    roles: tuple[Role, ...] = Field(min_length=1)
    children: Literal["circle"] | Area
    """`circle`: of whom it sent, or is named in, an event that it may see."""
    grants: tuple[Grant, ...]
    """Empty: no child data at all, not even what the recipient sent itself."""
    sensitivities: frozenset[Sensitivity]
    identifiers: bool
    """Whether identity may tell the recipient whom an event is about."""
    feed: bool
    """Whether events may be delivered, rather than looked at only."""
    purpose: Words
    lawful_basis: Words
    valid_from: date
    valid_until: date | None
    """Last day on which it holds; null: until it is replaced."""

    @model_validator(mode="after")
    def _grants_each_category_once(self) -> Self:
        """Refuse two answers to one question."""
        _refuse_twice("grants", (c for grant in self.grants for c in grant.categories))
        return self

    def in_force(self, day: date) -> bool:
        """Return whether it holds on *day*."""
        return self.valid_from <= day <= (self.valid_until or date.max)


class Recipient(_Strict):
    """To whom an organisation's daily digest goes, and as what they look."""

    org: Organisation
    name: Words
    role: Role
    address: MailAddress


class DigestTo(_Strict):
    """An address of an organisation that gets the daily digest of one role."""

    role: Role
    address: MailAddress


class Agency(_Strict):
    """An organisation of the partnership, as pages name it."""

    urn: Organisation
    name: Words
    connected: bool
    """False: it exists and we do not hear from it; pages say so."""
    go_live: date | None = None
    """
    Day from which its events are of today: clocks that started before it are computed,
    and nobody is warned of them. A first load of every plan alarms no one.
    """
    digest: tuple[DigestTo, ...] = ()
    """Who is told once a day, in numbers alone, what it owes."""


class AgreementsFile(_Strict):
    """One file of `contracts/agreements/`."""

    agreements: tuple[Agreement, ...]
    organisations: tuple[Agency, ...]

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        """Refuse two agreements of one id, and an organisation with two names."""
        _refuse_twice("agreements", (agreement.id for agreement in self.agreements))
        _refuse_twice("organisations", (agency.urn for agency in self.organisations))
        return self


def _refuse_twice(what: str, names: Iterable[str]) -> None:
    """Raise ValueError if a name comes twice."""
    listed = list(names)
    if len(listed) != len(set(listed)):
        raise ValueError(f"{what}: one of them is there twice")
