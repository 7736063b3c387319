"""
A crosswalk, CSV or XLSX: UPN, NHS number, when it was traced, and how.

Both numbers are what it is for, so here a wrong one fails the row.
"""

from collections.abc import Iterator
from typing import Final

from schemas.identifiers import nhs_number_agrees, upn_agrees
from services.education_gateway.translate.files.cells import a_date, tidy
from services.education_gateway.translate.files.layout import (
    BadCellError,
    Column,
    Fact,
    Judging,
    Layout,
    Table,
)
from services.education_gateway.translate.files.saying import filled
from services.education_gateway.translate.files.whom import Own
from services.runtime.snapshots.comparing import Change

KIND: Final = "crosswalk"
_DIGITS: Final = 10
_METHOD: Final = 40
"""Characters: the limit of `person.identified`."""
_PLACES: Final = 13


def _upn(text: str, _judging: Judging) -> str:
    """Check a UPN, its letter included."""
    upn = tidy(text).upper()
    try:
        good = len(upn) == _PLACES and upn.isascii() and upn_agrees(upn)
    except (ValueError, IndexError):
        good = False
    if not good:
        raise BadCellError("is not a UPN with a right check letter", "Correct the UPN.")
    return upn


def _nhs_number(text: str, _judging: Judging) -> str:
    """Check an NHS number, its digit included."""
    number = tidy(text)
    digits = len(number) == _DIGITS and number.isascii() and number.isdigit()
    if not digits or not nhs_number_agrees(number):
        rule = "is not an NHS number with a right check digit"
        raise BadCellError(rule, "Correct the number.")
    return number


def _method(text: str, _judging: Judging) -> str:
    """Check how it was traced: a code or a few words, as an event may carry them."""
    if len(text) > _METHOD:
        raise BadCellError(f"is longer than {_METHOD} characters", "Shorten it.")
    return text


def _identified(change: Change) -> Iterator[Fact]:
    """Yield that the numbers of a row are one child's."""
    on = change.after.get("traced_on")
    data = filled(method=change.after.get("method"), traced_on=on)
    yield Fact("person.identified.v1", "identified", data, occurred=on)


_TABLE: Final = Table(
    name="crosswalk",
    mode="period",
    key=("upn", "nhs_number"),
    columns=(
        Column("upn", _upn, required=True),
        Column("nhs_number", _nhs_number, required=True),
        Column("traced_on", a_date),
        Column("method", _method),
    ),
    whom=Own(
        local=(),
        upn="upn",
        nhs_number="nhs_number",
        born="date_of_birth",
        family="family_name",
        given="given_name",
    ),
    facts=_identified,
    needed=("upn", "nhs_number"),
)

HEADINGS: Final = (
    *("upn", "nhs_number", "traced_on", "method"),
    *("date_of_birth", "family_name", "given_name"),
)
"""All that it may hold; the first two it must."""

LAYOUT: Final = Layout(KIND, "Crosswalk", {"crosswalk": _TABLE}, ordered=False)

SPELLINGS: Final = {
    "nhs number": "nhs_number",
    "nhsnumber": "nhs_number",
    "nhs no": "nhs_number",
    "nhs": "nhs_number",
    "traced on": "traced_on",
    "tracedon": "traced_on",
    "date traced": "traced_on",
    "trace method": "method",
    "dob": "date_of_birth",
    "date of birth": "date_of_birth",
    "surname": "family_name",
    "forename": "given_name",
}
"""Headings that mean the same."""
