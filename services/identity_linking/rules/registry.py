"""What is known of persons when it is decided who is one child."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from schemas.identifiers import nhs_number_agrees, upn_agrees


@dataclass(frozen=True, slots=True)
class Stated:
    """What one message said to identify a person. Clear identifiers: never log it."""

    nhs_number: str | None = None
    upn: str | None = None
    born: str | None = None
    """Date of birth, `YYYY-MM-DD`."""
    family_name: str | None = None
    given_name: str | None = None
    former: tuple[str, ...] = ()
    """NHS numbers that the present one superseded."""

    @property
    def good_nhs_number(self) -> str | None:
        """The NHS number, if its check digit agrees."""
        number = self.nhs_number
        return number if number and nhs_number_agrees(number) else None

    @property
    def good_upn(self) -> str | None:
        """The UPN, if its check letter agrees."""
        return self.upn if self.upn and upn_agrees(self.upn) else None

    @property
    def numbers(self) -> tuple[tuple[str, str], ...]:
        """The numbers that may link, with their schemes."""
        said = (("nhs_number", self.good_nhs_number), ("upn", self.good_upn))
        old = [("nhs_number", one) for one in self.former if nhs_number_agrees(one)]
        return (*((scheme, number) for scheme, number in said if number), *old)

    @property
    def named(self) -> bool:
        """Whether there is a name."""
        return bool(self.family_name or self.given_name)

    @property
    def bare(self) -> bool:
        """Whether it is a number with neither date of birth nor name."""
        return not (self.born or self.named)


def stated(person: Mapping[str, Any]) -> Stated:
    """Return what the `person` member of an event says."""
    return Stated(
        nhs_number=person.get("nhs_number"),
        upn=person.get("upn"),
        born=person.get("date_of_birth"),
        family_name=person.get("family_name"),
        given_name=person.get("given_name"),
        former=tuple(sorted(person.get("former_nhs_numbers") or ())),
    )


@dataclass(slots=True)
class KnownPerson:
    """A person as one sender knows them."""

    sender: str
    child: str | None = None
    home: str | None = None
    """The child that it was of at first: under its key all its events are put."""
    said: set[Stated] = field(default_factory=set)


@dataclass(slots=True)
class Registry:
    """What is known of the persons that a batch can touch; rules change it."""

    persons: dict[str, KnownPerson] = field(default_factory=dict)
    founded: dict[str, int] = field(default_factory=dict)
    """Epoch at which each child was founded."""
    parted: set[tuple[str, str]] = field(default_factory=set)
    """Pairs of persons, each in order, that must not be linked."""
    members: dict[str, set[str]] = field(default_factory=dict)
    by_number: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    superseded: dict[str, set[str]] = field(default_factory=dict)
    """NHS numbers that somebody said are one patient's, each with the others."""
    called: dict[str, set[str]] = field(default_factory=dict)
    """By a person, those whose sender calls them by that person's id as well."""

    def add(
        self, ref: str, sender: str, child: str | None, home: str | None = None
    ) -> KnownPerson:
        """Note a person."""
        person = self.persons.setdefault(ref, KnownPerson(sender, home=home))
        if child:
            self.place(ref, child)
        return person

    def place(self, ref: str, child: str) -> None:
        """Make *ref* a person of *child* and of no other."""
        person = self.persons[ref]
        if person.child:
            self.members[person.child].discard(ref)
        person.child = child
        person.home = person.home or child
        self.members.setdefault(child, set()).add(ref)

    def call(self, name: str, ref: str) -> None:
        """Note that *ref*'s sender also calls it by the id of the person *name*."""
        self.called.setdefault(name, set()).add(ref)

    def note(self, ref: str, said: Stated) -> None:
        """Note what was said of *ref*."""
        self.persons[ref].said.add(said)
        for number in said.numbers:
            self.by_number.setdefault(number, set()).add(ref)
        for old in said.former:
            if said.good_nhs_number:
                self.superseded.setdefault(old, set()).add(said.good_nhs_number)
                self.superseded.setdefault(said.good_nhs_number, set()).add(old)

    def is_one_number(self, one: str, other: str) -> bool:
        """Return whether two NHS numbers are one patient's: one superseded the other."""
        reached, new = {one}, {one}
        while new and other not in reached:
            new = {n for k in new for n in self.superseded.get(k, ())} - reached
            reached |= new
        return other in reached
