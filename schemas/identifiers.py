"""Identifiers that agencies already use, checked before anything trusts them."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator

_UPN_LETTERS: Final = "ABCDEFGHJKLMNPQRTUVWXYZ"  # I, O and S are never used
_NHS_NUMBER: Final = re.compile(r"[0-9]{10}", re.ASCII)
_UPN: Final = re.compile(
    rf"[{_UPN_LETTERS}](?:[0-9]{{12}}|[0-9]{{11}}[{_UPN_LETTERS}])", re.ASCII
)
_ORGANISATION: Final = re.compile(
    r"urn:(?:ods:[A-Z0-9]{3,10}|dfe:la:[0-9]{3}|dfe:urn:[0-9]{6})", re.ASCII
)


def nhs_number_agrees(value: str) -> bool:
    """
    Return whether the check digit of a ten-digit NHS number agrees.

    Modulus 11, weights 10 to 2. Ten equal digits pass the sum and are never issued.
    Source: NHS Data Model and Dictionary, NHS NUMBER.
    """
    weighted = sum(int(d) * w for d, w in zip(value, range(10, 1, -1), strict=False))
    return (11 - weighted % 11) % 11 == int(value[9]) and len(set(value)) > 1


def upn_agrees(value: str) -> bool:
    """
    Return whether the check letter of a Unique Pupil Number agrees.

    Modulus 23 over positions 2 to 13; a temporary UPN's last letter counts as its
    place in the alphabet without I, O and S. Source: DfE, UPN guide.
    """
    last = value[12]
    tail = int(last) if last.isdigit() else _UPN_LETTERS.index(last)
    weighted = sum(int(d) * w for d, w in zip(value[1:12], range(2, 13), strict=True))
    return _UPN_LETTERS[(weighted + 13 * tail) % 23] == value[0]


def upn_is_temporary(value: str) -> bool:
    """Return whether *value* is a temporary UPN: its last place is a letter."""
    return value[-1].isalpha()


def _nhs_number(value: str) -> str:
    """Return *value* if it is ten ASCII digits; the check digit is not judged here."""
    if not _NHS_NUMBER.fullmatch(value):
        raise ValueError("an NHS number is ten digits without spaces")
    return value


def _upn(value: str) -> str:
    """Return *value* if it has a UPN's form; the check letter is not judged here."""
    if not _UPN.fullmatch(value):
        raise ValueError("a UPN is a letter, eleven digits, then a digit or a letter")
    return value


def _organisation(value: str) -> str:
    """Return *value* if it names an organisation by ODS code, LA code or URN."""
    if not _ORGANISATION.fullmatch(value):
        raise ValueError("an organisation is urn:ods:…, urn:dfe:la:… or urn:dfe:urn:…")
    return value


NhsNumber = Annotated[str, AfterValidator(_nhs_number)]
"""Ten digits. A wrong check digit is a flag and bars linking, not an error."""

Upn = Annotated[str, AfterValidator(_upn)]
"""Unique Pupil Number, 13 characters. A wrong check letter is a flag, not an error."""

Organisation = Annotated[str, AfterValidator(_organisation)]
"""`urn:ods:RNU`, `urn:dfe:la:931` or `urn:dfe:urn:123456`."""


def is_organisation(value: object) -> bool:
    """Return whether *value* names an organisation."""
    return isinstance(value, str) and _ORGANISATION.fullmatch(value) is not None
