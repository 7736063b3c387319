"""The step on a real Postgres: positions, what has been seen, and the outbox."""

import asyncio
import itertools
from uuid import uuid4

import pytest

from schemas.errors import Refused
from schemas.topics import REFUSED, Topic
from services.runtime.outbox import unpacked
from tests.support.stepping import outgoing, record, works

READER = "reader"
TOPIC = Topic("test.steps", 1, "person_ref", (), (), 1)
PLACE = (TOPIC.name, 0)
OTHER = (TOPIC.name, 1)


@pytest.fixture
async def process(infrastructure):
    """A process that has read nothing of its topic yet."""
    async with works(infrastructure, TOPIC) as made:
        await made.pool.execute(
            "INSERT INTO positions SELECT $1, $2, p, 0 FROM generate_series(0, 5) p",
            READER,
            TOPIC.name,
        )
        yield made


class Handler:
    """Notes what it is given, and publishes one record for each."""

    def __init__(self):
        """Have seen nothing yet."""
        self.seen = []

    async def __call__(self, step, records):
        """Take *records* in."""
        self.seen += records
        step.publish(*(outgoing(TOPIC.name, one.offset) for one in records))


@pytest.fixture
def handler():
    """A handler that notes what it is given."""
    return Handler()


async def refused(process):
    """Return the headers of what waits to be published on `refused`."""
    rows = await process.pool.fetch(
        "SELECT headers FROM outbox WHERE topic = $1 ORDER BY seq", REFUSED.name
    )
    return [
        {name: value.decode() for name, value in unpacked(r["headers"])} for r in rows
    ]


async def test_a_record_that_comes_twice_has_one_effect(process, handler):
    """The same id and bytes, in one batch or in a later one, are handled once."""
    own = uuid4()
    twice = [record(TOPIC.name, n, id=own) for n in range(2)]
    await process.steps.records(READER, {PLACE: twice}, handler)
    again = [record(TOPIC.name, 2, id=own)]
    await process.steps.records(READER, {PLACE: again}, handler)

    assert [one.offset for one in handler.seen] == [0]
    assert await process.position(READER, *PLACE) == 3
    assert len(await process.outbox()) == 1


async def test_an_id_with_other_bytes_is_refused(process, handler):
    """A second content under a known id has no effect and is kept as a conflict."""
    own = uuid4()
    for offset, value in enumerate((b"{}", b'{"other":1}')):
        one = record(TOPIC.name, offset, id=own, value=value)
        await process.steps.records(READER, {PLACE: [one]}, handler)

    [said] = await refused(process)
    assert (said["x_reason"], said["x_refusedoffset"]) == ("conflict", "1")
    assert [one.value for one in handler.seen] == [b"{}"]


async def test_a_conflict_within_one_batch_is_refused(process, handler):
    """Of two contents that come together under one id the first counts."""
    own = uuid4()
    both = [record(TOPIC.name, n, id=own, value=b"%d" % n) for n in range(2)]

    await process.steps.records(READER, {PLACE: both}, handler)

    assert [one.value for one in handler.seen] == [b"0"]
    assert [said["x_refusedoffset"] for said in await refused(process)] == ["1"]


async def test_a_raised_attempt_is_handled_again(process, handler):
    """A person's replay, which raises the attempt, is no repeat."""
    own = uuid4()
    for attempt in range(2):
        one = record(TOPIC.name, attempt, id=own, attempt=attempt)
        await process.steps.records(READER, {PLACE: [one]}, handler)

    assert [one.attempt for one in handler.seen] == [0, 1]


@pytest.mark.parametrize("begins", [3, 7])
async def test_a_batch_that_begins_elsewhere_is_left_out(process, handler, begins):
    """A stray batch changes nothing and is told where to go on; its neighbour counts."""
    five = [record(TOPIC.name, n) for n in range(5)]
    await process.steps.records(READER, {PLACE: five}, handler)
    handler.seen.clear()

    strays = await process.steps.records(
        READER,
        {
            PLACE: [record(TOPIC.name, begins)],
            OTHER: [record(TOPIC.name, 0, partition=1)],
        },
        handler,
    )

    assert strays == {PLACE: 5}
    assert [one.partition for one in handler.seen] == [1]
    assert await process.position(READER, *PLACE) == 5


