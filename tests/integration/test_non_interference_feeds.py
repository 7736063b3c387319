"""A feed, a question and an error are the same bytes whatever may not be seen."""

import re

import pytest

from tests.support.agencies import (
    COUNCIL,
    OTHER_SCHOOL,
    SCHOOL,
    TRUST,
    event,
    somebody,
)
from tests.support.local_stack import until

UNKNOWN = "c-00000000000000000000000000000000"
TOLD = [
    *["clock.started.v1"] * 4,
    "clock.stopped.v1",
    "ehcna.requested.v1",
    "ehcp.draft_issued.v1",
]
"""What the school's feed holds once clocks too have said what they have to say."""
AS_OF = re.compile(rb'"as_of":"[^"]*"')


def bare(answer):
    """Return all that a viewer is given, but for when."""
    headers = {k: v for k, v in answer.headers.items() if k != "date"}
    return answer.status_code, headers, AS_OF.sub(b"", answer.content)


def pages(agencies, org, after, limit):
    """Return every page of a feed behind *after*, as bytes, with its cursors."""
    found = []
    while True:
        answer = agencies.feed(org, after=after, limit=limit)
        found.append(bare(answer))
        said = answer.json()
        if not said["events"]:
            return found
        after = said["next"]


def ask(agencies, service, path, org):
    """Return the answer of a door to *org*."""
    return agencies.http.get(agencies.url(service, path), headers=agencies.as_(org))


def everything(agencies, start, child, hidden):
    """Return each answer that the school can get, by every door but pages."""
    said = {
        f"feed by {limit}": pages(agencies, SCHOOL, start, limit)
        for limit in (1, 2, 1000)
    }
    paths = {
        "timeline": ("timeline", f"/children/{child}/timeline"),
        "as known": ("timeline", f"/children/{child}/timeline?as_known_on=2099-01-01"),
        "identifiers": ("identity_linking", f"/children/{child}/identifiers"),
        "clock": ("clocks", f"/children/{child}/clocks/{hidden}"),
        "receipt": ("education_gateway", f"/messages/{hidden}"),
        "health receipt": ("health_gateway", f"/messages/{hidden}"),
    }
    return said | {name: bare(ask(agencies, *p, SCHOOL)) for name, p in paths.items()}


@pytest.fixture(scope="module")
def told(agencies):
    """A pupil whom the school knows; returns person, child and where its feed began."""
    person = somebody(nhs_number=None)
    start = agencies.end_of_feed(SCHOOL)
    agencies.publish(
        event(person, "ehcna.requested.v1", data={"school": SCHOOL}),
        event(person, "ehcp.draft_issued.v1", data={"version": 1}),
    )
    until(lambda: len(agencies.feed_all(SCHOOL, start)) == len(TOLD))
    assert sorted(e["type"] for e in agencies.feed_all(SCHOOL, start)) == TOLD
    return person, agencies.child_of(person), start


def test_what_a_school_may_not_see_changes_no_byte(agencies, told):
    """Not its feed, nor a cursor, a count, an error or a refusal."""
    person, child, start = told
    hidden = "11111111-1111-5111-8111-111111111111"
    council = agencies.end_of_feed(COUNCIL)
    before = everything(agencies, start, child, hidden)

    secret = event(
        person,
        "concern.raised.v1",
        sensitivity="safeguarding",
        data={"raised_with": SCHOOL},
    )
    numbered = person | {"nhs_number": somebody()["nhs_number"]}
    back = {"sourcerecord": secret["id"], "sourceversion": 1}
    receipts = [
        agencies.publish(secret),
        agencies.publish(event(numbered, "person.identified.v1")),
        agencies.publish(
            event(
                person,
                "event.withdrawn.v1",
                sensitivity="safeguarding",
                data={"withdraws": back, "reason": "entered-in-error"},
            )
        ),
        agencies.publish(event(somebody(), "ehcna.requested.v1")),
    ]
    last = receipts[-1]["events"][0]["id"]
    until(lambda: last in {e["id"] for e in agencies.feed_all(COUNCIL, council)})

    assert everything(agencies, start, child, hidden) == before
    assert len(before["feed by 1"]) > 2


def test_what_it_may_see_would_be_noticed(agencies, told):
    """The comparison is of something: a draft plan changes feed and timeline."""
    person, child, start = told
    before = everything(agencies, start, child, UNKNOWN)
    own = agencies.publish(event(person, "ehcp.draft_issued.v1", data={"version": 2}))
    ids = {one["id"] for one in own["events"]}
    until(lambda: ids <= {e["id"] for e in agencies.feed_all(SCHOOL, start)})

    after = everything(agencies, start, child, UNKNOWN)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {
        *("feed by 1", "feed by 2", "feed by 1000", "timeline", "as known"),
    }


@pytest.mark.parametrize(
    ("service", "path"),
    [
        ("timeline", "/children/{ref}/timeline"),
        ("timeline", "/children/{ref}/timeline?as_known_on=2026-03-02"),
        ("identity_linking", "/children/{ref}/identifiers"),
        ("clocks", "/children/{ref}/clocks/11111111-1111-5111-8111-111111111111"),
    ],
)
def test_another_schools_pupil_is_an_unknown_one(agencies, told, service, path):
    """By every door that takes a reference: the same 404, to the byte."""
    _, child, _ = told
    answers = [
        bare(ask(agencies, service, path.format(ref=ref), OTHER_SCHOOL))
        for ref in (child, UNKNOWN, "c-1", "x" * 65)
    ]
    assert answers[0][0] == 404
    assert answers == [answers[0]] * len(answers)


def test_a_clock_that_may_not_be_seen_is_an_unknown_one(agencies, told):
    """Whoever may see the child and not its clocks cannot tell which there are."""
    _, child, _ = told
    until(lambda: agencies.timeline(child).json()["clocks"])
    clock = agencies.timeline(child).json()["clocks"][0]["id"]
    wanted = [clock, "11111111-1111-5111-8111-111111111111"]
    answers = [
        bare(ask(agencies, "clocks", f"/children/{child}/clocks/{one}", TRUST))
        for one in wanted
    ]
    assert answers[0] == answers[1]
    assert answers[0][0] == 404
