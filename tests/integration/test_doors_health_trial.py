"""`POST /$validate`: the doors' judgement and the clocks, and nothing is kept."""

import json

from tests.support.agencies import TRUST
from tests.support.bars import referral_bundle


def trial(agencies, body, media="application/fhir+json", at="/$validate"):
    """Return the answer to a trial of *body*."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return agencies.http.post(
        agencies.url("health_gateway", at),
        content=content,
        headers=agencies.as_(TRUST) | {"Content-Type": media},
    )


def test_a_referral_is_tried_with_the_clock_that_it_would_start(agencies):
    """Its event and the wait that runs from it are named; there is no receipt."""
    answer = trial(agencies, referral_bundle())
    said = answer.json()

    assert (answer.status_code, said["verdict"]) == (200, "accepted")
    assert [event["type"] for event in said["events"]] == ["referral.received.v1"]
    assert [clock["clock"] for clock in said["clocks"]] == ["referral.wait"]
    assert "location" not in answer.headers


def test_what_would_be_refused_is_told_as_the_door_tells_it(agencies):
    """The verdict and the OperationOutcome say why; no clock starts."""
    said = trial(agencies, {"resourceType": "Patient", "name": {}}).json()

    assert (said["verdict"], said["events"], said["clocks"]) == ("refused", [], [])
    assert said["outcome"]["issue"][0]["expression"] == ["Patient.name"]


def test_xml_is_tried_beside_the_resources_too(agencies):
    """The operation also stands where FHIR clients look for it."""
    body = b'<Organization xmlns="http://hl7.org/fhir"><active value="true"/></Organization>'
    answer = trial(agencies, body, "application/fhir+xml", "/FHIR/R4/$validate")

    assert answer.json()["verdict"] == "accepted"


def test_what_is_wrapped_is_tried_itself(agencies):
    """Parameters around a resource stand for that resource."""
    held = {"name": "resource", "resource": {"resourceType": "Patient", "name": {}}}
    said = trial(agencies, {"resourceType": "Parameters", "parameter": [held]}).json()

    assert said["outcome"]["issue"][0]["expression"] == ["Patient.name"]


def test_another_media_type_is_a_415(agencies):
    """What is not FHIR by its own word is not judged."""
    assert trial(agencies, b"a,b", "text/csv").status_code == 415
