"""
Children who do not exist, and the schools that they would go to.

NHS numbers begin with 999, a range never issued to anyone; check digits and letters
are reckoned here, apart from the code that judges them.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Final

_UPN_LETTERS: Final = "ABCDEFGHJKLMNPQRTUVWXYZ"
_FIRST_SERIAL: Final = 410_000
_SERIALS: Final = 590_000
"""999 410 000 and up: away from the other children of the demonstration."""
_RESERVED: Final = frozenset({731_043})
"""The story's own child."""
_PER_CHILD: Final = 3
"""Serials for one child: about one in eleven has no check digit."""
MOST_CHILDREN: Final = _SERIALS // _PER_CHILD
_NO_DIGIT: Final = 10

_GIVEN: Final = (
    *("Aubrey", "Bríd", "Caspian", "Delphine", "Eira", "Farouk", "Gwenno", "Halima"),
    *("Ishaan", "Jocasta", "Kwame", "Lowenna", "Mirela", "Nkechi", "Oisín", "Perpetua"),
    *("Quentin", "Roza", "Sorcha", "Tamsin", "Ulric", "Vashti", "Wilfred", "Xanthe"),
    *("Yusuf", "Zofia", "Anwen", "Bartosz", "Ceridwen", "Dilys", "Emeka", "Fenella"),
)
_FAMILY_FIRST: Final = (
    *("Ash", "Birch", "Cold", "Dun", "Elder", "Fox", "Glad", "Hart", "Iron", "Jay"),
    *("King", "Lin", "Mar", "Nether", "Over", "Pen", "Quarr", "Raven", "Stan", "Thorn"),
)
_FAMILY_LAST: Final = (
    *("bury", "croft", "den", "field", "grave", "ham", "lock", "mead", "ridge"),
    *("shaw", "thwaite", "wick", "worth", "hurst", "combe"),
)
_FAMILY_BEFORE: Final = ("", "", "", "", "", "", "O'", "Ní ", "Mac", "St-")

_SCHOOL_AGE: Final = 4
_SCHOOLS: Final = tuple(f"urn:dfe:urn:{991_001 + place}" for place in range(40))
"""Invented, and none of those that the agreements name."""
_SETTINGS: Final = tuple(f"urn:dfe:urn:{992_001 + place}" for place in range(10))


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
    """Where they are taught or, below school age, looked after."""

    @property
    def in_capitals(self) -> "Child":
        """The same child as an old hospital system writes names."""
        names = (_plain(self.family_name), _plain(self.given_name))
        return replace(self, family_name=names[0], given_name=names[1])


@dataclass(frozen=True, slots=True)
class Registrar:
    """Names and numbers children; never gives a number twice."""

    seed: int
    council: str
    """Three digits: UPNs begin with it."""

    def child(self, number: int, ages: tuple[int, int], on: date) -> Child:
        """Return child *number*, whose age lies between *ages* on a day."""
        random = Random(f"child/{self.seed}/{number}")  # noqa: S311 - variation
        born = on - timedelta(days=random.randint(ages[0] * 365, ages[1] * 365 + 364))
        return Child(
            number=number,
            family_name=_family(random),
            given_name=random.choice(_GIVEN),
            date_of_birth=born,
            nhs_number=self._nhs_number(number),
            upn=self._upn(number, born),
            school=school_of(random, born, on),
        )

    def twin(self, child: Child, number: int) -> Child:
        """Return a twin: everything alike but the given name and the numbers."""
        place = _GIVEN.index(child.given_name)
        return replace(
            child,
            number=number,
            given_name=_GIVEN[(place + 1) % len(_GIVEN)],
            nhs_number=self._nhs_number(number),
            upn=self._upn(number, child.date_of_birth),
        )

    def adopted(self, child: Child, number: int) -> Child:
        """Return the child after adoption: new names, new numbers, the same birth."""
        random = Random(f"adopted/{self.seed}/{number}")  # noqa: S311 - variation
        return replace(
            self.twin(child, number),
            family_name=_family(random),
            school=random.choice([s for s in _SCHOOLS if s != child.school]),
        )

    def _nhs_number(self, number: int) -> str:
        """Return the NHS number of child *number*, which no other child has."""
        first = (self.seed * 3027 + number * _PER_CHILD) % (_PER_CHILD * MOST_CHILDREN)
        for serial in range(_FIRST_SERIAL + first, _FIRST_SERIAL + first + _PER_CHILD):
            stem = f"999{serial:06d}"
            check = -sum(int(d) * (10 - i) for i, d in enumerate(stem)) % 11
            if check != _NO_DIGIT and serial not in _RESERVED:
                return f"{stem}{check}"
        raise ValueError("three neighbouring serials never all lack a digit")

    def _upn(self, number: int, born: date) -> str:
        """Return the UPN of child *number*, given in the year of school entry."""
        establishment = 9000 + (number // 1000 + self.seed * 53) % 1000
        year = (born.year + _SCHOOL_AGE) % 100
        digits = f"{self.council}{establishment:04d}{year:02d}{number % 1000:03d}"
        weighted = sum(int(d) * place for place, d in enumerate(digits, start=2))
        return f"{_UPN_LETTERS[weighted % len(_UPN_LETTERS)]}{digits}"


def school_of(random: Random, born: date, on: date) -> str:
    """Return an invented school, or a setting for a child too young for one."""
    young = (on - born).days < _SCHOOL_AGE * 365
    return random.choice(_SETTINGS if young else _SCHOOLS)


def another_school(random: Random, school: str) -> str:
    """Return a school that is not *school*."""
    return random.choice([other for other in _SCHOOLS if other != school])


def _family(random: Random) -> str:
    """Return an invented family name, now and then one that systems write two ways."""
    first = random.choice(_FAMILY_FIRST) + random.choice(_FAMILY_LAST)
    return random.choice(_FAMILY_BEFORE) + first


def _plain(name: str) -> str:
    """Return *name* in capitals, without accents."""
    return name.upper().translate(str.maketrans("ÍÓÉÁÚ", "IOEAU"))
