"""The form by which a person decides about a held file."""

import pytest

from services.education_gateway.pages.files import problems_of


@pytest.mark.parametrize(
    ("reason", "decision", "fields"),
    [
        ("a school has closed", "release", []),
        ("a school has closed", "reject", []),
        ("no", "release", ["reason"]),
        ("x" * 201, "reject", ["reason"]),
        ("a school has closed", None, ["release"]),
        ("a school has closed", "delete", ["release"]),
        ("", "", ["reason", "release"]),
    ],
)
def test_a_decision_is_one_of_two_with_a_reason(reason, decision, fields):
    """What says neither is no rejection."""
    assert [one["field"] for one in problems_of(reason, decision)] == fields
