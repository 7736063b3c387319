"""Where a child lives and is seen does not travel, whether or not it is refused."""

import json

import pytest

from services.health_gateway.rules import Media
from services.health_gateway.translate import travelling
from tests.support.fhir import taken
from tests.support.resources import bundle_of, patient, service_request

PERSON = {
    "nhs_number": "9990000018",
    "local_id": "P-1",
    "family_name": "Thornbury",
    "given_name": "Wren",
    "date_of_birth": "2018-11-05",
}
HIDDEN = ("Secret Lane", "07700900000", "Hidden Clinic", "B86056", "Aunt")


def restricted():
    """Return a patient whose record is restricted, with all that says where they are."""
    return patient(
        PERSON,
        "pat-1",
        meta={"security": [{"code": "R"}], "lastUpdated": "2026-03-01T09:00:00Z"},
        address=[{"line": ["1 Secret Lane"]}],
        telecom=[{"system": "phone", "value": "07700900000"}],
        contact=[{"name": {"text": "Aunt"}}],
        generalPractitioner=[{"identifier": {"value": "B86056"}}],
    )


def referral():
    """Return a referral of that patient, seen at a clinic that came inside it."""
    clinic = {"resourceType": "Location", "id": "l", "name": "Hidden Clinic"}
    seen = [{"reference": "#l"}]
    own = {"contained": [clinic], "locationReference": seen}
    return service_request("pat-1", "sr-1", **own)


@pytest.mark.parametrize("form", ["transaction", "batch", "collection"])
def test_what_goes_on_to_the_translator_says_nothing_of_it(form):
    """Names and numbers stay: they lead to the child."""
    pieces = taken(bundle_of(form, restricted(), referral())).pieces

    passed = b"".join(piece.value for piece in pieces).decode()

    assert all(piece.value for piece in pieces)
    assert "9990000018" in passed
    assert not [word for word in HIDDEN if word in passed]


def test_what_is_refused_at_the_door_says_nothing_of_it_either():
    """A body, and an entry of a batch that is refused by itself."""
    wrong = restricted() | {"birthDate": "yesterday"}
    bundle = bundle_of("batch", wrong, referral())

    [refused, _] = taken(bundle).pieces
    whole = travelling(json.dumps(bundle).encode(), Media.JSON).decode()

    assert refused.refused
    for told in (refused.value.decode(), whole):
        assert "9990000018" in told
        assert not [word for word in HIDDEN if word in told]


def test_what_cannot_be_read_travels_as_it_came():
    """Nobody can say what of it is an address."""
    assert travelling(b"{no json", Media.JSON) == b"{no json"
