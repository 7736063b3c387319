"""The pull feed: in order, repeatable, nobody else's, and written down before it leaves."""

import asyncio
import base64
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import asyncpg
import pytest

from schemas.topics import DELIVERIES_ATTEMPTED
from tests.support.agencies import (
    COUNCIL,
    OTHER_SCHOOL,
    SCHOOL,
    TRUST,
    event,
    somebody,
)
from tests.support.local_stack import fetch, until
from tests.support.stepping import read_all

REQUESTED = "ehcna.requested.v1"
DRAFT = "ehcp.draft_issued.v1"


def ids(receipt):
    """Return the ids of a message's events."""
    return [one["id"] for one in receipt["events"]]


def told(agencies, org, after, *receipts):
    """Return the events of some messages in a feed behind *after*, once all are there."""
    refs = {receipt["message_ref"] for receipt in receipts}
    wanted = {own for receipt in receipts for own in ids(receipt)}

    def found():
        """Return them as far as they are there."""
        every = agencies.feed_all(org, after)
        return [one for one in every if one.get("causationid") in refs]

    until(lambda: wanted <= {one["id"] for one in found()})
    return [one for one in found() if not one["type"].startswith("clock.")]


def sql(agencies, statement):
    """Return the rows of *statement*."""
    return asyncio.run(fetch(agencies.stack.dsn, statement))


def drafts(person, count):
    """Return events that start no clock."""
    return [event(person, DRAFT, data={"version": n + 1}) for n in range(count)]


def test_a_feed_keeps_the_order_in_which_things_were_said(agencies):
    """The events of an array come in its order, each a CloudEvent with its person."""
    start = agencies.end_of_feed(COUNCIL)
    receipt = agencies.publish(*drafts(somebody(), 7))
    found = told(agencies, COUNCIL, start, receipt)

    assert [one["id"] for one in found] == ids(receipt)
    assert [one["data"]["version"] for one in found] == list(range(1, 8))
    assert len({one["personref"] for one in found}) == 1
    assert {one["specversion"] for one in found} == {"1.0"}
    assert "person" not in found[0]["data"]


def test_pages_are_parts_of_one_sequence(agencies):
    """However small the pages, they say what one large one says."""
    start = agencies.end_of_feed(SCHOOL)
    person = somebody()
    told(agencies, SCHOOL, start, agencies.publish(*school_events(person, 7)))
    whole = agencies.feed(SCHOOL, after=start, limit=1000).json()["events"]
    parts, after = [], start
    while page := agencies.feed(SCHOOL, after=after, limit=2).json():
        if not page["events"]:
            break
        assert len(page["events"]) <= 2
        parts += page["events"]
        after = page["next"]

    assert parts[: len(whole)] == whole
    assert len(whole) >= 7


def school_events(person, count):
    """Return events in which a school is named."""
    return [
        event(person, "ehcp.school_consulted.v1", data={"school": SCHOOL})
        for _ in range(count)
    ]


def test_a_page_may_be_asked_for_again(agencies):
    """A lost answer is no loss: the same cursor gives the same events and cursor."""
    start = agencies.end_of_feed(SCHOOL)
    receipt = agencies.publish(*school_events(somebody(), 3))
    told(agencies, SCHOOL, start, receipt)
    first = agencies.feed(SCHOOL, after=start, limit=2).json()
    behind = agencies.feed(SCHOOL, after=first["next"]).json()
    again = agencies.feed(SCHOOL, after=start, limit=2).json()

    assert (again["events"], again["next"]) == (first["events"], first["next"])
    assert behind["events"]


def test_the_end_stays_where_it_is(agencies):
    """At the end there are no events, and the cursor is the one that was sent."""
    end = agencies.end_of_feed(COUNCIL)
    page = agencies.feed(COUNCIL, after=end).json()

    assert (page["events"], page["next"]) == ([], end)
    assert page.keys() == {"events", "next", "as_of"}


def test_lines_that_may_not_be_seen_leave_no_sign(agencies):
    """A line that is nobody's today neither shows nor moves the cursor."""
    end = agencies.end_of_feed(COUNCIL)
    sql(
        agencies,
        "WITH one AS (UPDATE delivery.subscriptions SET next_position = next_position"
        f" + 1 WHERE org = '{COUNCIL}' RETURNING next_position - 1 AS position) INSERT"
        " INTO delivery.feed (org, position, event_id, kind, person_ref)"
        f" SELECT '{COUNCIL}', position, '{uuid4()}', 'event', 'p-1' FROM one",
    )
    page = agencies.feed(COUNCIL, after=end).json()
    assert (page["events"], page["next"]) == ([], end)

    receipt = agencies.publish(*drafts(somebody(), 1))
    [one] = told(agencies, COUNCIL, end, receipt)
    assert one["id"] == ids(receipt)[0]


