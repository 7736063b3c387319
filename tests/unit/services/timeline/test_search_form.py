"""What a person writes into the search form, and what `as_known_on` may be."""

import pytest

from services.runtime.problems import Problem
from services.timeline.pages import sought
from services.timeline.store.reading import known_moment

BORN = {
    "date_of_birth-day": "4",
    "date_of_birth-month": "5",
    "date_of_birth-year": "2018",
}


def problems(**written):
    """Return the fields and words of what is wrong."""
    return [(one["field"], one["text"]) for one in sought(written)[1]]


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ({"nhs_number": " 999 123 4519"}, {"nhs_number": "9991234519"}),
        ({"upn": "m931123424001 ", "nhs_number": " "}, {"upn": "M931123424001"}),
    ],
)
def test_numbers_are_read_as_people_write_them(written, asked):
    """Spaces and small letters do not matter."""
    assert sought(BORN | written) == (asked | {"date_of_birth": "2018-05-04"}, [])


@pytest.mark.parametrize(
    ("written", "field", "text"),
    [
        ({}, "nhs_number", "Enter an NHS number or a UPN"),
        (
            {"nhs_number": "9991234519", "upn": "M931123424001"},
            "nhs_number",
            "Enter either the NHS number or the UPN, not both",
        ),
        ({"nhs_number": "999"}, "nhs_number", "Enter an NHS number of 10 digits"),
        (
            {"nhs_number": "9991234518"},
            "nhs_number",
            "Check the NHS number: one of its digits is wrong",
        ),
        ({"upn": "M93"}, "upn", "Enter a UPN: a letter, then 12 characters"),
        (
            {"upn": "M931123424002"},
            "upn",
            "Check the UPN: one of its characters is wrong",
        ),
    ],
)
def test_a_number_that_cannot_be_one(written, field, text):
    """What must be done about it is said, at its field."""
    assert problems(**BORN, **written) == [(field, text)]


def test_a_date_of_birth_is_needed():
    """A missing one and one that no calendar has are told apart."""
    given = {"nhs_number": "9991234519"}
    unreal = BORN | {"date_of_birth-day": "31", "date_of_birth-month": "2"}

    assert problems(**given) == [("date_of_birth", "Enter a date of birth")]
    assert problems(**given, **unreal) == [
        ("date_of_birth", "Date of birth must be a real date")
    ]


@pytest.mark.parametrize(
    ("asked", "moment"),
    [
        (None, None),
        ("", None),
        ("2026-03-02", "2026-03-02T23:59:59.999999Z"),
        ("2026-07-01", "2026-07-01T22:59:59.999999Z"),
        ("2026-03-02T10:00:00+01:00", "2026-03-02T09:00:00.000000Z"),
    ],
)
def test_as_known_on(asked, moment):
    """A date is the end of that day in London; an instant is itself."""
    assert known_moment(asked) == moment


@pytest.mark.parametrize(
    "asked",
    [
        "tomorrow",
        "2026-02-30",
        "2026-W10-1",
        "2026-03-02T10:00:00",
        "9999-12-31",
        "9999-12-30",
        "0001-01-01",
    ],
)
def test_as_known_on_is_a_date_or_an_instant(asked):
    """Anything else is said to be wrong, the value left out."""
    with pytest.raises(Problem) as refused:
        known_moment(asked)

    assert refused.value.status == 422
    assert asked not in refused.value.detail
