"""What is asked of an event that somebody publishes, and is not of what a file's row makes."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from pydantic_core import core_schema

from schemas.events import CATALOGUE
from schemas.events.coded import carried_of
from services.education_gateway.api.events import parsed
from services.education_gateway.errors import EventRefused
from services.education_gateway.translate import to_statement
from services.runtime import wording
from tests.support.conformance import faults

EVENTS = Path(__file__).parents[4] / "contracts" / "events"
TODAY = date(2027, 4, 1)
MUST = {
    "annual_review.decided.v1": ["decision"],
    "annual_review.meeting_scheduled.v1": ["meeting_on"],
    "ap.placement_started.v1": ["provider", "reason"],
    "attendance.threshold_crossed.v1": [
        "sessions_missed",
        "sessions_possible",
        "window_from",
        "window_until",
    ],
    "dispute.mediation_agreement.v1": ["matters"],
    "dispute.tribunal_appeal.v1": ["limb"],
    "ehcna.exported.v1": ["to_council"],
    "ehcp.ceased.v1": ["reason"],
    "ehcp.placement_named.v1": ["school"],
    "ehcp.provision_started.v1": ["section"],
    "ehcp.representation_received.v1": ["made_by"],
    "parent.informed.v1": ["channel"],
    "professional.changed.v1": ["team_contact"],
    "residence.moved_la.v1": ["from_council", "to_council"],
    "s23.notification_received.v1": ["opinion_on"],
    "school.exclusion.v1": ["category", "reasons"],
    "school.part_time_timetable.v1": ["hours_per_week", "review_on"],
    "school.suspension.v1": ["category", "reasons"],
    "sen_support.changed.v1": ["provision_to"],
    "sen_support.started.v1": ["provision_to"],
}
"""By type, what reference and law say of it; of those that stand for each other the first."""


def example(name):
    """Return the published example of a type."""
    path = next(
        p
        for p in sorted((EVENTS / name / "examples").glob("*.json"))
        if ".fhir." not in p.name
    )
    return json.loads(path.read_text(encoding="utf-8"))


def schema(name):
    """Return the published schema of a type."""
    return json.loads((EVENTS / name / "schema.json").read_text(encoding="utf-8"))


def published(event):
    """Return pointer and rule of each fault for which an event is not taken."""
    try:
        to_statement(event, sender=event["source"], place=0, on=TODAY)
    except EventRefused as refused:
        return list(refused.faults)
    return []


def bare(name, **attributes):
    """Return the example of a type with nothing in it but whom it is about."""
    whole = example(name)
    data = {"person": whole["data"]["person"]}
    return whole | attributes | {"data": data}


def test_what_each_type_must_carry_is_known():
    """The catalogue asks for what the reference does, and for nothing else."""
    asked = {
        name: sorted(names[0] for names in carried_of(kind.data))
        for name, kind in CATALOGUE.items()
    }

    assert {name: must for name, must in asked.items() if must} == MUST


def test_the_page_lists_what_is_asked_for():
    """Whoever reads it finds every type and every member that the door wants."""
    page = (EVENTS.parents[1] / "docs/reference/what-events-carry.md").read_text()
    said = {}
    for types, members in re.findall(r"^\| (`.*?) \| (`.*?) \|$", page, re.MULTILINE):
        for name in re.findall(r"`([a-z_0-9.]+\.v1)`", types):
            said[name] = set(re.findall(r"`([a-z_0-9]+)`", members))

    asked = {
        name: set(schema(name)["anyOf"][-1]["properties"]["data"]["required"])
        for name in said
    }
    assert said.keys() >= MUST.keys()
    for name, members in said.items():
        groups = [set(g) for g in carried_of(CATALOGUE[name].data)]
        assert members == (asked[name] - {"person"}).union(*groups)


@pytest.mark.parametrize("name", MUST)
def test_what_a_type_must_carry_is_named_when_it_is_missing(name):
    """Every such member is listed at once; the same gateway takes the whole example."""
    missing = [where for where, _ in published(bare(name))]

    model_wants = {"/data/threshold", "/data/role", "/data/about"}
    if not model_wants & set(missing):
        assert sorted(missing) == [f"/data/{one}" for one in MUST[name]]
    assert published(example(name)) == []


@pytest.mark.parametrize("name", CATALOGUE)
def test_schema_and_gateway_ask_for_the_same(name):
    """Without its members an event is refused by both, or taken by both."""
    event = bare(name)

    assert bool(faults(event, schema(name))) == bool(published(event))


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_purge_needs_nothing_but_the_person(name):
    """Schema and gateway agree: all but a withdrawal, which is corrected instead."""
    purge = bare(name, purge=True)
    taken = name != "event.withdrawn.v1"

    assert (not faults(purge, schema(name)), not published(purge)) == (taken, taken)


@pytest.mark.parametrize("name", sorted(CATALOGUE.keys() - {"event.withdrawn.v1"}))
def test_what_a_purge_says_besides_has_its_form(name):
    """Schema and gateway agree on every member that is there, whatever it holds."""
    purge = bare(name, purge=True)
    members = schema(name)["properties"]["data"]["properties"].keys() - {"person"}
    for member in sorted(members):
        for value in (7, 7.5, "", "x", True, None, [], [7], {}):
            data = purge["data"] | {member: value}
            wrong = published(purge | {"data": data})
            assert bool(wrong) == bool(faults(purge | {"data": data}, schema(name)))
            assert all(where.startswith(f"/data/{member}") for where, _ in wrong)


def test_a_purge_that_was_taken_before_is_still_read():
    """The door alone asks for the form of what else it says."""
    purge = bare("ehcna.decided.v1", purge=True)
    purge["data"]["decision"] = "perhaps"

    assert [where for where, _ in published(purge)] == ["/data/decision"]
    said = to_statement(purge, sender=purge["source"], place=0)
    assert said.data["reason"] == "purged"


def test_a_null_is_no_value():
    """What must be carried is not carried by saying nothing."""
    event = example("ehcp.ceased.v1")
    event["data"] |= {"reason": None}

    assert faults(event, schema("ehcp.ceased.v1"))
    assert published(event) == [("/data/reason", "is required of this type")]


@pytest.mark.parametrize(
    "place", [{"ukprn": "10001234"}, {"setting": "OLA"}, {"type_only": True}]
)
def test_a_placement_may_be_named_in_several_ways(place):
    """A school, a provider, a kind of setting or a type alone."""
    event = bare("ehcp.placement_named.v1")
    refused = published(event)
    event["data"] |= place

    [(where, rule)] = refused
    assert where == "/data/school"
    assert rule.endswith("this, or ukprn or setting or type_only")
    assert published(event) == []


def test_what_a_file_or_an_older_event_lacks_stays_readable():
    """The door alone asks; what was taken before is translated again."""
    event = bare("ehcp.ceased.v1")
    said = to_statement(event, sender=event["source"], place=0)

    assert ("/data/reason", "is expected of whoever knows it") in said.warnings


def test_nobody_is_born_after_today():
    """A birth to come is a slip of the year, whatever the event."""
    event = example("ehcna.requested.v1")
    event["data"]["person"]["date_of_birth"] = "2027-04-02"

    [(where, rule)] = published(event)

    assert where == "/data/person/date_of_birth"
    assert rule.startswith("lies in the future")
    event["data"]["person"]["date_of_birth"] = "2027-04-01"
    assert published(event) == []


def test_what_was_received_in_the_future_is_doubted():
    """A clock would run from a day that has not come: the sender is told."""
    event = example("ehcna.requested.v1")
    event["data"]["received_on"] = "2027-04-02"
    said = to_statement(event, sender=event["source"], place=0, on=TODAY)

    [(where, rule)] = said.warnings
    assert (where, rule[:18]) == ("/data/received_on", "lies in the future")


def test_a_bare_date_is_no_instant():
    """Who promises an instant says one."""
    event = example("ehcna.requested.v1") | {
        "occurred": "2026-03-02",
        "occurredprecision": "instant",
    }

    [(where, rule)] = published(event)

    assert where == "/occurredprecision"
    assert "with an offset, or leave this out" in rule


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b'{"id":"a","id":"b"}', [""]),
        (
            b'[{"id":"a"},{"data":{"person":{"upn":"x","upn":"y"}}}]',
            [None, "/data/person"],
        ),
        (rb'{"data":{"a":[{"b":1,"\u0062":2}]}}', ["/data/a/0"]),
        (rb'{"data":{"a":"\u003a b:"}}', [None]),
        (b'{"data":{"a:b":"c:d"}}', [None]),
    ],
)
def test_an_object_that_names_a_member_twice_is_refused(body, where):
    """It has no one meaning; other events of the same array are taken."""
    found = [getattr(one, "where", None) for one in parsed(body, most=2)]

    assert found == where
    for event in parsed(body, most=2):
        with pytest.raises(EventRefused) as refused:
            to_statement(event, sender="urn:dfe:la:931", place=0)
        twice = "names a member twice" in refused.value.rule
        assert twice == (getattr(event, "where", None) is not None)


def test_rules_are_in_our_words():
    """Every complaint that a model of the catalogue can make has words that say what to do."""
    name = "ehcna.advice_requested.v1"
    event = example(name)
    event["data"] |= {"body": 7, "sent_on": "soon", "advice": {}, "person": []}

    assert dict(published(event)) == {
        "/data/body": "must be text",
        "/data/sent_on": "must be a date of the calendar, such as 2026-03-02",
        "/data/advice": "must be text",
        "/data/person": "must be an object",
    }


@pytest.mark.parametrize("kind", sorted(_ for _ in wording.WORDS))
def test_the_kinds_of_complaint_are_the_models_own(kind):
    """A kind that is misspelt would never be found."""
    assert kind in core_schema.ErrorType.__args__