def test_a_feed_that_is_being_added_to_can_be_read(agencies):
    """A pull waits for no writer, and what it acknowledges is noted the next time."""
    receipt = agencies.publish(*school_events(somebody(), 1))
    told(agencies, SCHOOL, None, receipt)
    end = agencies.end_of_feed(SCHOOL)

    async def locked():
        """Return the answer while the subscription is being written to."""
        conn = await asyncpg.connect(agencies.stack.dsn)
        try:
            async with conn.transaction():
                await conn.execute(
                    "SELECT 1 FROM delivery.subscriptions WHERE org = $1 FOR UPDATE",
                    SCHOOL,
                )
                return await asyncio.to_thread(agencies.feed, SCHOOL, after=end)
        finally:
            await conn.close()

    assert asyncio.run(locked()).status_code == 200
    agencies.feed(SCHOOL, after=end)
    [row] = sql(
        agencies,
        f"SELECT acknowledged FROM delivery.subscriptions WHERE org = '{SCHOOL}'",
    )
    assert row["acknowledged"] == position_of(end)


def position_of(cursor):
    """Return the place in the feed behind which a cursor reads on."""
    return int(base64.urlsafe_b64decode(cursor + "==").split(b".")[0])


@pytest.mark.parametrize("cursor", ["another's", "x", "MS5h", "%00", "ü", "-1"])
def test_a_cursor_of_another_feed_is_a_400(agencies, cursor):
    """Another's cursor, and anything that is none, is refused alike."""
    agencies.publish(*school_events(somebody(), 1))
    until(lambda: agencies.feed_all(SCHOOL))
    said = agencies.end_of_feed(SCHOOL) if cursor == "another's" else cursor
    answer = agencies.feed(COUNCIL, after=said)

    assert answer.status_code == 400
    assert answer.json()["type"].endswith("/bad-cursor")


@pytest.mark.parametrize(
    "said",
    [
        {"limit": 0},
        {"limit": 1001},
        {"limit": "x"},
        {"limit": "²"},
        {"limit": "9" * 5000},
        {"limit": "-1"},
        {"limit": ""},
        {"wait": 31},
        {"wait": -1},
        {"wait": "x"},
        {"wait": "nan"},
        {"wait": "inf"},
    ],
)
def test_a_limit_or_wait_out_of_bounds_is_a_400(agencies, said):
    """From 1 to 1,000 events, from 0 to 30 seconds."""
    assert agencies.feed(COUNCIL, **said).status_code == 400


def test_who_has_no_feed_is_told_nothing(agencies):
    """An organisation without an agreement gets the one 404."""
    assert agencies.feed("urn:ods:ZZ9").status_code == 404
    expired = agencies.token(COUNCIL, ttl=-60)
    url = agencies.url("delivery", "/feed")
    answer = agencies.http.get(url, headers={"Authorization": f"Bearer {expired}"})
    assert answer.status_code == 401


def test_nobody_is_given_what_is_not_theirs(agencies):
    """Of two children of two schools, each school is given its own; neither a referral."""
    ours, theirs = agencies.end_of_feed(SCHOOL), agencies.end_of_feed(OTHER_SCHOOL)
    mine, other = somebody(), somebody()
    first = agencies.publish(*school_events(mine, 1))
    second = agencies.publish(
        event(other, "ehcp.school_consulted.v1", data={"school": OTHER_SCHOOL})
    )
    referral = agencies.publish(
        event(mine, "referral.received.v1", source=TRUST, data={"referred_by": SCHOOL})
    )
    told(agencies, SCHOOL, ours, first)
    told(agencies, OTHER_SCHOOL, theirs, second)
    told(agencies, TRUST, None, referral)

    given = {one["id"] for one in agencies.feed_all(SCHOOL, ours)}
    assert not given & {*ids(second), *ids(referral)}
    assert not {one["id"] for one in agencies.feed_all(OTHER_SCHOOL, theirs)} & given


def test_earlier_events_come_once_when_a_child_comes_into_reach(agencies):
    """A body that is named is given what came before, in order, and never again."""
    start = agencies.end_of_feed(TRUST)
    person = somebody()
    before = agencies.publish(*drafts(person, 3))
    asked = event(person, "ehcna.advice_requested.v1", data={"body": TRUST})
    named = agencies.publish(asked)
    after = agencies.publish(*drafts(person, 2))

    found = told(agencies, TRUST, start, before, named, after)
    assert [one["id"] for one in found] == [*ids(before), *ids(named), *ids(after)]


def test_a_wait_ends_with_the_first_event(agencies):
    """A pull that waits is answered with what comes meanwhile."""
    start = agencies.end_of_feed(OTHER_SCHOOL)
    person = somebody()
    with ThreadPoolExecutor(1) as apart:
        waiting = apart.submit(agencies.feed, OTHER_SCHOOL, after=start, wait=30)
        named = {"school": OTHER_SCHOOL}
        receipt = agencies.publish(
            event(person, "ehcp.school_consulted.v1", data=named)
        )

    first, *_clocks = waiting.result().json()["events"]
    assert [first["id"]] == ids(receipt)


def without(person, *names):
    """Return *person* without some members."""
    return {name: said for name, said in person.items() if name not in names}