async def test_a_zombie_changes_nothing(process, handler, infrastructure):
    """Of two processes on the same batch the slower one finds it done and writes nothing."""
    batch = {PLACE: [record(TOPIC.name, n) for n in range(3)]}
    began, go_on = asyncio.Event(), asyncio.Event()

    async def slow(step, records):
        """Hold the positions until told to go on."""
        began.set()
        await go_on.wait()
        await handler(step, records)

    late = Handler()
    async with works(infrastructure, TOPIC, schema=process.schema, owner="two") as two:
        first = asyncio.create_task(process.steps.records(READER, batch, slow))
        await began.wait()
        second = asyncio.create_task(two.steps.records(READER, batch, late))
        go_on.set()
        strays = await asyncio.gather(first, second)

    assert strays == [{}, {PLACE: 3}]
    assert late.seen == []
    assert [seq for _, _, seq, _ in await process.outbox()] == [0, 1, 2]


async def test_a_step_that_fails_leaves_nothing(process, handler):
    """Position, what was seen and the outbox are as if it had never begun."""
    batch = {PLACE: [record(TOPIC.name, 0)]}

    async def fails(step, records):
        """Publish, then fail."""
        await handler(step, records)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await process.steps.records(READER, batch, fails)
    assert await process.outbox() == []
    assert await process.position(READER, *PLACE) == 0

    handler.seen.clear()
    await process.steps.records(READER, batch, handler)
    assert len(handler.seen) == 1


async def test_a_refusal_keeps_the_record_and_says_why(process):
    """What is refused goes out byte for byte with reason, rule and place."""
    bad = record(TOPIC.name, 0, value=b"\x00\xff not JSON", key=b"p-7")

    async def refuses(step, records):
        """Refuse everything."""
        for one in records:
            step.refuse(
                one, Refused("not-understood", where="value", rule="is not JSON")
            )

    await process.steps.records(READER, {PLACE: [bad]}, refuses)

    [row] = await process.pool.fetch("SELECT key, value FROM outbox")
    assert (row["key"], row["value"]) == (b"p-7", bad.value)
    [said] = await refused(process)
    assert said["ce_id"] == str(bad.id)
    told = [said[f"x_{name}"] for name in ("reason", "where", "rule", "refusedtopic")]
    assert told == ["not-understood", "value", "is not JSON", TOPIC.name]


async def test_lanes_have_no_gaps_while_steps_run_side_by_side(process):
    """Whoever looks at any moment sees each lane from 0 on without a gap."""
    keys = [b"p-%d" % n for n in range(12)]
    numbers = itertools.count()

    async def sends(turn):
        """Publish to several lanes in one step, in an order of its own."""
        mine = keys[turn % 12 :] + keys[: turn % 12]
        await process.publish(
            *(outgoing(TOPIC.name, next(numbers), k) for k in mine[:5])
        )

    gaps = []

    async def looks(sending):
        """Look until everything is sent."""
        while not sending.done():
            gaps.extend(
                await process.pool.fetch(
                    "SELECT 1 FROM outbox GROUP BY topic, partition"
                    " HAVING max(seq) + 1 <> count(*)"
                )
            )

    sending = asyncio.gather(*(sends(turn) for turn in range(80)))
    await asyncio.gather(sending, looks(sending))

    assert gaps == []
    assert len(await process.outbox()) == 400


async def test_a_turn_is_taken_by_one_at_a_time(process):
    """Two commands of one name work one after the other."""
    inside, most = 0, []

    async def work(step):
        """Note how many are inside."""
        nonlocal inside
        inside += 1
        await step.conn.execute("SELECT pg_sleep(0.01)")
        most.append(inside)
        inside -= 1

    await asyncio.gather(*(process.steps.turn("tick", work) for _ in range(5)))

    assert most == [1] * 5
