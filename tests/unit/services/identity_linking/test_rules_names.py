"""Whom a sender calls by more than one id is one child, unless two are called so."""

import pytest

from tests.unit.services.identity_linking.registry import (
    ANN,
    NHS_NUMBER,
    OTHER_NHS_NUMBER,
    TRUST,
    Told,
)


@pytest.fixture
def told():
    """A registry that knows nobody."""
    return Told()


def test_a_reference_follows_the_patient_who_comes_later(told):
    """Who was known by a reference alone is the patient whom that reference names."""
    told.tell("r", TRUST)
    assert told.tell("p", TRUST, "r", nhs_number=NHS_NUMBER, **ANN) == "linked"

    assert told.children() == {frozenset("rp")}


def test_a_reference_follows_the_patient_who_came_before(told):
    """The other way round it is the same."""
    told.tell("p", TRUST, "r", nhs_number=NHS_NUMBER, **ANN)
    assert told.tell("r", TRUST) == "linked"

    assert told.children() == {frozenset("rp")}


def test_records_that_lead_to_each_other_are_one_child(told):
    """A task about a referral about a patient: whichever comes when."""
    told.tell("t", TRUST)
    told.tell("s", TRUST, "t")
    told.tell("p", TRUST, "s", nhs_number=NHS_NUMBER, **ANN)

    assert told.children() == {frozenset("tsp")}


def test_what_contradicts_is_never_one_child(told):
    """One id given to two children is a sender's mistake, for a steward."""
    told.tell("a", TRUST, nhs_number=NHS_NUMBER, **ANN)
    told.tell("b", TRUST, "a", nhs_number=OTHER_NHS_NUMBER, **ANN)

    assert told.children() == {frozenset("a"), frozenset("b")}
    assert told.doubts == {("b", told.child("a"), "contradiction")}


def test_a_name_that_two_children_have_joins_nobody(told):
    """A record that passed from one patient to another does not make them one."""
    told.tell("a", TRUST, "s")
    told.tell("b", TRUST, "s")
    told.tell("s", TRUST)

    assert len(told.children()) == 3
    children = {("s", told.child("a")), ("s", told.child("b"))}
    assert {(ref, child) for ref, child, _ in told.doubts} >= children


def test_a_name_that_is_taken_joins_nobody_else(told):
    """Whoever is called by a name that another child has stays apart."""
    told.tell("s", TRUST)
    told.tell("a", TRUST, "s")
    told.tell("b", TRUST, "s")

    assert told.children() == {frozenset("sa"), frozenset("b")}
    assert ("b", told.child("a"), "several-children") in told.doubts


def test_two_persons_of_one_child_may_share_a_name(told):
    """A patient known by reference and by number, and the record about both."""
    told.tell("r", TRUST, "s")
    told.tell("p", TRUST, "rs", nhs_number=NHS_NUMBER, **ANN)
    told.tell("s", TRUST)

    assert told.children() == {frozenset("rps")}


def test_who_was_parted_stays_parted(told):
    """A steward's decision holds against a sender's names."""
    told.tell("p", TRUST, "r", nhs_number=NHS_NUMBER, **ANN)
    told.tell("r", TRUST)
    told.part("r")
    told.tell("p", TRUST, "r", nhs_number=NHS_NUMBER, **ANN)

    assert told.children() == {frozenset("p"), frozenset("r")}
