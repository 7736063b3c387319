"""The story as it is written down: its dates, its numbers, its words."""

import json
from collections import Counter
from datetime import date, timedelta

import pytest

from deploy.local.scenarios import TODAY
from deploy.local.scenarios.story import (
    Story,
    StoryMessage,
    expected,
    expected_answers,
    read_story,
    request_of,
)
from deploy.local.trust import answers, read_practice
from schemas.events import CATALOGUE
from schemas.events.person import Person
from schemas.identifiers import nhs_number_agrees, upn_agrees


@pytest.fixture(scope="module")
def story() -> Story:
    """The story of the demonstration."""
    return read_story()


def line(story: Story, name: str) -> StoryMessage:
    """Return the line called *name*."""
    return next(line for line in story.messages if line.name == name)


def day(story: Story, name: str) -> date:
    """Return the day on which the event of the line called *name* happened."""
    event = line(story, name).event
    assert event is not None

    return event.occurred


def test_lines_are_in_the_order_in_which_they_are_received(story):
    """The file reads from top to bottom as the doors hear of it."""
    received = [line.received for line in story.messages]

    assert received == sorted(received)


def test_nothing_is_heard_of_before_it_happens(story):
    """An event is received on the day on which it happened or later."""
    for told in story.messages:
        if told.event:
            assert told.event.occurred <= told.received.date(), told.name


def test_story_lasts_two_years_and_ends_before_today(story):
    """About 25 events over two years, all heard of before the day of reading."""
    first, last = story.messages[0].received, story.messages[-1].received

    assert sum(expected(story).values()) in range(23, 29)
    assert TODAY - timedelta(weeks=105) < first.date() < TODAY - timedelta(weeks=103)
    assert last.date() < TODAY


def test_final_plan_is_in_week_23(story):
    """The 20 weeks are met late: more than 22 whole weeks after the request."""
    asked = day(story, "EHC needs assessment requested by the school")
    final = day(story, "final plan")

    assert (final - asked).days // 7 + 1 == 23
    assert final > asked + timedelta(weeks=20)


def test_decision_to_assess_is_within_six_weeks(story):
    """One clock of the story is met."""
    asked = day(story, "EHC needs assessment requested by the school")

    assert day(story, "decision to assess") <= asked + timedelta(weeks=6)


def test_draft_leaves_the_parents_fifteen_days(story):
    """The final plan is not sent before day 16, the day of service being day 1."""
    assert day(story, "final plan") >= day(story, "draft plan") + timedelta(days=15)


def test_child_waits_longer_than_18_weeks_and_is_under_five_when_noticed(story):
    """The wait is long, and section 23 speaks of children under school age."""
    referral = line(story, "referral to community paediatrics").referral
    assert referral is not None

    waited = day(story, "assessment") - referral.made_at.date()
    born = date.fromisoformat(story.people["rnu"]["date_of_birth"])
    told = day(story, "the trust brings the child to the council's attention")

    assert waited > timedelta(weeks=18)
    assert line(story, "assessment").event.data["weeks_waited"] == waited.days // 7
    assert (told - born).days < 5 * 365


def test_annual_review_is_within_twelve_months_of_the_plan(story):
    """One review is held, in time."""
    reviews = [m for m in story.messages if m.event and "review" in m.event.type]

    assert len(reviews) == 1
    assert reviews[0].event.occurred < day(story, "final plan") + timedelta(days=365)


def test_one_advice_is_overdue_today_and_another_runs(story):
    """What is owed now is not empty."""
    received = {
        name: date.fromisoformat(line(story, name).event.data["received_on"])
        for name in (
            "the trust has the new request",
            "new advice asked of educational psychology",
        )
    }
    overdue, running = (day + timedelta(weeks=6) for day in received.values())

    assert overdue < TODAY < running


def test_trust_would_answer_late_on_the_days_that_the_story_expects(story):
    """The trust's own practice gives the story's dates, past its six weeks."""
    asking = line(story, "advice asked of health")
    event = json.loads(request_of(story, asking).body)
    practice = read_practice()
    patient = practice.patient(story.people["council_traced"])

    sent = [json.loads(m.body) for m in answers(practice, patient, event)]
    told = Counter((e["type"], e["source"], e["occurred"]) for e in sent)

    assert told == expected_answers(asking)
    opened, given = (date.fromisoformat(e["occurred"]) for e in sent)
    assert given > opened + timedelta(weeks=6)


def test_some_come_late_some_twice_some_out_of_order(story):
    """The story holds each of the three faults."""
    events = [m for m in story.messages if m.event]
    late = [m for m in events if (m.received.date() - m.event.occurred).days > 1]
    happened = [m.event.occurred for m in events]

    assert late
    assert [m for m in story.messages if m.times > 1]
    assert happened != sorted(happened)


def test_health_and_school_hold_no_number_in_common_until_the_council_joins_them(story):
    """Before the council's message no sender holds both numbers."""
    joins = line(story, "traced").received
    both = {
        name for name, p in story.people.items() if {"nhs_number", "upn"} <= p.keys()
    }
    used = {
        (told.event or told.referral).person
        for told in story.messages
        if told.received < joins
    }

    assert both == {"council_traced"}
    assert not used & both
    assert any("upn" in story.people[name] for name in used)
    assert any("nhs_number" in story.people[name] for name in used)


def test_everyone_means_the_same_child(story):
    """Names, date of birth and numbers agree between senders, and pass their checks."""
    for person in story.people.values():
        Person.model_validate(person)
    numbers = {p["nhs_number"] for p in story.people.values() if "nhs_number" in p}
    upns = {p["upn"] for p in story.people.values() if "upn" in p}
    named = {
        (p["date_of_birth"], p["family_name"], p["given_name"])
        for p in story.people.values()
    }

    assert len(numbers) == len(upns) == len(named) == 1
    assert all(n.startswith("999") and nhs_number_agrees(n) for n in numbers)
    assert all(u[1:4] == "931" and upn_agrees(u) for u in upns)


def test_every_event_is_in_the_catalogues_words(story):
    """The catalogue takes each event's data and knows all its members."""
    for told in story.messages:
        if told.event:
            said = json.loads(request_of(story, told).body)["data"]
            model = CATALOGUE[told.event.type].data

            model.model_validate(said)
            assert said.keys() <= model.model_fields.keys(), told.name


def test_requests_are_the_same_every_time_and_have_ids_of_their_own(story):
    """Telling the story again sends the same bytes under the same ids."""
    once = [request_of(story, told) for told in story.messages]
    anew = read_story()
    again = [request_of(anew, told) for told in anew.messages]

    assert once == again
    assert len({message.request_id for message in once}) == len(once)


def test_records_are_named_once(story):
    """No two events of one sender share a record id."""
    records = [(m.sender, m.event.id) for m in story.messages if m.event]

    assert len(set(records)) == len(records)


def test_update_is_of_the_same_referral_and_says_something_else(story):
    """The referral's update keeps its record and its day and changes its urgency."""
    first, second = (m.referral for m in story.messages if m.referral)

    assert (first.record, first.made_at) == (second.record, second.made_at)
    assert (first.reason, second.reason) == ("new", "update")
    assert first.priority != second.priority
    assert first.sent_at < second.sent_at


def test_timeline_must_show_the_answers_too(story):
    """What is expected of the timeline holds what the trust will say by itself."""
    asking = line(story, "advice asked of health")

    assert expected_answers(asking) <= expected(story)
    assert "person.identified.v1" not in {name for name, _, _ in expected(story)}
