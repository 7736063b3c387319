"""Silence is visible: when each source was last heard, and who cannot be heard at all."""

from datetime import UTC, datetime
from html import unescape

import pytest

from tests.integration.test_audit import signed_in
from tests.support.agencies import COUNCIL, SCHOOL, TRUST, event, somebody
from tests.support.local_stack import until

REQUESTED = "ehcna.requested.v1"


def sources(agencies, child, org=COUNCIL):
    """Return the sources of a timeline by their urn."""
    return {s["source"]: s for s in agencies.timeline(child, org).json()["sources"]}


def minute():
    """Return this minute as answers write it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:00Z")


@pytest.fixture(scope="module")
def child(agencies):
    """A child of whom council and school have said something."""
    person = somebody(nhs_number=None)
    agencies.publish(event(person, REQUESTED, data={"school": SCHOOL}))
    agencies.publish(event(person, "concern.raised.v1", source=SCHOOL))
    agencies.shown(person, 2)
    return agencies.child_of(person)


def test_each_source_says_when_it_was_last_heard(agencies, child):
    """To the minute, whomever it spoke of: the next message of any child moves it."""
    before = minute()
    agencies.publish(event(somebody(), REQUESTED))

    until(lambda: sources(agencies, child)[COUNCIL]["last_heard"] >= before)
    told = sources(agencies, child)
    assert told[SCHOOL]["last_heard"] <= told[COUNCIL]["last_heard"] <= minute()
    assert told[COUNCIL]["connected"]
    assert told[SCHOOL]["connected"]


def test_who_is_not_connected_is_named_so(agencies, child):
    """Never as having nothing to say; in the answer and on the page."""
    told = sources(agencies, child)
    absent = [one for one in told.values() if not one["connected"]]
    assert absent
    assert {one["last_heard"] for one in absent} == {None}
    with signed_in(agencies) as browser:
        page = unescape(browser.get(f"/children/{child}").text)
    after = page[page.index("ot connected") :]
    for one in absent:
        assert one["name"] in after
    for one in told.values():
        assert one["name"] in page


def test_a_source_that_may_not_be_seen_is_not_named(agencies, child):
    """That it was heard of this child would say that it speaks of this child."""
    person = somebody(nhs_number=None)
    agencies.publish(event(person, REQUESTED, data={"school": SCHOOL}))
    own = agencies.child_of(person)
    known = event({"child_ref": own}, "concern.raised.v1", sensitivity="safeguarding")
    agencies.publish(known)
    assert TRUST not in sources(agencies, own, SCHOOL)
    connected = [s for s in sources(agencies, own, SCHOOL).values() if s["connected"]]
    assert {one["source"] for one in connected} == {COUNCIL}


def test_every_answer_says_as_of_when(agencies, child):
    """Timeline, page and feed."""
    begun = minute()
    assert begun <= agencies.timeline(child).json()["as_of"] <= minute()
    assert begun <= agencies.feed(COUNCIL).json()["as_of"] <= minute()
    with signed_in(agencies) as browser:
        assert "As of" in browser.get(f"/children/{child}").text
