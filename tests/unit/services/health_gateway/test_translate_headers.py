"""The organisation that a header names."""

import base64
import json

import pytest

from services.health_gateway.errors import FhirRefused
from services.health_gateway.translate.headers import end_user, preferred, read_headers

ODS = "https://fhir.nhs.uk/Id/ods-organization-code"


def _sealed(value):
    """
    What BaRS puts into a header.
    """
    return base64.b64encode(json.dumps(value).encode()).decode()


def test_the_header_names_an_organisation_by_its_ods_code():
    """
    The end user's organisation is read from the Organization in the header.
    """
    organisation = {
        "resourceType": "Organization",
        "identifier": [{"system": ODS, "value": "rnu"}],
    }

    assert end_user(_sealed(organisation)) == "urn:ods:RNU"


def test_no_header_names_nobody():
    """
    A sender without the header is not held to it.
    """
    assert end_user(None) is None


@pytest.mark.parametrize("header", ["%%%", "", _sealed([]), "bm90IGpzb24="])
def test_a_header_that_is_no_organisation_is_refused(header):
    """
    What cannot be read is named by its header, without its content.
    """
    with pytest.raises(FhirRefused) as refused:
        end_user(header)

    assert refused.value.expressions == ("NHSD-End-User-Organisation",)


def test_what_bars_requires_beside_a_message_and_is_absent_is_a_warning():
    """The headers, and the version in Accept: a message without them is taken."""
    target = _sealed({"system": "https://fhir.nhs.uk/Id/dos-service-id", "value": "1"})
    whole = {
        "NHSD-Target-Identifier": target,
        "NHSD-End-User-Organisation": _sealed({"resourceType": "Organization"}),
        "NHSD-Requesting-Software": _sealed({"resourceType": "Device"}),
        "use-context": "a4t2|referral|servicerequest-request|new",
        "accept": "application/fhir+json; version=1.4.0",
    }

    assert read_headers(whole).warnings == ()
    assert read_headers({}).warnings == ("headers-absent", "accept-version-absent")
    for name in whole.keys() - {"accept"}:
        some = {other: value for other, value in whole.items() if other != name}
        assert read_headers(some).warnings == ("headers-absent",)


@pytest.mark.parametrize(
    ("prefer", "followed"),
    [
        (None, True),
        ("return=OperationOutcome", True),
        ('return="operationoutcome"; handling=strict', True),
        ("return=representation", False),
        ("respond-async, handling = strict", False),
        ("zzz", False),
    ],
)
def test_a_preference_that_is_not_followed_is_told(prefer, followed):
    """Whoever wishes for another answer than there is learns that it is not given."""
    assert preferred(prefer) == (() if followed else ("prefer-not-followed",))
