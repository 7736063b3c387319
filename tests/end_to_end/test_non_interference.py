"""On a real stack, byte for byte: what a school may not see changes nothing for it."""

import re

import pytest

from services.runtime.tokens import COOKIE
from tests.support.agencies import nhs_number, upn
from tests.support.partnership import csrf_of, event, partnership

COUNCIL = "urn:dfe:la:931"
TRUST = "urn:ods:RNU"
SCHOOL = "urn:dfe:urn:123456"
OTHER_SCHOOL = "urn:dfe:urn:990001"
UNKNOWN = "c-00000000000000000000000000000000"

PUPIL = {
    "local_id": "P89",
    "upn": upn(89_000),
    "date_of_birth": "2018-05-04",
    "family_name": "Hale",
    "given_name": "Ben",
}
"""The child as council and school know it: they were never told the NHS number."""
PATIENT = PUPIL | {"nhs_number": nhs_number(89_000)}
"""The same child as the trust knows it."""

SEEN = [
    event(
        "REQUEST",
        "ehcna.requested.v1",
        "2026-03-02",
        person=PUPIL,
        data={"school": SCHOOL},
    ),
    event(
        "DECISION",
        "ehcna.decided.v1",
        "2026-04-02",
        person=PUPIL,
        data={"decision": "assess"},
    ),
]
SAFEGUARDING = event(
    "CONCERN",
    "concern.raised.v1",
    "2026-03-20",
    person=PUPIL,
    data={"raised_with": SCHOOL},
    sensitivity="safeguarding",
)
HEALTH = event(
    "REFERRAL",
    "referral.received.v1",
    "2026-03-25",
    person=PATIENT,
    data={"service": "camhs", "referred_by": SCHOOL},
)
OF_WHOLE_SOURCES = (
    (rb'"(as_of|last_heard)":"[^"]*"', rb'"\1":""'),
    (rb"As of <time[^>]*>[^<]*</time>", b"As of"),
    (rb'(?s)(<dd class="nhsuk-summary-list__value">).*?</dd>', rb"\1</dd>"),
)
"""When sources were last heard speaks of no child: it may change, to the minute."""


def got(answer):
    """Return all that a viewer is given, bar when it was asked and sources' minutes."""
    body = answer.content
    for pattern, left in OF_WHOLE_SOURCES:
        body = re.sub(pattern, left, body)
    own = {"date", "content-length"}
    headers = {k: v for k, v in answer.headers.items() if k not in own}
    return answer.status_code, headers, body


def exact(answer):
    """Return all that a viewer is given, bar when it was asked."""
    headers = {k: v for k, v in answer.headers.items() if k != "date"}
    return answer.status_code, headers, answer.content


@pytest.fixture(scope="module")
def agencies(running):
    """A running stack on which the council has told of one pupil of the school."""
    with partnership(running) as telling:
        telling.child = telling.publish(COUNCIL, *SEEN)
        yield telling


@pytest.fixture(scope="module")
def school(agencies):
    """A browser in which the pupil's school has signed in."""
    with agencies.browser(SCHOOL) as client:
        yield client


def everything(agencies, school):
    """Return each answer that the school can get about its pupil."""
    page = f"/children/{agencies.child}"
    asked = {
        "csrf": csrf_of(school.get("/")),
        "upn": PUPIL["upn"],
        "date_of_birth-day": "4",
        "date_of_birth-month": "5",
        "date_of_birth-year": "2018",
    }
    by_number = {"nhs_number": PATIENT["nhs_number"], **_without(asked, "upn")}
    return {
        "timeline": got(agencies.timeline(SCHOOL, agencies.child)),
        "page": got(school.get(page)),
        "page as known": got(school.get(f"{page}?as_known_on=2100-01-01")),
        "search": got(agencies.find(SCHOOL, PUPIL)),
        "search by number": got(agencies.find(SCHOOL, PATIENT)),
        "search page": got(school.post("/search", data=asked)),
        "search page by number": got(school.post("/search", data=by_number)),
    }


def _without(said, name):
    """Return *said* without one member."""
    return {key: value for key, value in said.items() if key != name}


def test_what_a_school_may_not_see_changes_nothing_for_it(agencies, school):
    """A safeguarding concern and a referral leave every byte that it gets as it was."""
    before = everything(agencies, school)

    assert agencies.publish(COUNCIL, SAFEGUARDING) == agencies.child
    assert agencies.publish(TRUST, HEALTH) == agencies.child

    entries = agencies.timeline(COUNCIL, agencies.child).json()["entries"]
    assert {"concern.raised.v1", "referral.received.v1"} <= {e["type"] for e in entries}
    assert everything(agencies, school) == before
    assert before["page"][0] == before["timeline"][0] == 200
    assert before["search by number"][0] == 404


def test_what_a_school_may_see_is_shown_to_it(agencies, school):
    """The comparison would notice: an event that it may see changes what it gets."""
    before = everything(agencies, school)
    draft = event("DRAFT", "ehcp.draft_issued.v1", "2026-04-20", person=PUPIL)

    agencies.publish(COUNCIL, draft)

    after = everything(agencies, school)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"timeline", "page", "page as known"}


def test_another_schools_pupil_is_an_unknown_one(agencies):
    """Not permitted and not there are the same bytes, as JSON and as a page."""
    with agencies.browser(OTHER_SCHOOL) as stranger:
        pages = [stranger.get(f"/children/{c}") for c in (agencies.child, UNKNOWN)]
    answers = [agencies.timeline(OTHER_SCHOOL, c) for c in (agencies.child, UNKNOWN)]

    assert exact(answers[0]) == exact(answers[1])
    assert exact(pages[0]) == exact(pages[1])
    assert answers[0].status_code == pages[0].status_code == 404


def test_another_schools_pupil_is_not_found(agencies):
    """A search answers a stranger as it does for a number that nobody ever sent."""
    nobody = PUPIL | {"date_of_birth": "2018-05-05"}

    answers = [agencies.find(OTHER_SCHOOL, person) for person in (PUPIL, nobody)]

    assert exact(answers[0]) == exact(answers[1])
    assert answers[0].status_code == 404


def test_a_cookie_publishes_nothing(agencies, school):
    """A browser's cookie opens pages alone: neither the door nor the JSON timeline."""
    url = agencies.stack.address("education_gateway")
    headers = {"X-Request-ID": "5d3a6f64-9d0f-4f0e-8a3a-0d9d6a8f2a11"}
    headers |= {"Cookie": f"{COOKIE}={school.cookies[COOKIE]}"}

    published = agencies.http.post(f"{url}/events", json=SEEN[0], headers=headers)

    assert published.status_code == 401
    assert school.get(f"/children/{agencies.child}/timeline").status_code == 401
