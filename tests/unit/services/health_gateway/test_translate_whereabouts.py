"""Where a child lives and is seen does not travel, whether or not it is refused."""

import json

import pytest

from services.health_gateway.rules import Media
from services.health_gateway.translate import notice_travelling, travelling
from tests.support.fhir import taken
from tests.support.resources import appointment, bundle_of, patient, service_request

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


def test_of_what_cannot_be_read_nothing_travels():
    """Nobody can say what of it is an address; the bytes are kept where they came in."""
    assert travelling(b'{"address": "1 Secret Lane"', Media.JSON) == b""
    assert notice_travelling(b"<Bundle><address>1 Secret Lane") == b""


BORN = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace"
ODDLY = {
    "as one entry": {"resourceType": "Bundle", "entry": {"resource": restricted()}},
    "without a type": {k: v for k, v in restricted().items() if k != "resourceType"},
    "as a parameter": {
        "resourceType": "Parameters",
        "parameter": [{"name": "x", "resource": restricted()}],
    },
    "in words": {
        "resourceType": "Patient",
        "text": {"status": "generated", "div": "<div>1 Secret Lane</div>"},
    },
    "where born": {
        "resourceType": "Patient",
        "extension": [{"url": BORN, "valueAddress": {"text": "1 Secret Lane"}}],
    },
    "where seen": {
        "resourceType": "Appointment",
        "participant": [
            {"actor": {"reference": "Location/l", "display": "Hidden Clinic"}}
        ],
    },
}


@pytest.mark.parametrize("how", ODDLY)
def test_what_is_refused_may_say_it_anywhere(how):
    """Whatever is wrong with a body, none of its members says where anybody is."""
    told = travelling(json.dumps(ODDLY[how]).encode(), Media.JSON).decode()

    assert told != ""
    assert not [word for word in HIDDEN if word in told]


def test_what_is_passed_on_may_be_refused_yet():
    """The translator is given no place of birth and no name of a clinic either."""
    seen = {"actor": {"reference": "Location/l", "display": "Hidden Clinic"}}
    who = {"actor": {"reference": "Patient/pat-1"}, "status": "accepted"}
    booked = appointment("pat-1", "a", "booked")
    booked["participant"] = [who, seen | {"status": "accepted"}]
    born = ODDLY["where born"]["extension"]
    pieces = taken(
        bundle_of("batch", restricted() | {"extension": born}, booked)
    ).pieces

    passed = b"".join(piece.value for piece in pieces).decode()

    assert "9990000018" in passed
    assert not [word for word in HIDDEN if word in passed]


def test_a_notice_that_is_refused_says_nothing_of_it():
    """XML stays XML, so that it can be read when it is sent again."""
    notice = (
        b'<Bundle xmlns="http://hl7.org/fhir"><entry><resource><Patient>'
        b'<id value="p"/><telecom><value value="07700900000"/></telecom>'
        b'<address><line value="1 Secret Lane"/></address></Patient></resource></entry>'
        b"</Bundle>"
    )
    told = notice_travelling(notice).decode()

    assert told.startswith("<Bundle")
    assert '<id value="p"/>' in told
    assert not [word for word in HIDDEN if word in told]
