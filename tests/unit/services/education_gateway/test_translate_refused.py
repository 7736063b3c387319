"""An event with a fault is a refusal that lists every fault and no value."""

import pytest

from services.education_gateway.errors import EventRefused
from services.education_gateway.translate import to_statement
from tests.support.stated import COUNCIL, PERSON, data, person, statement

FAULTS = {
    "no specversion": ({"specversion": None}, "/specversion"),
    "another specversion": ({"specversion": "0.3"}, "/specversion"),
    "no id": ({"id": None}, "/id"),
    "an empty id": ({"id": ""}, "/id"),
    "an id that is a number": ({"id": 3}, "/id"),
    "a very long id": ({"id": "x" * 201}, "/id"),
    "no source": ({"source": None}, "/source"),
    "a source that is no text": ({"source": ["urn:dfe:la:931"]}, "/source"),
    "no type": ({"type": None}, "/type"),
    "a type that is no text": ({"type": {}}, "/type"),
    "no occurred": ({"occurred": None}, "/occurred"),
    "a day that does not exist": ({"occurred": "2026-02-30"}, "/occurred"),
    "a day that stands for none": ({"occurred": "9999-12-31"}, "/occurred"),
    "an instant before all offsets": (
        {"occurred": "0001-01-01T00:00:00+14:00"},
        "/occurred",
    ),
    "an instant without offset": ({"occurred": "2026-03-02T09:15:00"}, "/occurred"),
    "an hour that does not exist": ({"occurred": "2026-03-02T25:00:00Z"}, "/occurred"),
    "an offset that does not exist": (
        {"occurred": "2026-03-02T09:00:00+99:00"},
        "/occurred",
    ),
    "a day in other digits": ({"occurred": "２０２６-03-02"}, "/occurred"),
    "a day in another form": ({"occurred": "02/03/2026"}, "/occurred"),
    "a day with a line break": ({"occurred": "2026-03-02\n"}, "/occurred"),
    "an unknown precision": ({"occurredprecision": "about"}, "/occurredprecision"),
    "a precision that is no text": (
        {"occurredprecision": ["by"]},
        "/occurredprecision",
    ),
    "a version in words": ({"sourceversion": "two"}, "/sourceversion"),
    "a version that is true": ({"sourceversion": True}, "/sourceversion"),
    "a version below nought": ({"sourceversion": -1}, "/sourceversion"),
    "a version beyond any table": ({"sourceversion": 2**64}, "/sourceversion"),
    "a broken version": ({"sourceversion": 1.5}, "/sourceversion"),
    "a record that is a number": ({"sourcerecord": 1}, "/sourcerecord"),
    "an empty record": ({"sourcerecord": ""}, "/sourcerecord"),
    "an unknown sensitivity": ({"sensitivity": "secret"}, "/sensitivity"),
    "a sensitivity that is a list": ({"sensitivity": ["normal"]}, "/sensitivity"),
    "a correlation that is a number": ({"correlationid": 1}, "/correlationid"),
    "no data": ({"data": None}, "/data"),
    "data that is a list": ({"data": []}, "/data"),
    "no person": ({"data": {"body": "urn:ods:RNU"}}, "/data/person"),
    "a person that is text": ({"data": data(person="P88")}, "/data/person"),
    "nobody": ({"data": data(person={})}, "/data/person"),
    "a person without identifier": (
        {"data": data(person={"family_name": "Vale"})},
        "/data/person",
    ),
    "a malformed NHS number": (
        {"data": person(nhs_number="999 123 4519")},
        "/data/person/nhs_number",
    ),
    "an NHS number that is a number": (
        {"data": person(nhs_number=9991234519)},
        "/data/person/nhs_number",
    ),
    "an NHS number in other digits": (
        {"data": person(nhs_number="９９９１２３４５１９")},
        "/data/person/nhs_number",
    ),
    "a malformed UPN": ({"data": person(upn="I931123424001")}, "/data/person/upn"),
    "a birth that does not exist": (
        {"data": person(date_of_birth="2018-13-04")},
        "/data/person/date_of_birth",
    ),
    "a birth that stands for none": (
        {"data": person(date_of_birth="9999-12-31")},
        "/data/person/date_of_birth",
    ),
    "a body without form": ({"data": data(body="Oxford Health")}, "/data/body"),
    "no body": ({"data": {"person": PERSON}}, "/data/body"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_refused_with_its_place(name):
    """The place is told as a pointer, and nothing that the sender wrote is repeated."""
    changes, where = FAULTS[name]
    with pytest.raises(EventRefused) as raised:
        statement(**changes)

    refused = raised.value
    assert where in [place for place, _ in refused.faults]
    shown = str(refused.problem())
    for value in ("9991234519", "999 123 4519", "P88", "Vale", "2018-13-04"):
        assert value not in shown


def test_every_fault_is_listed():
    """A sender mends all of them at once."""
    with pytest.raises(EventRefused) as raised:
        statement(id="", occurred="x", data=person(nhs_number="1", upn="2"))

    places = {place for place, _ in raised.value.faults}
    assert places == {
        "/id",
        "/occurred",
        "/data/person/nhs_number",
        "/data/person/upn",
    }


@pytest.mark.parametrize("said", ["text", 3, None, [], [1]])
def test_what_is_no_object_is_refused(said):
    """An event is a JSON object."""
    with pytest.raises(EventRefused) as raised:
        to_statement(said, sender=COUNCIL, place=0)

    assert raised.value.problem()["status"] == 422


def test_another_senders_event_is_a_403():
    """Nobody sends in another's name."""
    with pytest.raises(EventRefused) as raised:
        statement(source="urn:ods:RNU")

    assert (raised.value.reason, raised.value.problem()["status"]) == (
        "not-the-sender",
        403,
    )


def test_an_unknown_type_is_named_as_such():
    """The reason tells a misspelt type from broken data."""
    with pytest.raises(EventRefused) as raised:
        statement(type="ehcna.requested.v99")

    assert raised.value.reason == "unknown-type"


@pytest.mark.parametrize("wrong", [{"upn": "I801200001001"}, {"uln": "1"}])
def test_a_malformed_number_is_refused(wrong):
    """In an event a number of another form is an error, and names its member."""
    with pytest.raises(EventRefused) as refused:
        statement(data=person(**wrong))

    assert refused.value.where == f"/data/person/{next(iter(wrong))}"
