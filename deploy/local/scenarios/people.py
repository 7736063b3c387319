"""
Synthetic children: made-up names, dates and numbers that pass their check digits.

NHS numbers begin with 999, a range never issued to anyone.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, islice
from random import Random
from typing import Any, Final

from schemas.identifiers import nhs_number_agrees, upn_agrees

SCHOOLS: Final = (
    "urn:dfe:urn:123456",
    "urn:dfe:urn:990001",
    "urn:dfe:urn:990002",
    "urn:dfe:urn:990003",
    "urn:dfe:urn:990004",
)
"""The story's school first, then four others that the agreements name."""

_FIRST_SERIAL: Final = 400_000
"""NHS numbers of these children begin here, away from the story's and the trust's."""

_UPN_LETTERS: Final = "ABCDEFGHJKLMNPQRTUVWXYZ"
_GIVEN: Final = (
    *("Alder", "Briar", "Clover", "Dune", "Elowen", "Fable", "Gale", "Hollis"),
    *("Indigo", "Jory", "Kestrel", "Lark", "Maple", "Nettle", "Oriel", "Pippin"),
    *("Quill", "Rowan", "Sorrel", "Tansy", "Umber", "Vesper", "Willow", "Yarrow"),
)
_FAMILY_FIRST: Final = ("Amber", "Bramble", "Copper", "Ember", "Fern", "Gorse", "Hazel")
_FAMILY_LAST: Final = ("acre", "bourne", "combe", "dale", "leigh", "mere", "stowe")
_BORN_FROM: Final = date(2012, 9, 1)
_BORN_DAYS: Final = 3000


@dataclass(frozen=True, slots=True)
class Child:
    """A child who does not exist."""

    number: int
    family_name: str
    given_name: str
    date_of_birth: date
    nhs_number: str
    upn: str
    school: str

    def known_as(self, prefix: str, *numbers: str) -> dict[str, Any]:
        """Return the child as a sender knows them who holds only *numbers*."""
        held = {"nhs_number": self.nhs_number, "upn": self.upn}
        return {
            "local_id": f"{prefix}-{self.number:04d}",
            "date_of_birth": self.date_of_birth.isoformat(),
            "family_name": self.family_name,
            "given_name": self.given_name,
            **{name: held[name] for name in numbers},
        }


def child_of(seed: int, number: int) -> Child:
    """Return child *number* of the variation *seed*, the same every time."""
    random = Random(f"child/{seed}/{number}")  # noqa: S311 - variation, not a secret
    born = _BORN_FROM + timedelta(days=random.randrange(_BORN_DAYS))
    school = random.choice(SCHOOLS)
    return Child(
        number=number,
        family_name=random.choice(_FAMILY_FIRST) + random.choice(_FAMILY_LAST),
        given_name=random.choice(_GIVEN),
        date_of_birth=born,
        nhs_number=_nhs_number(number),
        upn=_upn(school, born.year + 4, number),
        school=school,
    )


def _nhs_number(number: int) -> str:
    """
    Return the NHS number of child *number*, which no other child has.

    Each child has ten serials, because not every serial has a check digit.
    """
    serials = islice(count(_FIRST_SERIAL + 10 * number), 10)
    stems = (f"999{serial:06d}" for serial in serials)
    tries = (f"{stem}{digit}" for stem in stems for digit in range(10))
    return next(value for value in tries if nhs_number_agrees(value))


def _upn(school: str, year: int, number: int) -> str:
    """Return the UPN that *school*, in Oxfordshire, gave child *number* in *year*."""
    tail = f"931{school[-4:]}{year % 100:02d}{number % 1000:03d}"
    return next(x + tail for x in _UPN_LETTERS if upn_agrees(x + tail))
