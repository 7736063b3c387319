"""The pull feed: in order, repeatable, and written down before it leaves."""

import asyncio
import base64
from concurrent.futures import ThreadPoolExecutor

import asyncpg
import pytest

from schemas.topics import DELIVERIES_ATTEMPTED
from tests.support.agencies import COUNCIL, OTHER_SCHOOL, SCHOOL, event, somebody, sql
from tests.support.feeding import drafts, ids, school_events, told
from tests.support.local_stack import until
from tests.support.stepping import read_all


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


def behind_the_end(agencies, then=lambda: None):
    """
    Return the end of the council's feed, and what is read behind it after *then*.

    Again, a few times, where a clock of an earlier test came in between.
    """
    for _ in range(20):
        end = agencies.end_of_feed(COUNCIL)
        then()
        page = agencies.feed(COUNCIL, after=end).json()
        if not page["events"]:
            break
    return end, page


def test_the_end_stays_where_it_is(agencies):
    """At the end there are no events, and the cursor is the one that was sent."""
    end, page = behind_the_end(agencies)

    assert (page["events"], page["next"]) == ([], end)
    assert page.keys() == {"events", "next", "as_of"}


def test_lines_that_may_not_be_seen_leave_no_sign(agencies):
    """A line that is nobody's today neither shows nor moves the cursor."""
    line = (
        "WITH one AS (UPDATE delivery.subscriptions SET next_position = next_position"
        f" + 1 WHERE org = '{COUNCIL}' RETURNING next_position - 1 AS position) INSERT"
        " INTO delivery.feed (org, position, event_id, kind, person_ref)"
        f" SELECT '{COUNCIL}', position, gen_random_uuid(), 'event', 'p-1' FROM one"
    )
    end, page = behind_the_end(agencies, lambda: sql(agencies, line))
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
