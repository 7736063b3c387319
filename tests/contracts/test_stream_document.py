"""The description of the topics is true of the records that the services make."""

from datetime import date
from uuid import UUID

import orjson
import pytest

from deploy.documents import events, stream
from schemas import topics
from schemas.errors import Refused
from schemas.events import CATALOGUE
from schemas.statement import Statement
from services.clocks import rules as clock_rules
from services.clocks import translate as clock_translate
from services.identity_linking import translate as identity
from services.runtime.children import PERSON_LINKED
from services.runtime.envelope import Record, attributes_of, headers_of
from services.runtime.intake import messages, translating
from services.runtime.step import refusal
from tests.support.clocks import requested, the
from tests.support.conformance import faults
from tests.support.inbound import AT, inbound

REF = UUID("6f0c9b1e-7a0a-5c3f-9a51-0d5f1f5f0a01")
CHILD = "c-0123456789abcdef0123456789abcdef"
PERSON = {"local_id": "P88"}
DATA = {"body": "urn:ods:RNU", "advice": None, "sent_on": "2026-03-02"}
ADVICE = "ehcna.advice_requested.v1"


@pytest.fixture(scope="module")
def document():
    """Yield the AsyncAPI document."""
    return stream.described()


def record(headers, value=b"{}", topic=topics.EDUCATION_INBOUND):
    """Return a record with these headers, as it would be read."""
    said = attributes_of(headers)
    return Record(topic.name, 0, 7, b"p-1", said, headers, value, REF, 0, 0)


def received():
    """Return an inbound record."""
    message, item = inbound()
    return record(messages.item_headers(message, message.ref, item))


def translated():
    """Return a translated event as it is published."""
    statement = Statement(
        0, ADVICE, "2026-03-02", "day", "EHC-417", 1, PERSON, DATA, flags=("a", "b")
    )
    made = translating.Translating(lambda _record: [], b"key")
    [event] = made.made(received(), [statement], "1")
    return translating.outgoing(event), translating.unreadable(event)


def linked():
    """Return the headers of a linked event."""
    event, _ = translated()
    said = attributes_of(event.headers)
    return headers_of(
        identity.linked_attributes(said, child_ref=CHILD, knownat="2026-03-02T09:15Z")
    )


def decision():
    """Return a link decision as it is published."""
    decided = identity.Decided(4, CHILD, ("p-1",), "linked", ("upn+birth+name",))
    found_by = {"p-1": [["0a", "ehc", "normal"]]}
    return identity.linked_record(decided, AT, found_by)


def clock_event():
    """Return attributes and body of a clock that started."""
    start = requested(id=str(REF))
    change = clock_rules.Change("started", the("ehcna.decision", start), 1, "c-1")
    said = clock_translate.attributes(change, start, CHILD, at="2026-03-02T09:15Z")
    return said, clock_translate.body(change, date(2026, 3, 2))


def message_of(document, topic, name):
    """Return one message of the document, with its references followed."""
    components = document["components"]
    found = components["messages"][f"{topic.name}.{name}"]
    return {part: resolved(found[part], components) for part in ("headers", "payload")}


def resolved(schema, components):
    """Return *schema* where the document refers to it by name."""
    reference = schema.get("$ref", "")
    return components["schemas"][reference.rpartition("/")[2]] if reference else schema


def header_faults(headers, schema):
    """Return what is wrong with *headers*, and which of them are not described."""
    texts = {name: value.decode() for name, value in headers}
    texts.pop("content-type", None)
    unknown = texts.keys() - schema["properties"].keys()
    return faults(texts, schema) + sorted(unknown)


def test_every_topic_is_there_with_its_writers_and_readers(document):
    """A developer sees who writes a topic and who reads it, as the table has it."""
    for topic in topics.ALL:
        done = {
            action: {
                one["tags"][0]["name"]
                for one in document["operations"].values()
                if one["channel"]["$ref"] == f"#/channels/{topic.name}"
                and one["action"] == action
            }
            for action in ("send", "receive")
        }
        assert done == {"send": set(topic.writers), "receive": set(topic.readers)}
        kafka = document["channels"][topic.name]["bindings"]["kafka"]
        assert kafka["partitions"] == topics.PARTITIONS
        assert kafka["topicConfiguration"]["retention.ms"] == topic.retention_ms


def test_every_reference_leads_somewhere(document):
    """No channel or message points at what is not there."""
    for reference in references(document):
        if reference.startswith("events/"):
            name = reference.split("/")[1]
            assert "Person" in events.schema_of(CATALOGUE[name])["$defs"]
            continue
        found = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]


def references(value):
    """Yield every reference within *value*."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for one in value.values():
            yield from references(one)
    if isinstance(value, list):
        for one in value:
            yield from references(one)


def test_an_inbound_record_has_the_headers_described(document):
    """What a door sends on is what the document says."""
    said = message_of(document, topics.EDUCATION_INBOUND, "message.received.v1")

    assert header_faults(received().headers, said["headers"]) == []


def test_a_translated_event_is_as_described(document):
    """Headers and value of a translated event are what the document says."""
    event, unread = translated()
    for out, name in ((event, ADVICE), (unread, "message.refused.v1")):
        said = message_of(document, topics.EVENTS_TRANSLATED, name)
        body = orjson.loads(out.value)

        assert header_faults(out.headers, said["headers"]) == []
        assert set(said["payload"]["required"]) == body.keys()
        data = said["payload"]["properties"]["data"]
        assert faults(body["data"], resolved(data, document["components"])) == []


def test_a_linked_event_is_as_described_and_names_nobody(document):
    """From stage 3 on there is a child and a knownat, and no person in the data."""
    said = message_of(document, topics.EVENTS_LINKED, ADVICE)

    assert header_faults(linked(), said["headers"]) == []
    assert faults(DATA, said["payload"]) == []
    assert "person" not in said["payload"]["properties"]


def test_no_linked_event_describes_an_identifier(document):
    """No event of the shared stream has a place for a number or a name."""
    for name in CATALOGUE:
        said = message_of(document, topics.EVENTS_LINKED, name)
        members = said["payload"]["properties"].keys()
        assert not members & {"person", "nhs_number", "upn", "family_name"}


def test_a_link_decision_is_as_described(document):
    """Headers and value of person.linked are what the document says."""
    out = decision()
    said = message_of(document, topics.EVENTS_LINKED, PERSON_LINKED)

    assert header_faults(out.headers, said["headers"]) == []
    assert faults(orjson.loads(out.value), said["payload"]) == []


def test_a_clock_event_is_as_described(document):
    """Headers and value of a clock event are what the document says."""
    attributes, body = clock_event()
    said = message_of(document, topics.CLOCKS_CHANGED, attributes["type"])

    assert header_faults(headers_of(attributes), said["headers"]) == []
    assert faults(body, said["payload"]) == []


def test_a_refused_record_says_why_in_the_headers_described(document):
    """What is added to a refused record is what the document says."""
    why = Refused("not-understood", where="/data", rule="is required")
    out = refusal(received(), why, at=AT)
    added = [header for header in out.headers if header[0].startswith("x_")]
    said = message_of(document, topics.REFUSED, "refused")

    assert header_faults(added, said["headers"]) == []
