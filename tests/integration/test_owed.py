"""What is asked of an organisation: written down, and blind to what it may not see."""

import asyncio
import re

from tests.support.agencies import COUNCIL, HOSPITAL, TRUST, event, somebody
from tests.support.local_stack import fetch, until

ASKED = "ehcna.advice_requested.v1"
AUDIT = "SELECT subject, shown::text FROM clocks.audit WHERE action = 'owed'"


def asks(agencies, org):
    """Return what `GET /owed` answers to a body, as bytes, bar when it was asked."""
    answer = agencies.http.get(
        agencies.url("clocks", "/owed"), headers=agencies.as_(org, "clinician")
    )
    assert answer.status_code == 200
    headers = {k: v for k, v in answer.headers.items() if k != "date"}
    return headers, re.sub(rb'"as_of":"[^"]*"', b"", answer.content), answer.json()


def asked(agencies, body):
    """Ask a body for advice on a child; return the child once the clocks know it."""
    person = somebody()
    said = {"body": body, "advice": "medical", "sent_on": "2026-03-02"}
    own = agencies.publish(event(person, ASKED, data=said))["events"][0]["id"]
    until(lambda: own in str(asks(agencies, body)[2]))
    return person, own


def test_each_child_that_is_shown_leaves_a_row(agencies):
    """Who was shown which requests of whom; one row a child, each time."""
    _, own = asked(agencies, HOSPITAL)
    before = len(asyncio.run(fetch(agencies.stack.dsn, AUDIT)))
    items = asks(agencies, HOSPITAL)[2]["items"]
    rows = asyncio.run(fetch(agencies.stack.dsn, AUDIT))[before:]

    children = [item["child_ref"] for item in items]
    assert sorted(row["subject"] for row in rows) == sorted(set(children))
    assert [row for row in rows if own in row["shown"]]


def test_what_may_not_be_seen_changes_no_byte(agencies):
    """Safeguarding, and what others are asked or say, is not there for the asked body."""
    person, _ = asked(agencies, HOSPITAL)
    headers, before, _ = asks(agencies, HOSPITAL)
    hidden = {"sensitivity": "safeguarding"}
    said = {"body": HOSPITAL, "advice": "social-care", "sent_on": "2026-03-02"}
    agencies.publish(
        event(person, ASKED, data=said, **hidden),
        event(person, "concern.raised.v1", **hidden),
    )
    other, _ = asked(agencies, TRUST)
    agencies.publish(event(other, "ehcp.draft_issued.v1"))

    assert asks(agencies, HOSPITAL)[:2] == (headers, before)
    assert COUNCIL in before.decode()