def joined(agencies):
    """Return a person, its receipt, and the receipt of a referral of the same child."""
    person = somebody()
    first = agencies.publish(event(without(person, "nhs_number"), DRAFT))
    patient = without(person, "upn") | {"local_id": str(uuid4())}
    second = agencies.publish(event(patient, "referral.received.v1", source=TRUST))
    agencies.publish(event(person, "person.identified.v1"))
    return person, first, second


def links(agencies, org, after, person_ref):
    """Return the link decisions about a person in a feed."""
    found = [
        one
        for one in agencies.feed_all(org, after)
        if one["type"] == "person.linked.v1" and person_ref in one["data"]["persons"]
    ]
    assert all(one["data"].keys() == LINK for one in found)
    return found


LINK = {"persons", "child_ref", "epoch", "reason"}


def test_who_was_sent_something_hears_that_its_person_moves(agencies):
    """A join tells those who know a person that moves, and what else is now theirs."""
    start, ours = agencies.end_of_feed(TRUST), agencies.end_of_feed(COUNCIL)
    _, first, second = joined(agencies)
    [mine] = told(agencies, TRUST, start, second)
    until(lambda: links(agencies, TRUST, start, mine["personref"]))

    [link] = links(agencies, TRUST, start, mine["personref"])
    [theirs] = told(agencies, COUNCIL, ours, first)
    assert link["data"]["persons"] == [mine["personref"]]
    assert link["data"]["child_ref"] == theirs["subject"]
    told(agencies, TRUST, start, first)
    told(agencies, COUNCIL, ours, second)
    assert links(agencies, COUNCIL, ours, theirs["personref"]) == []


def test_what_is_unlinked_is_given_no_longer(agencies):
    """After a parting later reads, from any cursor, are without the other child's events."""
    start = agencies.end_of_feed(COUNCIL)
    _, first, second = joined(agencies)
    [theirs] = told(agencies, COUNCIL, start, second)
    url = agencies.url("identity_linking", f"/persons/{theirs['personref']}/unlink")
    headers = agencies.as_(COUNCIL, "steward", scope="operate read")
    agencies.http.post(url, json={"reason": "wrong child"}, headers=headers)
    until(lambda: links(agencies, COUNCIL, start, theirs["personref"]))

    given = {one["id"] for one in agencies.feed_all(COUNCIL, start)}
    assert not set(ids(second)) & given
    assert set(ids(first)) <= given


def test_a_role_that_was_given_no_feed_has_none(agencies):
    """The council's operators watch that messages move, and read no child's events."""
    url = agencies.url("delivery", "/feed")
    own = [agencies.as_(COUNCIL, role) for role in ("operator", "dco", "send_officer")]

    said = [agencies.http.get(url, headers=hat).status_code for hat in own]

    assert said == [404, 404, 200]


def test_what_is_given_is_written_down_first(agencies):
    """Each page leaves a row in the audit and a record of the delivery, by child."""
    start = agencies.end_of_feed(SCHOOL)
    receipt = agencies.publish(*school_events(somebody(), 2))
    [one, _] = told(agencies, SCHOOL, start, receipt)
    given = agencies.feed(SCHOOL, after=start, limit=1).json()["events"]

    rows = sql(
        agencies,
        "SELECT org, action, agreement, shown::text FROM delivery.audit"
        f" WHERE shown::text LIKE '%{one['id']}%'",
    )
    assert {(row["org"], row["action"]) for row in rows} == {(SCHOOL, "feed")}
    assert {row["agreement"] for row in rows} == {"school-appleford-vale"}
    assert given[0]["id"] in rows[-1]["shown"]

    def attempted():
        """Return whether the delivery is in the log, under the child."""
        lying = asyncio.run(read_all(agencies.stack, DELIVERIES_ATTEMPTED.name))
        return [r for r in lying if one["id"].encode() in r.value]

    until(attempted)
    assert {record.key for record in attempted()} == {one["subject"].encode()}


@pytest.mark.parametrize("how", ["missing", "locked"])
def test_without_an_audit_nothing_leaves(agencies, how):
    """A 503 without an event in it; the same request is good once the audit is back."""
    start = agencies.end_of_feed(SCHOOL)
    receipt = agencies.publish(*school_events(somebody(), 1))
    told(agencies, SCHOOL, start, receipt)
    spoil = {
        "missing": "ALTER TABLE delivery.audit RENAME TO audit_gone",
        "locked": "LOCK TABLE delivery.audit",
    }[how]

    async def spoilt():
        """Return the answer while the audit cannot be written."""
        conn = await asyncpg.connect(agencies.stack.dsn)
        try:
            if how == "locked":
                async with conn.transaction():
                    await conn.execute(spoil)
                    return await asyncio.to_thread(agencies.feed, SCHOOL, after=start)
            await conn.execute(spoil)
            answer = await asyncio.to_thread(agencies.feed, SCHOOL, after=start)
            await conn.execute("ALTER TABLE delivery.audit_gone RENAME TO audit")
            return answer
        finally:
            await conn.close()

    answer = asyncio.run(spoilt())

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert ids(receipt)[0] not in answer.text
    assert agencies.feed(SCHOOL, after=start).status_code == 200
