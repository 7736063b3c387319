"""Who is one child: numbers with birth and name link, contradictions never do."""

import pytest

from services.identity_linking.rules import Stated, stated
from tests.unit.services.identity_linking.registry import (
    ANN,
    BAD_NHS_NUMBER,
    BAD_UPN,
    COUNCIL,
    NHS_NUMBER,
    OTHER_NHS_NUMBER,
    TEMPORARY_UPN,
    TRUST,
    UPN,
    Told,
)


@pytest.fixture
def told():
    """A registry that knows nobody."""
    return Told()


@pytest.mark.parametrize("number", [{"nhs_number": NHS_NUMBER}, {"upn": UPN}])
def test_a_number_with_birth_and_name_links(told, number):
    """Two agencies that give one number, birth and name speak of one child."""
    assert told.tell("a", COUNCIL, **number, **ANN) == "founded"
    assert told.tell("b", TRUST, **number, **ANN) == "linked"

    assert told.children() == {frozenset("ab")}


@pytest.mark.parametrize("number", [{"nhs_number": NHS_NUMBER}, {"upn": UPN}])
@pytest.mark.parametrize(
    "other",
    [
        {},
        {"born": ANN["born"]},
        {"family_name": "Vale", "given_name": "Ann"},
        ANN | {"family_name": "Reed"},
        ANN | {"given_name": "Amy"},
        ANN | {"born": "2018-05-05"},
    ],
)
def test_a_number_links_with_all_of_them_alone(told, number, other):
    """A number alone, or with a birth or name missing or different, proves nothing."""
    told.tell("a", COUNCIL, **number, **ANN)
    told.tell("b", TRUST, **number, **other)

    assert told.children() == {frozenset("a"), frozenset("b")}


def test_birth_and_name_without_a_number_prove_nothing(told):
    """Two children may share both."""
    told.tell("a", COUNCIL, **ANN)
    told.tell("b", TRUST, **ANN)

    assert len(told.children()) == 2


@pytest.mark.parametrize(
    "name",
    [
        {"family_name": "VALE", "given_name": "ann"},
        {"family_name": "Vàle", "given_name": "Ann"},
        {"family_name": " V'a-le", "given_name": "A nn"},
        {"family_name": "Vale", "given_name": None},
        {"family_name": None, "given_name": "Ann"},
    ],
)
def test_a_name_is_one_however_it_is_written(told, name):
    """Case, accents, hyphens, spaces and an absent half do not keep apart."""
    told.tell("a", COUNCIL, nhs_number=NHS_NUMBER, **ANN)
    told.tell("b", TRUST, nhs_number=NHS_NUMBER, **(ANN | name))

    assert len(told.children()) == 1


def test_halves_of_a_name_that_do_not_meet_prove_nothing(told):
    """A family name here and a given name there are no name in common."""
    told.tell("a", COUNCIL, nhs_number=NHS_NUMBER, **(ANN | {"given_name": None}))
    told.tell("b", TRUST, nhs_number=NHS_NUMBER, **(ANN | {"family_name": None}))

    assert len(told.children()) == 2


@pytest.mark.parametrize(
    "number",
    [{"nhs_number": BAD_NHS_NUMBER}, {"upn": BAD_UPN}, {"nhs_number": "0" * 10}],
)
def test_a_number_that_fails_its_check_never_links(told, number):
    """However well birth and name agree, a mistyped number leads nowhere."""
    told.tell("a", COUNCIL, **number, **ANN)
    told.tell("b", TRUST, **number, **ANN)

    assert len(told.children()) == 2


def test_a_number_that_fails_its_check_contradicts_nothing(told):
    """A good UPN links although the NHS number beside it was mistyped."""
    told.tell("a", COUNCIL, nhs_number=NHS_NUMBER, upn=UPN, **ANN)
    told.tell("b", TRUST, nhs_number=BAD_NHS_NUMBER, upn=UPN, **ANN)

    assert len(told.children()) == 1


def test_twins_whose_numbers_were_confused_stay_two(told):
    """A message for one twin under the other's number is left for a steward."""
    told.tell("ann", TRUST, nhs_number=NHS_NUMBER, **ANN)
    amy = ANN | {"given_name": "Amy"}
    told.tell("amy", TRUST, nhs_number=OTHER_NHS_NUMBER, **amy)
    told.tell("amy", TRUST, nhs_number=NHS_NUMBER, **amy)

    assert told.children() == {frozenset(["ann"]), frozenset(["amy"])}


