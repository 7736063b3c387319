"""Nobody in a county exists, and every number of theirs is well formed."""

from datetime import date

import pytest

from deploy.local.scenarios.people import child_of
from deploy.local.simulator.people import Registrar
from schemas.identifiers import nhs_number_agrees, upn_agrees

DAY = date(2024, 9, 30)


@pytest.fixture(scope="module")
def known():
    """Three thousand children of one council."""
    registrar = Registrar(1, "931")
    return [registrar.child(number, (1, 16), DAY) for number in range(3000)]


def test_numbers_are_good_and_of_nobody(known):
    """NHS numbers begin with 999; check digits and letters agree."""
    assert all(c.nhs_number.startswith("999") for c in known)
    assert all(nhs_number_agrees(c.nhs_number) for c in known)
    assert all(upn_agrees(c.upn) for c in known)


def test_no_two_have_a_number_in_common(known):
    """Not with each other, nor with the other children of the demonstration."""
    others = [child_of(931, number) for number in range(1, 201)]
    numbers = [n for c in (*known, *others) for n in (c.nhs_number, c.upn)]

    assert len(numbers) == len(set(numbers))


def test_a_twin_is_alike_but_for_given_name_and_numbers(known):
    """What tells twins apart is what must keep their records apart."""
    child = known[0]
    twin = Registrar(1, "931").twin(child, 9000)

    assert (twin.family_name, twin.date_of_birth) == (
        child.family_name,
        child.date_of_birth,
    )
    assert twin.given_name != child.given_name
    assert {twin.nhs_number, twin.upn}.isdisjoint({child.nhs_number, child.upn})


def test_an_adopted_child_keeps_the_birthday_alone(known):
    """New names and new numbers: nothing leads from one record to the other."""
    child = known[1]
    after = Registrar(1, "931").adopted(child, 9001)

    assert after.date_of_birth == child.date_of_birth
    assert {after.nhs_number, after.upn}.isdisjoint({child.nhs_number, child.upn})
    assert (after.family_name, after.given_name) != (
        child.family_name,
        child.given_name,
    )
