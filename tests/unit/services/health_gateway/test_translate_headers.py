"""The organisation that a header names."""

import base64
import json

import pytest

from services.health_gateway.errors import FhirRefused
from services.health_gateway.translate.headers import end_user

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
