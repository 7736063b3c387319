"""A corrected identification that no longer says what joined children is noticed."""

import pytest

from services.identity_linking import rules
from services.identity_linking.rules import Stated
from tests.unit.services.identity_linking.registry import (
    ANN,
    BAD_UPN,
    NHS_NUMBER,
    OTHER_NHS_NUMBER,
    TEMPORARY_UPN,
    UPN,
)

OTHER_UPN = "E931000000005"
SAID = {"nhs_number": NHS_NUMBER, "upn": UPN, **ANN}


def unsaid(*versions):
    """Return the person of whom the last of *versions* no longer says what was said."""
    return rules.unsaid([("a", Stated(**said)) for said in versions])


@pytest.mark.parametrize(
    "change",
    [
        {"upn": OTHER_UPN},
        {"nhs_number": OTHER_NHS_NUMBER},
        {"upn": None},
        {"born": "2018-04-05"},
        {"born": None},
        {"family_name": "Hill"},
        {"given_name": None},
    ],
)
def test_what_is_said_otherwise_or_not_at_all_is_noticed(change):
    """A number, the birth or a name that an earlier version said, and the last does not."""
    assert unsaid(SAID, SAID | change) == "a"


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"family_name": "VALE"},
        {"nhs_number": OTHER_NHS_NUMBER, "former": (NHS_NUMBER,)},
    ],
)
def test_what_says_as_much_is_not(change):
    """The same in other letters, or a number that superseded the one before."""
    assert unsaid(SAID, SAID | change) is None


def test_more_than_was_said_takes_nothing_back():
    """A first version that named no UPN joined nobody by one."""
    assert unsaid({"nhs_number": NHS_NUMBER, **ANN}, SAID) is None


@pytest.mark.parametrize("upn", [BAD_UPN, TEMPORARY_UPN])
def test_numbers_that_join_nobody_for_long_are_corrected_freely(upn):
    """A UPN with a wrong letter never joined; a permanent one follows a temporary one."""
    assert unsaid(SAID | {"upn": upn}, SAID) is None


def test_a_number_that_is_said_again_leaves_the_one_between():
    """The version between may have joined somebody, and the last does not bear it out."""
    assert unsaid(SAID, SAID | {"upn": OTHER_UPN}, SAID) == "a"


def test_one_version_corrects_nothing():
    """There is nothing before it."""
    assert unsaid(SAID) is None


def test_a_version_about_another_person_has_moved():
    """That is told as a withdrawal, and raised as one."""
    other = Stated(**SAID | {"upn": OTHER_UPN})
    assert rules.unsaid([("a", Stated(**SAID)), ("b", other)]) is None