def test_a_contradiction_is_never_linked_and_goes_to_a_steward(told):
    """The UPN agrees, the NHS number does not: two children, and a review."""
    told.tell("a", COUNCIL, nhs_number=NHS_NUMBER, upn=UPN, **ANN)
    told.tell("b", TRUST, nhs_number=OTHER_NHS_NUMBER, upn=UPN, **ANN)

    assert len(told.children()) == 2
    assert told.doubts == {("b", told.child("a"), "contradiction")}


def test_a_contradiction_anywhere_in_a_child_counts(told):
    """What one of its persons said keeps out whom another of them would let in."""
    told.tell("a", COUNCIL, nhs_number=NHS_NUMBER, **ANN)
    told.tell("b", TRUST, nhs_number=NHS_NUMBER, upn=UPN, **ANN)
    told.tell("c", "urn:ods:RTH", nhs_number=OTHER_NHS_NUMBER, upn=UPN, **ANN)

    assert told.children() == {frozenset("ab"), frozenset("c")}


def test_a_message_that_leads_to_two_children_joins_them(told):
    """An event with both numbers makes the two children known by one each one child."""
    told.tell("a", COUNCIL, upn=UPN, **ANN)
    told.tell("b", TRUST, nhs_number=NHS_NUMBER, **ANN)
    first = told.child("a")

    assert told.tell("c", COUNCIL, nhs_number=NHS_NUMBER, upn=UPN, **ANN) == "joined"
    assert told.children() == {frozenset("abc")}
    assert told.child("b") == first


def test_a_known_person_who_gains_a_number_is_joined(told):
    """`person.identified` about a person that is known brings both children together."""
    told.tell("a", COUNCIL, upn=UPN, **ANN)
    told.tell("b", TRUST, nhs_number=NHS_NUMBER, **ANN)

    assert told.tell("a", COUNCIL, nhs_number=NHS_NUMBER, upn=UPN, **ANN) == "joined"
    assert told.children() == {frozenset("ab")}


def test_two_children_that_contradict_are_not_joined_by_a_third(told):
    """Matching is no chain: who fits both of two different children links to neither."""
    told.tell("a", COUNCIL, nhs_number=NHS_NUMBER, **ANN)
    told.tell("b", COUNCIL, upn=UPN, nhs_number=OTHER_NHS_NUMBER, **ANN)
    told.tell("c", TRUST, upn=UPN, **ANN)
    told.tell("c", TRUST, nhs_number=NHS_NUMBER, **ANN)

    assert told.children() == {frozenset("a"), frozenset("bc")}
    assert ("c", told.child("a"), "contradiction") in told.doubts


def test_a_number_alone_follows_its_senders_own_person(told):
    """Who gave the number with full particulars may use it alone."""
    told.tell("a", COUNCIL, nhs_number=NHS_NUMBER, **ANN)

    assert told.tell("bare", COUNCIL, nhs_number=NHS_NUMBER) == "linked"
    assert told.tell("other", TRUST, nhs_number=NHS_NUMBER) == "founded"
    assert told.children() == {frozenset(["a", "bare"]), frozenset(["other"])}


def test_a_number_alone_that_came_first_follows_later(told):
    """The full particulars may come after the number alone."""
    told.tell("bare", COUNCIL, nhs_number=NHS_NUMBER)
    told.tell("a", COUNCIL, nhs_number=NHS_NUMBER, **ANN)

    assert told.children() == {frozenset(["a", "bare"])}


def test_a_number_alone_that_leads_to_two_children_follows_neither(told):
    """Where its sender gave the number for two children, it proves nothing."""
    told.tell("a", COUNCIL, nhs_number=NHS_NUMBER, **ANN)
    told.tell("b", COUNCIL, nhs_number=NHS_NUMBER, **(ANN | {"born": "2018-05-05"}))
    told.tell("bare", COUNCIL, nhs_number=NHS_NUMBER)

    assert len(told.children()) == 3


def test_a_number_without_a_name_is_no_full_statement(told):
    """A person known by number and birth alone draws no bare number after it."""
    told.tell("a", COUNCIL, nhs_number=NHS_NUMBER, born=ANN["born"])
    told.tell("bare", COUNCIL, nhs_number=NHS_NUMBER)

    assert len(told.children()) == 2


