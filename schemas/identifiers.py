"""Identifiers that agencies already use, checked before anything trusts them."""

import re
from functools import lru_cache
from typing import Annotated, Final

from pydantic import AfterValidator

NAMELESS: Final = "nameless"
"""Mark of a number beside which there was no name: it leads to no other child."""
_UPN_LETTERS: Final = "ABCDEFGHJKLMNPQRTUVWXYZ"  # I, O and S are never used
_NHS_NUMBER: Final = re.compile(r"[0-9]{10}", re.ASCII)
_UPN: Final = re.compile(
    rf"[{_UPN_LETTERS}](?:[0-9]{{12}}|[0-9]{{11}}[{_UPN_LETTERS}])", re.ASCII
)
_ULN: Final = re.compile(r"[0-9]{10}", re.ASCII)
_LAESTAB: Final = re.compile(r"([0-9]{3})/?([0-9]{4})", re.ASCII)
_ORGANISATION: Final = re.compile(
    r"urn:(?:ods:[A-Z0-9]{3,10}|dfe:la:[0-9]{3}|dfe:urn:[0-9]{6})", re.ASCII
)

_LA_RANGES: Final = (
    "001-005 201-213 301-320 330-336 340-344 350-359 370-373 380-384 390-394 420 "
    "660-681 701-708 800-803 805-808 810-813 815 816 820-823 825 826 830 831 "
    "835-839 840 841 845 846 850-852 855-857 860 861 865-896 908 909 916 919 921 "
    "925 926 928 929 931 933 935-938 940-943"
)
"""First and last code of each run, or one code."""


def _expanded(ranges: str) -> frozenset[str]:
    """Return every code of runs such as `201-213`."""
    runs = [run.partition("-") for run in ranges.split()]
    return frozenset(
        f"{code:03d}"
        for first, _, last in runs
        for code in range(int(first), int(last or first) + 1)
    )


_LA_CODES: Final = _expanded(_LA_RANGES)


@lru_cache(maxsize=8192)
def nhs_number_agrees(value: str) -> bool:
    """
    Return whether the check digit of a ten-digit NHS number agrees.

    Modulus 11, weights 10 to 2. Ten equal digits pass the sum and are never issued.
    Source: NHS Data Model and Dictionary, NHS NUMBER.
    """
    weighted = sum(int(d) * w for d, w in zip(value, range(10, 1, -1), strict=False))
    return (11 - weighted % 11) % 11 == int(value[9]) and len(set(value)) > 1


@lru_cache(maxsize=8192)
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


def upn_council(value: str) -> str:
    """Return the code of the local authority in which a UPN was first given out."""
    return value[1:4]


def la_code_known(code: str) -> bool:
    """
    Return whether *code* is, or was, one of a local authority in England or Wales.

    A UPN keeps the code under which it was given out, so codes of authorities that
    were merged are known too. Source: codes that the DfE accepts in UPNs, and those of
    authorities made since (838, 839 in 2019; 940, 941 in 2021; 942, 943 in 2023).
    """
    return code in _LA_CODES


def uln_agrees(value: str) -> bool:
    """
    Return whether the check digit of a ten-digit unique learner number agrees.

    Modulus 11, weights 10 to 2 over the first nine; a remainder of nought is never
    issued. Source: DfE, Get Information about Pupils.
    """
    weighted = sum(int(d) * w for d, w in zip(value, range(10, 1, -1), strict=False))
    rest = weighted % 11
    return rest != 0 and 10 - rest == int(value[9])


def laestab_parts(value: str) -> tuple[str, str] | None:
    """
    Return LA code and establishment number of a LAESTAB; None if it is none.

    Seven digits, with or without a stroke after the third. Unlike a URN it may pass
    from one establishment to its successor.
    """
    found = _LAESTAB.fullmatch(value)
    return (found[1], found[2]) if found else None


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


def _uln(value: str) -> str:
    """Return *value* if it is ten ASCII digits; the check digit is not judged here."""
    if not _ULN.fullmatch(value):
        raise ValueError("a ULN is ten digits without spaces")
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

Uln = Annotated[str, AfterValidator(_uln)]
"""Unique learner number, ten digits. A wrong check digit is a flag, not an error."""

Organisation = Annotated[str, AfterValidator(_organisation)]
"""`urn:ods:RNU`, `urn:dfe:la:931` or `urn:dfe:urn:123456`."""


def is_organisation(value: object) -> bool:
    """Return whether *value* names an organisation."""
    return isinstance(value, str) and _ORGANISATION.fullmatch(value) is not None
