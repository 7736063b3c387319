"""Repairs are off unless a publisher has them, change form alone, and are told."""

from datetime import date

import orjson
import pytest
from pydantic import ValidationError

from services.health_gateway.errors import FhirRefused
from services.health_gateway.rules import (
    Repair,
    Repairs,
    judge,
    rejudge,
)

WRONG = {
    "resourceType": "ServiceRequest",
    "status": "active",
    "intent": "order",
    "subject": [{"reference": "Patient/1"}],
    "basedOn": {"reference": "ServiceRequest/0"},
    "indexed": "2026",
}
BODY = orjson.dumps(WRONG)
WORDS = (
    "wrap:ServiceRequest.basedOn",
    "unwrap:ServiceRequest.subject",
    "drop:ServiceRequest.indexed",
)


def test_without_a_list_everything_is_strict():
    """What is sent wrongly is refused."""
    with pytest.raises(FhirRefused):
        judge(BODY)


def test_repairs_what_the_list_names_and_tells_each():
    """The resource is read rightly, and each repair is a warning and a word."""
    judged = judge(BODY, repairs=Repairs(WORDS))

    assert judged.resource["basedOn"] == [{"reference": "ServiceRequest/0"}]
    assert judged.resource["subject"] == {"reference": "Patient/1"}
    assert "indexed" not in judged.resource
    assert {one.expressions for one in judged.warnings} == {
        ("ServiceRequest.basedOn",),
        ("ServiceRequest.subject",),
        ("ServiceRequest",),
    }
    assert {one.severity for one in judged.warnings} == {"warning"}
    assert set(judged.repaired_with.split()) == set(WORDS)


@pytest.mark.parametrize("left_out", WORDS)
def test_a_repair_that_is_not_listed_is_not_made(left_out):
    """One fault that no repair is for, and the whole is refused."""
    with pytest.raises(FhirRefused):
        judge(BODY, repairs=Repairs(set(WORDS) - {left_out}))


def test_repairs_within_a_bundle_by_the_resources_own_path():
    """A place is named from its resource on, wherever that stands."""
    entry = {"resource": WRONG, "fullUrl": "urn:x"}
    body = {"resourceType": "Bundle", "type": "collection", "entry": [entry]}

    judged = judge(orjson.dumps(body), repairs=Repairs(WORDS))

    assert judged.repairs[0].expression == "Bundle.entry[0].resource.subject"


def test_two_items_are_never_one():
    """Nothing is lost by a repair: an array of two stays wrong."""
    body = orjson.dumps(WRONG | {"subject": [{"reference": "a"}, {"reference": "b"}]})

    with pytest.raises(FhirRefused):
        judge(body, repairs=Repairs(WORDS))


def test_a_right_document_is_left_alone():
    """Repairs are tried only on what would be refused."""
    body = orjson.dumps({"resourceType": "Patient", "active": True})

    assert judge(body, repairs=Repairs(["drop:Patient.active"])).repairs == ()


def test_a_message_is_read_again_as_it_was():
    """What a receipt says was repaired is repaired again, whatever the list says now."""
    judged = judge(BODY, repairs=Repairs(WORDS))

    again = rejudge(BODY, repaired_with=judged.repaired_with)

    assert again.resource == judged.resource


LINE = {
    "rule": "wrap",
    "element": "ServiceRequest.basedOn",
    "reason": "the supplier's next release mends it",
    "agreed": "2026-03-02",
    "until": "2026-09-30",
}


def test_a_repair_ends_when_agreed():
    """After its last day a repair is no longer made."""
    agreed = [Repair.model_validate(LINE)]

    assert Repairs.of(agreed, date(2026, 9, 30))
    assert not Repairs.of(agreed, date(2026, 10, 1))


@pytest.mark.parametrize(
    "change",
    [{"reason": ""}, {"rule": "guess"}, {"element": "basedOn"}, {"agreed": None}],
)
def test_a_repair_says_why_and_since_when(change):
    """A line that nobody could account for is not read."""
    with pytest.raises(ValidationError):
        Repair.model_validate(LINE | change)
