"""Identifiers: what is a form error, and what is only a wrong check digit."""

import pytest
from pydantic import TypeAdapter, ValidationError

from schemas.identifiers import (
    NhsNumber,
    Organisation,
    Uln,
    Upn,
    is_organisation,
    la_code_known,
    laestab_parts,
    nhs_number_agrees,
    uln_agrees,
    upn_agrees,
    upn_council,
    upn_is_temporary,
)


@pytest.mark.parametrize(
    "value",
    [
        "9449305552",
        "9691914913",
        "9449310424",
        "9434765919",
        "9000000009",
        "9876543210",
        "9991234519",
    ],
)
def test_nhs_number_agrees(value):
    """Numbers that are published as right pass modulus 11."""
    assert nhs_number_agrees(value)


@pytest.mark.parametrize(
    "value", ["1234567890", "9449305553", "9994305552", "0000000000", "1111111111"]
)
def test_nhs_number_disagrees(value):
    """One wrong digit is seen, and ten equal ones never pass."""
    assert not nhs_number_agrees(value)


@pytest.mark.parametrize("digit", "012345678")
def test_nhs_number_takes_one_check_digit_only(digit):
    """Of ten last digits at most one is right: here it is 9."""
    assert not nhs_number_agrees("900000000" + digit)


def test_nhs_number_remainder_of_ten_has_no_check_digit():
    """Where the sum leaves 1, the number is not issued with any last digit."""
    without = [
        stem
        for stem in (f"99900000{n:01d}" for n in range(10))
        if not any(nhs_number_agrees(f"{stem}{d}") for d in range(10))
    ]

    assert len(without) == 1


@pytest.mark.parametrize(
    "value", ["999 123 4519", "999123451", "99912345190", "٩٩٩١٢٣٤٥١٩", ""]
)
def test_nhs_number_of_another_form_is_refused(value):
    """Only ten ASCII digits are an NHS number; the error is silent about the value."""
    with pytest.raises(ValidationError, match="ten digits"):
        TypeAdapter(NhsNumber).validate_python(value)


def test_nhs_number_with_a_wrong_check_digit_is_read():
    """A wrong check digit is a flag, so reading does not refuse it."""
    assert TypeAdapter(NhsNumber).validate_python("1234567890") == "1234567890"


@pytest.mark.parametrize(
    "value",
    [
        "H801200001001",
        "B801200005001",
        "X00180001701A",
        "E000200005001",
        "P207000016049",
        "M931123424001",
        "D931400123017",
        "H931200019042",
        "J931412326005",
        "H93112342601A",
        "A93140012605Z",
        "R93120001901T",
    ],
)
def test_upn_agrees(value):
    """The check letter follows from positions 2 to 13."""
    assert upn_agrees(TypeAdapter(Upn).validate_python(value))


@pytest.mark.parametrize(
    "value",
    [
        "G801200001001",
        "A801200001001",
        "A801200005001",
        "B207000016049",
        "Q207000016049",
        "A01234567890C",
        "A09876543210B",
    ],
)
def test_upn_disagrees(value):
    """A wrong check letter is seen; the form is right, so it is read all the same."""
    assert not upn_agrees(TypeAdapter(Upn).validate_python(value))


@pytest.mark.parametrize(
    "value",
    [
        "I801200001001",
        "X80120000A001",
        "h801200001001",
        "H80120000100",
        "H80120000100O",
    ],
)
def test_upn_of_another_form_is_refused(value):
    """I, O and S are never used, and only the last place may be a letter."""
    with pytest.raises(ValidationError, match="a UPN is"):
        TypeAdapter(Upn).validate_python(value)


@pytest.mark.parametrize(
    ("value", "temporary"), [("X00180001701A", True), ("H801200001001", False)]
)
def test_upn_is_temporary(value, temporary):
    """A temporary UPN ends in a letter."""
    assert upn_is_temporary(value) is temporary


@pytest.mark.parametrize(
    "value", ["urn:ods:RNU", "urn:ods:QU9", "urn:dfe:la:931", "urn:dfe:urn:123456"]
)
def test_organisation_is_read(value):
    """ODS codes, LA codes and URNs name an organisation."""
    assert is_organisation(TypeAdapter(Organisation).validate_python(value))


@pytest.mark.parametrize(
    "value",
    [
        "RNU",
        "urn:ods:rnu",
        "urn:ods:RN",
        "urn:dfe:la:0931",
        "urn:dfe:urn:12345",
        "urn:dfe:urn:123456\n",
        "urn:ods:RNU and more",
    ],
)
def test_organisation_of_another_form_is_refused(value):
    """Anything around or inside the urn that does not belong there is refused."""
    assert not is_organisation(value)
    with pytest.raises(ValidationError, match="an organisation is"):
        TypeAdapter(Organisation).validate_python(value)


@pytest.mark.parametrize("value", [None, 931, ["urn:ods:RNU"]])
def test_only_text_is_an_organisation(value):
    """Other JSON values are no organisation, and no error."""
    assert not is_organisation(value)


@pytest.mark.parametrize(
    "code", ["001", "838", "839", "940", "941", "942", "943", "931", "668", "820"]
)
def test_la_codes_old_and_new_are_known(code):
    """A UPN keeps the code under which it was given out; new authorities count too."""
    assert la_code_known(code)


@pytest.mark.parametrize("code", ["000", "999", "214", "944", "93", ""])
def test_other_codes_are_no_authoritys(code):
    """What was never given to an authority is seen."""
    assert not la_code_known(code)


def test_a_upn_names_the_authority_that_gave_it_out():
    """The check letter of this UPN agrees; its authority does not exist."""
    assert upn_agrees("E000200005001")
    assert not la_code_known(upn_council("E000200005001"))
    assert la_code_known(upn_council("X00180001701A"))


@pytest.mark.parametrize(
    "value", ["1234567899", "9023141414", "1000000000", "9000000105"]
)
def test_uln_agrees(value):
    """Numbers that are published as right pass modulus 11."""
    assert uln_agrees(TypeAdapter(Uln).validate_python(value))


@pytest.mark.parametrize("digit", "0123456789")
def test_uln_without_a_check_digit_never_agrees(digit):
    """Where the sum leaves nought, the number is not issued with any last digit."""
    assert not uln_agrees("987654321" + digit)


@pytest.mark.parametrize("value", ["123456789", "12345678990", "A234567899"])
def test_uln_of_another_form_is_refused(value):
    """Only ten digits are a ULN."""
    with pytest.raises(ValidationError, match="a ULN is"):
        TypeAdapter(Uln).validate_python(value)


@pytest.mark.parametrize("value", ["9314001", "931/4001"])
def test_laestab_names_authority_and_establishment(value):
    """Seven digits, as files and as people write them."""
    assert laestab_parts(value) == ("931", "4001")


@pytest.mark.parametrize("value", ["931400", "931-4001", "93140011", "931/400A"])
def test_laestab_of_another_form_is_none(value):
    """A URN has six digits and is no LAESTAB."""
    assert laestab_parts(value) is None
