"""The children of a load, and each as one agency knows them."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from tests.load.identifiers import NHS_NUMBERS, nhs_number, upn

COUNCIL: Final = "urn:dfe:la:931"
TRUST: Final = "urn:ods:RNU"
SCHOOLS: Final = tuple(f"urn:dfe:urn:{urn}" for urn in range(123401, 123406))
ROLES: Final = {
    COUNCIL: "send_officer",
    TRUST: "clinician",
    **dict.fromkeys(SCHOOLS, "senco"),
}
"""In which role each of them asks."""

_FAMILY: Final = ("Vale", "Okafor", "Lindqvist", "Marsh", "Rahman", "Teale", "Ibbotson")
_GIVEN: Final = ("Ann", "Bilal", "Cerys", "Dev", "Esme", "Farid", "Grace", "Hugo")


@dataclass(frozen=True, slots=True)
class Child:
    """One invented child."""

    number: int
    """Place in the load, from 0."""
    nhs_number: str
    upn: str
    date_of_birth: str
    family_name: str
    given_name: str
    school: str

    def known_to(self, sender: str, seed: int) -> dict[str, Any]:
        """Return the `person` that *sender* writes: what such an agency holds."""
        shared = {
            "local_id": local_id(sender, seed, self.number),
            "date_of_birth": self.date_of_birth,
            "family_name": self.family_name,
            "given_name": self.given_name,
        }
        if sender not in {COUNCIL, TRUST}:
            return shared | {"upn": self.upn}
        health = shared | {"nhs_number": self.nhs_number}
        return health | {"upn": self.upn} if sender == COUNCIL else health


def local_id(sender: str, seed: int, child: int) -> str:
    """Return the sender's own identifier of a child; each seed has its own people."""
    return f"{sender[-3:]}-{seed}-{child}"


def children(rng: Random, count: int) -> list[Child]:
    """Return *count* children, no two with a number in common."""
    serials = iter(rng.sample(range(NHS_NUMBERS), min(NHS_NUMBERS, count * 2 + 20)))
    numbers = (found for serial in serials if (found := nhs_number(serial)))
    block = rng.randrange(1000)
    return [_child(rng, place, next(numbers), block) for place in range(count)]


def _child(rng: Random, place: int, number: str, block: int) -> Child:
    """Return one child of school age."""
    born = date(2010, 9, 1) + timedelta(days=rng.randrange(365 * 9))
    establishment, serial = divmod(place, 1000)
    return Child(
        number=place,
        nhs_number=number,
        upn=upn("931", block * 10 + establishment, born.year + 4, serial),
        date_of_birth=born.isoformat(),
        family_name=rng.choice(_FAMILY),
        given_name=rng.choice(_GIVEN),
        school=SCHOOLS[place % len(SCHOOLS)],
    )
