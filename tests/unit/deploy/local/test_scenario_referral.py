"""Referrals of the scenario in the standard's shape."""

import json
from typing import Any

import pytest

from deploy.local.scenarios.story import read_story, request_of


@pytest.fixture(scope="module")
def bundles() -> list[dict[str, Any]]:
    """The story's two referral messages: the referral and its update."""
    story = read_story()
    lines = (line for line in story.messages if line.referral)
    return [json.loads(request_of(story, line).body) for line in lines]


def resources(bundle: dict[str, Any]) -> dict[str, Any]:
    """Return the Bundle's resources by fullUrl."""
    return {entry["fullUrl"]: entry["resource"] for entry in bundle["entry"]}


def references(value: object) -> list[str]:
    """Return every reference that *value* holds."""
    if isinstance(value, dict):
        own = [value["reference"]] if "reference" in value else []
        return own + [r for inner in value.values() for r in references(inner)]
    if isinstance(value, list):
        return [r for inner in value for r in references(inner)]
    return []


def test_message_begins_with_a_header_and_holds_what_the_standard_requires(bundles):
    """The first entry is the MessageHeader; each required resource is there."""
    required = {
        *("MessageHeader", "ServiceRequest", "Patient", "Encounter", "CarePlan"),
        *("Organization", "Practitioner", "PractitionerRole", "Consent"),
        "HealthcareService",
    }
    for bundle in bundles:
        kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]

        assert kinds[0] == "MessageHeader"
        assert required == set(kinds)
        assert kinds.count("Organization") == 2


def test_every_reference_leads_to_an_entry(bundles):
    """Nothing in a message points outside it."""
    for bundle in bundles:
        assert set(references(bundle)) <= resources(bundle).keys()


def test_ids_of_what_lasts_are_kept_in_the_update(bundles):
    """Bundle, ServiceRequest and Patient keep their ids; the header does not."""
    first, second = (resources(bundle) for bundle in bundles)
    headers = [bundle["entry"][0]["fullUrl"] for bundle in bundles]

    assert bundles[0]["id"] == bundles[1]["id"]
    assert first.keys() - {headers[0]} == second.keys() - {headers[1]}
    assert headers[0] != headers[1]