def test_a_temporary_upn_gives_way_to_the_permanent_one(told):
    """Two UPNs contradict unless one of them was temporary."""
    told.tell("a", COUNCIL, nhs_number=NHS_NUMBER, upn=TEMPORARY_UPN, **ANN)
    told.tell("b", TRUST, nhs_number=NHS_NUMBER, upn=UPN, **ANN)

    assert len(told.children()) == 1


def test_who_was_parted_is_never_linked_again_by_a_rule(told):
    """The next message with the same numbers leaves both children as they are."""
    for ref, sender in (("a", COUNCIL), ("b", TRUST)):
        told.tell(ref, sender, nhs_number=NHS_NUMBER, **ANN)
    before = told.child("a")
    told.part("b")
    after = told.child("b")

    for ref, sender in (("a", COUNCIL), ("b", TRUST)):
        assert told.tell(ref, sender, nhs_number=NHS_NUMBER, upn=UPN, **ANN) == "kept"

    assert (told.child("a"), told.child("b")) == (before, after)
    assert before != after


def test_a_newcomer_does_not_join_who_was_parted(told):
    """Someone who fits both of two parted children founds, and goes to a steward."""
    for ref, sender in (("a", COUNCIL), ("b", TRUST)):
        told.tell(ref, sender, nhs_number=NHS_NUMBER, **ANN)
    told.part("b")

    assert told.tell("c", "urn:ods:RTH", nhs_number=NHS_NUMBER, **ANN) == "founded"
    assert {why for ref, _, why in told.doubts if ref == "c"} == {"several-children"}
    assert len(told.children()) == 3


def test_what_a_person_member_says_is_read():
    """Members that do not identify anybody are passed over."""
    said = stated({"local_id": "P88", "nhs_number": NHS_NUMBER, "date_of_birth": "x"})

    assert said == Stated(nhs_number=NHS_NUMBER, born="x")
    assert said.numbers == (("nhs_number", NHS_NUMBER),)
    assert not said.bare


@pytest.mark.parametrize("order", ["osn", "ons", "sno", "nso", "son", "nos"])
def test_a_superseded_number_leads_to_the_child_in_any_order(told, order):
    """Who knows the old number, who knows the new one, and who knows both are one."""
    said = {
        "o": {"nhs_number": OTHER_NHS_NUMBER},
        "n": {"nhs_number": NHS_NUMBER},
        "s": {"nhs_number": NHS_NUMBER, "former": (OTHER_NHS_NUMBER,)},
    }
    for ref in order:
        told.tell(ref, f"urn:ods:{ref}", **said[ref], **ANN)

    assert told.children() == {frozenset("osn")}


def test_a_superseded_number_of_somebody_else_links_nobody(told):
    """Birth and name must agree as with any number."""
    told.tell("o", TRUST, nhs_number=OTHER_NHS_NUMBER, **(ANN | {"given_name": "Amy"}))
    told.tell("s", COUNCIL, nhs_number=NHS_NUMBER, former=(OTHER_NHS_NUMBER,), **ANN)

    assert told.children() == {frozenset("o"), frozenset("s")}


def test_a_number_that_is_superseded_twice_is_still_the_childs(told):
    """Each supersession leads to the next."""
    third = "9992047313"
    told.tell("o", TRUST, nhs_number=OTHER_NHS_NUMBER, **ANN)
    told.tell("s", COUNCIL, nhs_number=NHS_NUMBER, former=(OTHER_NHS_NUMBER,), **ANN)
    told.tell("t", COUNCIL, nhs_number=third, former=(NHS_NUMBER,), **ANN)
    told.tell("n", "urn:ods:RTH", nhs_number=third, **ANN)

    assert told.children() == {frozenset("ostn")}


def test_a_signal_with_the_old_number_alone_follows_its_sender(told):
    """A number alone is its sender's child, whichever of the child's numbers it is."""
    told.tell("s", COUNCIL, nhs_number=NHS_NUMBER, former=(OTHER_NHS_NUMBER,), **ANN)
    told.tell("o", COUNCIL, nhs_number=OTHER_NHS_NUMBER)

    assert told.children() == {frozenset("os")}
