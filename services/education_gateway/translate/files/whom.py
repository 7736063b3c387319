"""Whom a record is about, as its feed knows them."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from schemas.events.person import PersonName
from schemas.identifiers import NhsNumber, Upn, nhs_number_agrees, upn_agrees
from services.education_gateway.translate.files.cells import day, tidy, whole
from services.education_gateway.translate.files.layout import (
    BadCellError,
    Finding,
    Values,
)

_UPN: Final[TypeAdapter[str]] = TypeAdapter(Upn)
_NHS: Final[TypeAdapter[str]] = TypeAdapter(NhsNumber)
_NAME: Final[TypeAdapter[str]] = TypeAdapter(PersonName)
_NEVER_LINKS: Final = "Check it: the row joins no other record by this number."


@dataclass(frozen=True, slots=True)
class Own:
    """A person whom the record itself describes; a column that is "" is not there."""

    local: tuple[str, ...]
    """Columns that make the feed's own id of the person."""
    upn: str = ""
    nhs_number: str = ""
    born: str = ""
    family: str = ""
    given: str = ""
    former_upn: str = ""
    born_on: Callable[[str], str] = day
    """Returns a date of birth as `YYYY-MM-DD`; raises BadCellError."""
    shared: bool = False
    """The ids are those by which the sender's events name the same people."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads."""
        named = (self.upn, self.nhs_number, self.born, self.family, self.given)
        return (*self.local, *(name for name in (*named, self.former_upn) if name))

    def person(
        self, values: Values, feed: str, findings: list[Finding]
    ) -> dict[str, Any] | None:
        """Return the person; None where nothing says who it is."""
        said: dict[str, Any] = {"local_id": self._local_id(values, feed)}
        said |= _number(values, self.upn, "upn", findings)
        said |= _number(values, self.nhs_number, "nhs_number", findings)
        _number(values, self.former_upn, "upn", findings)
        said |= _born(values, self.born, self.born_on, findings)
        said |= _name(values, self.family, "family_name", findings)
        said |= _name(values, self.given, "given_name", findings)
        known = {name: value for name, value in said.items() if value}
        return known if known.keys() & {"local_id", "upn", "nhs_number"} else None

    def _local_id(self, values: Values, feed: str) -> str:
        """Return the feed's own id of the person, apart from every other feed's."""
        parts = [whole(values.get(column, "")) for column in self.local]
        if not all(parts) or not parts:
            return ""
        own = "/".join(parts)
        return local_id(own if self.shared else f"{feed}/{own}")


def local_id(own: str) -> str:
    """Return *own*, or a digest of one that no event can carry."""
    if len(own) <= 100:  # noqa: PLR2004 - the catalogue's limit
        return own
    return hashlib.sha256(own.encode()).hexdigest()


def _number(
    values: Values, column: str, scheme: str, findings: list[Finding]
) -> dict[str, str]:
    """Return a good number; a bad one is a doubt about the row, and is left out."""
    text = tidy(values.get(column, "")).upper() if column else ""
    if not text:
        return {}
    form, agrees, words = _SCHEMES[scheme]
    try:
        form.validate_python(text)
    except ValidationError:
        rule = f"is not {words[0]}"
    else:
        if agrees(text):
            return {scheme: text}
        rule = f"has a wrong check {words[1]}"
    findings.append(
        Finding(column, rule, _NEVER_LINKS, warning=True, value=values[column])
    )
    return {}


_SCHEMES: Final[
    dict[str, tuple[TypeAdapter[str], Callable[[str], bool], tuple[str, str]]]
] = {
    "upn": (_UPN, upn_agrees, ("a UPN", "letter")),
    "nhs_number": (_NHS, nhs_number_agrees, ("an NHS number", "digit")),
}


def _born(
    values: Values, column: str, read: Callable[[str], str], findings: list[Finding]
) -> dict[str, str]:
    """Return the date of birth; what is no date is a fault of the row."""
    text = values.get(column, "") if column else ""
    try:
        return {"date_of_birth": read(text)} if text else {}
    except BadCellError as bad:
        findings.append(Finding(column, bad.rule, bad.remedy, value=text))
        return {}


def _name(
    values: Values, column: str, member: str, findings: list[Finding]
) -> dict[str, str]:
    """Return a name; one that is too long or a formula is a fault of the row."""
    text = values.get(column, "") if column else ""
    if not text:
        return {}
    if text.startswith(("=", "@", "+")):
        rule, remedy = "begins like a formula", "Put the name in place of the formula."
        findings.append(Finding(column, rule, remedy, value=text))
        return {}
    try:
        return {member: _NAME.validate_python(text)}
    except ValidationError:
        findings.append(Finding(column, "is no name", "Shorten it.", value=text))
        return {}
