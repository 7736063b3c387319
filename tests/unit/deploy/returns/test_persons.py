"""The council's own file of persons: read as it is, or refused without a value."""

import pytest

from deploy.returns.persons import NotPersonsError, persons

HEAD = "Local_ID,Surname,Forename,Date_of_birth,UPN\n"
GOOD = HEAD + "P1,Ní Bhroin,Éabha,04/05/2018,X\nP2,Vale,Ann,2017-01-31,\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_encodings_and_dates_as_in_the_field(tmp_path, encoding):
    """UTF-8 with and without a mark, Windows-1252; British and ISO dates."""
    path = tmp_path / "persons.csv"
    path.write_text(GOOD, encoding=encoding)
    first, second = persons(path)

    assert (first.surname, first.born.isoformat()) == ("Ní Bhroin", "2018-05-04")
    assert (second.local_id, second.get("upn")) == ("P2", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("Surname,Forename\nVale,Ann\n", "row 1: these columns are missing"),
        (HEAD + "P1,Vale,Ann,31/02/2018,\n", "row 2: date_of_birth"),
        (HEAD + ",Vale,Ann,2018-05-04,\n", "row 2: local_id is required"),
        (HEAD + "P1,Vale,Ann,2018-05-04,\nP1,Vale,Bo,2018-05-04,\n", "rows 2 and 3"),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path, text, said):
    """The row and the rule are named; what stands there is not."""
    path = tmp_path / "persons.csv"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(NotPersonsError, match=said) as refused:
        persons(path)
    assert "Vale" not in str(refused.value)
