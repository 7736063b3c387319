"""Code lists: what a code means, when it was in use, and that it names its system."""

from datetime import date
from typing import get_args

import pytest
from pydantic import ValidationError

from schemas.codes import CODE_LISTS
from schemas.codes.lists import school_year
from schemas.events import CATALOGUE
from schemas.events.coded import lists_of

PERSON = {"local_id": "P1"}


@pytest.mark.parametrize(
    ("day", "year"), [("2024-08-31", 2023), ("2024-09-01", 2024), ("2025-01-16", 2024)]
)
def test_a_school_year_begins_in_september(day, year):
    """The school year is called by the year in which it begins."""
    assert school_year(date.fromisoformat(day)) == year


def test_a_code_is_retired_after_its_last_year():
    """`FIXD` was right on the day before the list changed, and is not afterwards."""
    codes = CODE_LISTS["dfe:exclusion-category"]

    assert not codes.retired("FIXD", date(2020, 8, 31))
    assert codes.retired("FIXD", date(2020, 9, 1))
    assert not codes.retired("SUSP", date(2026, 1, 1))


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_coded_member_names_its_system(name):
    """Beside a code stands a member that can hold its system and no other."""
    fields = CATALOGUE[name].data.model_fields

    for member, codes in lists_of(CATALOGUE[name].data).items():
        literal, _ = get_args(fields[f"{member}_system"].annotation)
        assert get_args(literal) == (codes.system,)


def test_a_code_travels_with_its_system():
    """Whoever reads an event knows which list a code is of, though nobody said it."""
    data = CATALOGUE["school.suspension.v1"].data
    said = data.model_validate({"person": PERSON, "reasons": ("DS",)})

    written = said.model_dump(mode="json", exclude_none=True, exclude_unset=True)

    assert written == {
        "person": PERSON,
        "reasons": ["DS"],
        "reasons_system": "dfe:cbds:CS010",
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"reasons": ("ASD",)},
        {"reasons": ("PP", "PA", "VP", "VA")},
        {"category": "SUSP", "category_system": "dfe:sen-type"},
    ],
)
def test_another_code_or_system_is_refused(wrong):
    """A code of another list, a fourth reason, a system that is not the list's."""
    with pytest.raises(ValidationError):
        CATALOGUE["school.suspension.v1"].data.model_validate(
            {"person": PERSON, **wrong}
        )
