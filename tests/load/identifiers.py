"""Synthetic NHS numbers and UPNs whose check digits agree; nobody real has them."""

from typing import Final

_UPN_LETTERS: Final = "ABCDEFGHJKLMNPQRTUVWXYZ"
NHS_NUMBERS: Final = 1_000_000
"""How many serials there are; about one in eleven has no number."""


def nhs_number(serial: int) -> str | None:
    """
    Return the test NHS number of *serial*, or None where the check digit would be 10.

    Numbers from 999 000 0000 up are kept for tests. Source: NHS Data Dictionary.
    """
    stem = f"999{serial:06d}"
    check = -sum(int(d) * (10 - i) for i, d in enumerate(stem)) % 11
    return None if check == 10 else f"{stem}{check}"


def upn(authority: str, school: int, year: int, serial: int) -> str:
    """
    Return a permanent UPN: check letter, LA, establishment, year of issue, serial.

    The letter is the sum of digit times place (2 to 13), modulus 23. Source: DfE.
    """
    digits = f"{authority}{school % 10_000:04d}{year % 100:02d}{serial % 1000:03d}"
    weighted = sum(int(d) * place for place, d in enumerate(digits, start=2))
    return f"{_UPN_LETTERS[weighted % 23]}{digits}"
