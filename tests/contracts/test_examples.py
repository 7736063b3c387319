"""Every example of an event is one that its gateway takes, about somebody invented."""

import json
from pathlib import Path

import pytest

from schemas.events import CATALOGUE
from schemas.identifiers import nhs_number_agrees, upn_agrees
from services.education_gateway.errors import EventRefused
from services.education_gateway.translate import to_statement
from services.health_gateway.translate import sender_of
from tests.support.conformance import faults
from tests.support.fhir import read_message, to_statements

EVENTS = Path(__file__).parents[2] / "contracts" / "events"
FHIR = sorted(EVENTS.glob("*/examples/*.fhir.json"))
EXAMPLES = sorted(set(EVENTS.glob("*/examples/*.json")) - set(FHIR))
REQUIRED = ("specversion", "id", "source", "type", "occurred", "data")


def named(paths):
    """Return what tests of *paths* are called."""
    return [f"{path.parts[-3]}-{path.name.partition('.')[0]}" for path in paths]


def read(path):
    """Return the example at *path*."""
    return json.loads(path.read_text(encoding="utf-8"))


def schema_for(path):
    """Return the schema of the type whose example is at *path*."""
    return read(path.parents[1] / "schema.json")


def taken(event, sender):
    """Return whether the education gateway would take *event* from *sender*."""
    try:
        to_statement(event, sender=sender, place=0)
    except EventRefused:
        return False
    return True


@pytest.fixture(params=EXAMPLES, ids=named(EXAMPLES))
def example(request):
    """Yield where an example of a structured event lies."""
    return request.param


@pytest.fixture(params=FHIR, ids=named(FHIR))
def message(request):
    """Yield where an example of a FHIR message lies."""
    return request.param


def test_every_type_has_an_example_and_no_other_type_has_one():
    """A publisher finds an example of each type of the catalogue."""
    assert {path.parts[-3] for path in EXAMPLES} == CATALOGUE.keys()


def test_the_education_gateway_takes_it_whole(example):
    """An example states its own type, with nothing left out and no doubt flagged."""
    event = read(example)

    said = to_statement(event, sender=event["source"], place=3)

    assert (said.type, said.place) == (example.parts[-3], 3)
    assert said.flags == ()
    assert said.data.keys() == event["data"].keys() - {"person"}


def test_it_is_what_the_published_schema_says(example):
    """An example validates against the schema that is published beside it."""
    assert faults(read(example), schema_for(example)) == []


@pytest.mark.parametrize("name", REQUIRED)
def test_schema_and_gateway_both_want_what_is_required(example, name):
    """Without a required attribute neither the schema nor the gateway takes it."""
    whole = read(example)
    event = {k: v for k, v in whole.items() if k != name}

    assert faults(event, schema_for(example))
    assert not taken(event, whole["source"])


@pytest.mark.parametrize(
    "changes",
    [
        {"specversion": "0.3"},
        {"id": ""},
        {"id": "x" * 201},
        {"source": "Oxfordshire"},
        {"type": "referral.recieved.v1"},
        {"occurred": "02/03/2026"},
        {"occurred": "2026-03-02T09:00:00"},
        {"occurredprecision": "week"},
        {"sourcerecord": None},
        {"sourceversion": -1},
        {"sourceversion": "1"},
        {"sourceversion": True},
        {"sensitivity": "secret"},
        {"correlationid": 7},
        {"data": {"person": {"family_name": "Nobody"}}},
        {"data": {"person": {"nhs_number": "999 204 7313"}}},
        {"data": {"person": {"upn": "I931400122031"}}},
    ],
    ids=str,
)
def test_schema_and_gateway_both_refuse_what_is_wrong(changes):
    """What the schema forbids the gateway refuses too."""
    path = EVENTS / "ehcna.requested.v1" / "examples" / "by_school.json"
    event = read(path)

    assert faults(event | changes, schema_for(path))
    assert not taken(event | changes, event["source"])


def test_the_health_gateway_takes_the_message(message):
    """A FHIR example is read as the type beside which it lies, with nothing doubtful."""
    read_as = read_message(message.read_bytes())
    [said] = to_statements(read_as)

    assert said.type == message.parts[-3]
    assert said.flags == ()
    assert sender_of(read_as) == "urn:ods:RTH"


def test_what_the_health_gateway_says_is_what_the_schema_says(message):
    """An event from FHIR has the data that the published schema of its type allows."""
    [said] = to_statements(read_message(message.read_bytes()))
    schema = schema_for(message)
    data = {"person": dict(said.person), **said.data}

    assert faults(data, schema["properties"]["data"], schema) == []


def test_nobody_in_an_example_exists(example):
    """NHS numbers are of the range that is never issued; check digits agree."""
    person = read(example)["data"]["person"]

    number, upn = person.get("nhs_number"), person.get("upn")

    assert number is None or (number.startswith("999") and nhs_number_agrees(number))
    assert upn is None or upn_agrees(upn)
