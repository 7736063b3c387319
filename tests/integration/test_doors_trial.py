"""`POST /events/$validate`: the door's judgement and the clocks, and nothing is kept."""

import json

from tests.support.agencies import COUNCIL, SCHOOL, TRUST, event, somebody

CLOCKS = ["ehcna.decision", "ehcna.no_plan", "ehcp.final"]


def trial(agencies, body, org=COUNCIL):
    """Return the answer to a trial of *body*."""
    return agencies.http.post(
        agencies.url("education_gateway", "/events/$validate"),
        content=json.dumps(body),
        headers=agencies.as_(org) | {"Content-Type": "application/cloudevents+json"},
    )


def test_a_trial_shows_clocks_and_keeps_nothing(agencies):
    """A request would start three clocks; nobody finds the child afterwards."""
    person = somebody()
    answer = trial(agencies, event(person, "ehcna.requested.v1", occurred="2026-11-02"))

    [item] = answer.json()["items"]
    assert (answer.status_code, item["status"]) == (200, "accepted")
    assert sorted(clock["clock"] for clock in item["clocks"]) == CLOCKS
    assert {c["clock"]: c["due"] for c in item["clocks"]}["ehcp.final"] == "2027-03-22"
    asked = {name: person[name] for name in ("nhs_number", "date_of_birth")}
    sought = agencies.http.post(
        agencies.url("timeline", "/children/search"),
        json=asked,
        headers=agencies.as_(COUNCIL),
    )
    assert sought.status_code == 404


def test_events_of_one_array_are_tried_together(agencies):
    """Advice is due from its receipt: the pair starts a clock, the request alone none."""
    person = somebody()
    asked = event(person, "ehcna.advice_requested.v1", data={"body": TRUST})
    known = event(
        person,
        "ehcna.advice_requested.v1",
        data={"body": TRUST, "received_on": "2026-03-04"},
    )

    first, second = trial(agencies, [asked, known]).json()["items"]

    assert first["clocks"] == []
    assert [clock["owed_by"] for clock in second["clocks"]] == [TRUST]


def test_a_trial_names_item_member_and_rule(agencies):
    """What the door would refuse or doubt is said as the door says it."""
    retired = {"category": "FIXD", "reasons": ["OT"], "provision": "K"}
    items = trial(
        agencies,
        [
            event(somebody(), "school.suspension.v1", source=SCHOOL, data=retired),
            event(somebody(), "ehcp.school_responded.v1", source=SCHOOL),
            event(somebody(), "school.suspension.v1", source=COUNCIL),
        ],
        SCHOOL,
    ).json()["items"]

    assert [item["status"] for item in items] == ["accepted", "refused", "refused"]
    assert [w["where"] for w in items[0]["warnings"]] == [
        "/data/category",
        "/data/reasons",
    ]
    assert items[1]["problem"]["errors"][0]["where"] == "/data/response"
    assert items[2]["problem"]["status"] == 403


def test_a_body_that_cannot_be_read_is_refused(agencies):
    """There is nothing to judge in it."""
    assert trial(agencies, []).status_code == 422


def test_a_published_event_has_its_warnings_in_the_answer(agencies):
    """A retired code is taken in, and its sender is told."""
    told = event(
        somebody(),
        "school.suspension.v1",
        source=SCHOOL,
        data={"category": "SUSP", "reasons": ["OT"], "provision": "K"},
    )

    answer = agencies.post(told, SCHOOL)

    [item] = answer.json()["items"]
    rule = "is a retired code of dfe:cbds:CS010"
    assert item["warnings"] == [{"where": "/data/reasons", "rule": rule}]
