"""What each kind of table says: the events that its rows make."""

from datetime import date

import pytest

from tests.support.agencies import nhs_number, upn
from tests.support.school_files import (
    csv_of,
    exclusion,
    judged,
    leaver,
    need,
    part,
    pupil,
    read,
)
from tests.support.told_files import told, types


def test_a_pupil_on_roll_is_admitted_and_supported():
    """The admission is dated by the file, the support by the snapshot at the latest."""
    admitted, supported = told(csv_of([pupil(1)]))

    assert (admitted.type, admitted.occurred) == ("school.admission.v1", "2024-09-03")
    assert admitted.data["to_school"] == "urn:dfe:urn:990001"
    assert supported.type == "sen_support.started.v1"
    assert (supported.occurred, supported.occurredprecision) == ("2026-01-15", "by")
    assert supported.data["provision_to"] == "K"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("K", "E", ["sen_support.changed"]),
        ("K", "", []),
        ("K", "K", []),
        ("", "K", ["sen_support.started"]),
        ("", "N", []),
        ("N", "K", ["sen_support.started"]),
        ("K", "N", ["sen_support.changed"]),
        ("S", "E", ["sen_support.changed"]),
    ],
)
def test_only_a_change_of_provision_is_told(before, after, expected):
    """A blank makes nothing; from nothing to something is a start."""
    first = csv_of([pupil(1, senprovision=before)])
    found = told(csv_of([pupil(1, senprovision=after)]), before=[first])

    assert list(types(found)) == expected


def test_a_change_in_another_column_makes_no_event():
    """Only what a type knows is told."""
    first = csv_of([pupil(1)])

    assert told(csv_of([pupil(1, boarder="B", sourceid="x")]), before=[first]) == []


def test_a_correction_of_an_admission_supersedes_it():
    """The same record, the next version."""
    first = csv_of([pupil(1)])
    [again] = told(csv_of([pupil(1, entrydate="2024-09-04")]), before=[first])
    [admitted, _] = told(first)

    assert again.sourcerecord == admitted.sourcerecord
    assert again.sourceversion > admitted.sourceversion


def test_leavers_exclusions_and_needs():
    """Each table says its own; needs are one list a pupil, in the order of rank."""
    found = told(
        csv_of([leaver(2)]),
        csv_of([exclusion(1, "x1"), exclusion(1, "x2", category="PERM")]),
        csv_of([need(1, 2, "SLCN"), need(1, 1, "ASD")]),
    )

    assert types(found) == {
        "school.leaver": 1,
        "school.suspension": 1,
        "school.exclusion": 1,
        "sen_support.changed": 1,
    }
    by_type = {one.type: one for one in found}
    assert by_type["sen_support.changed.v1"].data["needs"] == ["ASD", "SLCN"]
    assert by_type["school.suspension.v1"].data["sessions"] == 4
    assert by_type["school.leaver.v1"].occurred == "2025-12-12"


@pytest.mark.parametrize("number", ["A931123424001", "not-a-upn", "X80120000A001"])
def test_a_bad_upn_is_a_warning_and_links_nobody(number):
    """The row is taken in under the feed's own key, without the number."""
    [said] = judged(read(part(csv_of([pupil(1, upn=number)]))))

    assert not said.failed
    assert [one.column for one in said.findings] == ["upn"]
    person = said.row.carried["person"]
    assert person["local_id"] == "feed/990001/t000001"
    assert "upn" not in person


def test_a_retired_code_is_taken_in_with_a_warning():
    """It travels as it is, with its code system."""
    [said] = judged(read(part(csv_of([exclusion(1, "x", category="FIXD")]))))

    assert not said.failed
    assert "retired" in said.findings[0].rule


def test_a_code_of_no_list_fails_its_row_alone():
    """Each says the column, the rule and what to do; never the value in the rule."""
    content = csv_of([need(1, 1, "73e987da"), need(1, 2, "ASD")])
    said = judged(read(part(content)))

    assert [one.failed for one in said] == [True, False]
    [finding] = said[0].findings
    assert (finding.column, finding.value) == ("sentype", "73e987da")
    assert "73e987da" not in finding.rule + finding.remedy
    assert said[1].row.known == {"needs": "ASD"}


def test_a_crosswalk_states_that_two_numbers_are_one_child():
    """Headings as people write them; a wrong number fails its row here."""
    row = {
        "UPN": upn(7),
        "NHS number": nhs_number(7),
        "Traced on": "03/02/2026",
        "Method": "PDS trace",
    }
    wrong = row | {"NHS number": "9990000000"}
    [said] = told(csv_of([row]))

    assert (said.type, said.occurred) == ("person.identified.v1", "2026-02-03")
    assert said.person == {"upn": upn(7), "nhs_number": nhs_number(7)}
    assert said.data["method"] == "PDS trace"
    assert judged(read(part(csv_of([wrong]))))[0].failed
    assert judged(read(part(csv_of([row | {"Method": "x" * 41}]))))[0].failed


def test_a_code_retires_by_the_day_of_the_file():
    """What was in use on that day is no doubt."""
    content = csv_of([exclusion(1, "x", category="FIXD", startdate="2019-11-04")])
    [said] = judged(read(part(content), as_at=date(2019, 12, 1)))

    assert said.findings == []
