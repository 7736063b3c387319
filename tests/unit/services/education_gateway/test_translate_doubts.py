"""What is doubtful in an event is taken in, with a flag and a warning."""

import pytest

from tests.support.stated import PERSON, data, person, statement


@pytest.mark.parametrize(
    ("changes", "flags"),
    [
        ({"nhs_number": "9991234518"}, ("nhs-number-check-failed",)),
        ({"upn": "A931123424001"}, ("upn-check-failed",)),
        ({"upn": "M931123424001"}, ()),
        (
            {"nhs_number": "0000000000", "upn": "A931123424001"},
            ("nhs-number-check-failed", "upn-check-failed"),
        ),
    ],
)
def test_a_wrong_check_digit_is_a_flag(changes, flags):
    """A number that fails its check is taken as it came, and marked."""
    said = statement(data=person(**changes))

    assert said.flags == flags
    assert changes.items() <= said.person.items()


def test_an_unknown_member_is_left_out_and_flagged():
    """Newer senders may say more than we know."""
    said = statement(data=data(notes="free text about the child"))

    assert said.flags == ("field-left-out",)
    assert "notes" not in said.data


def suspended(**members):
    """Return what a suspension states that has all that is expected."""
    said = {
        "person": PERSON,
        "category": "SUSP",
        "reasons": ["DB"],
        "provision": "K",
    } | members
    return statement(type="school.suspension.v1", data=said)


def test_a_retired_code_is_taken_in_with_a_warning():
    """The sender learns which member and which list; the event is flagged."""
    said = suspended(reasons=["DB", "OT"])

    assert said.flags == ("retired-code",)
    assert said.warnings == (("/data/reasons", "is a retired code of dfe:cbds:CS010"),)
    assert said.data["reasons"] == ["DB", "OT"]


def test_a_code_is_judged_by_the_year_of_what_happened():
    """A late report of 2019 may say what was right in 2019."""
    said = statement(
        type="school.suspension.v1",
        occurred="2019-11-04",
        data={
            "person": PERSON,
            "category": "FIXD",
            "reasons": ["OT"],
            "provision": "N",
        },
    )

    assert said.flags == said.warnings == ()


def test_an_open_list_warns_of_what_it_does_not_have():
    """`request_source` was released without its list, so another code is no error."""
    said = statement(
        type="ehcna.requested.v1", data={"person": PERSON, "request_source": "9"}
    )

    assert said.flags == ("unknown-code",)


def test_what_a_type_should_carry_and_does_not_is_said():
    """Nothing is lost for want of a member; the sender is told, and nobody else."""
    said = suspended(category=None)

    assert said.warnings == (("/data/category", "is expected of whoever knows it"),)
    assert said.flags == ()


@pytest.mark.parametrize(
    ("members", "flags", "where"),
    [
        ({"upn": "A801200001001"}, ("upn-check-failed",), "upn"),
        ({"upn": "E000200005001"}, ("upn-council-unknown",), "upn"),
        ({"former_upns": ["A801200005001"]}, ("upn-check-failed",), "former_upns/0"),
        (
            {"former_nhs_numbers": ["9990000019"]},
            ("nhs-number-check-failed",),
            "former_nhs_numbers/0",
        ),
        ({"uln": "9876543210"}, ("uln-check-failed",), "uln"),
        ({"upn": "X00180001701A", "uln": "9023141414"}, (), None),
    ],
)
def test_a_doubtful_number_is_flagged(members, flags, where):
    """Check letter, check digit and authority are doubts, not errors."""
    said = statement(data=person(**members))

    assert said.flags == flags
    places = [place for place, _ in said.warnings if place.startswith("/data/person")]
    assert places == ([f"/data/person/{where}"] if where else [])
