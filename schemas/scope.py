"""Scope rules: of which children a publisher may tell us. Dated data, never code."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from schemas.identifiers import Organisation

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
SCHEMES = ("nhs_number", "upn", "local_id")
"""Identifiers that a cohort may list."""


class _Strict(BaseModel):
    """Base of what a person writes in YAML: an unknown member is a mistake."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True
    )


class ScopeRule(_Strict):
    """One rule for one publisher; several rules of one publisher add up."""

    publisher: Organisation
    hears_of: Literal["everyone", "cohort", "services"]
    cohort: Name | None = None
    """Name of the list, kept outside the contracts."""
    services: tuple[Name, ...] = ()
    """An event about one of these services is inside, whoever the child is."""
    lawful_basis: Words
    valid_from: date
    valid_until: date | None
    """Last day on which it holds; null: until it is replaced."""

    @model_validator(mode="after")
    def _says_what_it_hears_of(self) -> Self:
        """Refuse a rule that names a list it does not use, or uses one not named."""
        if (self.cohort is not None) != (self.hears_of == "cohort"):
            raise ValueError("cohort: belongs to hears_of: cohort")
        if bool(self.services) != (self.hears_of == "services"):
            raise ValueError("services: belongs to hears_of: services")
        return self

    def in_force(self, day: date) -> bool:
        """Return whether it holds on *day*."""
        return self.valid_from <= day <= (self.valid_until or date.max)


class ScopeFile(_Strict):
    """One file of `contracts/scope/`."""

    rules: tuple[ScopeRule, ...] = Field(default=())


def listed_by(person: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return scheme and value of the identifiers by which a cohort may list *person*."""
    said = [(scheme, person.get(scheme)) for scheme in SCHEMES]
    said += [("nhs_number", old) for old in person.get("former_nhs_numbers") or ()]
    return [(scheme, str(value)) for scheme, value in said if value]
