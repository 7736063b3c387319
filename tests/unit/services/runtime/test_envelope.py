"""CloudEvents on Kafka and over HTTP: nothing lost, nothing that is not an event read."""

import orjson
import pytest

from schemas.entry import Entry
from schemas.errors import Refused
from services.runtime import envelope
from tests.support.stepping import record

ATTRIBUTES = {
    "id": "4a1c0b7e-2f4c-5d6e-8f90-1a2b3c4d5e6f",
    "type": "ehcna.requested.v1",
    "source": "urn:dfe:la:931",
    "time": "2026-03-02T09:15:00.000000Z",
    "knownat": "2026-03-02T09:15:01.000000Z",
    "occurred": "2026-03-02",
    "occurredprecision": "day",
    "category": "ehc",
    "sensitivity": "normal",
    "correlationid": "c",
    "causationid": "m",
    "personref": "p-1",
    "sourcerecord": "r",
    "sourceversion": "2",
}


def test_attributes_come_back_from_headers():
    """What is written as ce_ headers is read back; None is left out."""
    headers = envelope.headers_of({"id": "1", "place": 3, "flags": None})

    assert envelope.attributes_of(headers) == {
        "specversion": "1.0",
        "id": "1",
        "place": "3",
    }
    assert dict(headers)["content-type"] == b"application/json"


def test_headers_that_are_not_ours_are_passed_over():
    """Other headers, null ones and bytes that are no text do not end the reading."""
    headers = [("traceparent", b"00"), ("ce_id", None), ("ce_type", b"\xffa")]

    assert envelope.attributes_of(headers) == {"type": "\ufffda"}


@pytest.mark.parametrize("value", [b"", b"no", b"[]", b"1", b'"a"', b"null", b"\xff"])
def test_a_value_that_is_no_object_is_refused(value):
    """Only a JSON object is event data; the refusal does not quote the value."""
    with pytest.raises(Refused) as raised:
        envelope.event_data(record("t", 0, value=value))

    assert (raised.value.reason, raised.value.where) == ("not-understood", "value")


def test_the_structured_form_has_numbers_where_they_are_numbers():
    """Over HTTP a version is a number, everything else text, with the data beside it."""
    said = envelope.structured({"id": "1", "sourceversion": "2"}, {"a": 1})

    assert said == {
        "specversion": "1.0",
        "id": "1",
        "sourceversion": 2,
        "data": {"a": 1},
    }


def test_a_linked_event_becomes_an_entry():
    """Attributes and data are taken as they are."""
    entry = envelope.entry_of(ATTRIBUTES, {"a": 1})

    assert isinstance(entry, Entry)
    assert (entry.id, entry.sourceversion, entry.data) == (
        ATTRIBUTES["id"],
        2,
        {"a": 1},
    )


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_an_event_without_an_attribute_is_refused_by_name(name):
    """What is missing is named, never what is there."""
    said = {key: value for key, value in ATTRIBUTES.items() if key != name}

    with pytest.raises(Refused) as raised:
        envelope.entry_of(said, {})

    assert raised.value.where == f"ce_{name}"


def test_a_version_that_is_no_number_is_refused():
    """A record whose version cannot be ordered is refused, not guessed."""
    with pytest.raises(Refused):
        envelope.entry_of(ATTRIBUTES | {"sourceversion": "two"}, {})


def test_the_hash_is_of_the_value_as_it_came():
    """Two bodies that mean the same and differ in a byte are two contents."""
    one, other = (record("t", 0, value=v) for v in (b'{"a":1}', b'{"a": 1}'))

    assert orjson.loads(one.value) == orjson.loads(other.value)
    assert one.sha256 != other.sha256
