"""The relay on a real Kafka: each lane in its order, by one owner, until confirmed."""

import asyncio

import pytest

from services.runtime import outbox
from services.runtime.outbox import packed, unpacked
from services.runtime.relay import Relay
from tests.support.stepping import eventually, outgoing, read_all, works


def keys_by_lane(topic):
    """Return a key for each of the six lanes of *topic*."""
    found = {}
    number = 0
    while len(found) < 6:
        one = outgoing(topic.name, 0, b"p-%d" % number)
        found.setdefault(one.partition, one.key)
        number += 1
    return found


async def numbers(stack, topic, partition):
    """Return the numbers that lie in one partition, in order."""
    lying = await read_all(stack, topic.name, partition)
    return [int(one.value[5:-1]) for one in lying]


def empty(process):
    """Return what says whether nothing waits any longer."""

    async def is_so():
        """Look."""
        return await process.outbox() == []

    return is_so


async def test_lanes_are_published_in_order_under_load(infrastructure, topic):
    """Steps side by side to all lanes: everything arrives, in the order of its lane."""
    keys = keys_by_lane(topic)
    async with works(infrastructure, topic) as process:
        await process.relay.start()

        async def sender(partition):
            """Publish to every lane, each time in another order, one after another."""
            order = [keys[(partition + n) % 6] for n in range(6)]
            for number in range(40):
                mark = 1000 * partition + number
                await process.publish(*(outgoing(topic.name, mark, k) for k in order))

        await asyncio.gather(*(sender(partition) for partition in keys))
        await eventually(empty(process))

    for partition in keys:
        found = await numbers(infrastructure, topic, partition)
        assert len(found) == 240
        for sent_by in range(6):
            own = [n for n in found if n // 1000 == sent_by]
            assert own == [1000 * sent_by + n for n in range(40)]


async def test_what_was_committed_before_a_crash_is_published_by_the_next(
    infrastructure, topic
):
    """Rows that nobody published are published by the next process, byte for byte."""
    async with works(infrastructure, topic) as died:
        sent = [outgoing(topic.name, n, b"p-1") for n in range(5)]
        await died.publish(*sent)
        async with works(infrastructure, topic, schema=died.schema) as process:
            await process.relay.start()
            await eventually(empty(process))

    lying = await read_all(infrastructure, topic.name, sent[0].partition)
    assert [(x.key, x.value) for x in lying] == [(x.key, x.value) for x in sent]
    assert [list(one.headers) for one in lying] == [one.headers for one in sent]


async def test_what_was_not_deleted_is_published_again_the_same(
    infrastructure, topic, monkeypatch
):
    """A crash between publishing and confirming repeats the same bytes in the same order."""

    async def dies(_relay):
        """Delete nothing, as a process that was killed."""

    async with works(infrastructure, topic) as process:
        sent = [outgoing(topic.name, n, b"p-1") for n in range(5)]
        partition = sent[0].partition
        with monkeypatch.context() as patched:
            patched.setattr(Relay, "_note_confirmed", dies)
            await process.relay.start()
            await process.publish(*sent)
            await eventually(lambda: _lie(infrastructure, topic, partition, 5))
            await process.relay.stop()
        assert len(await process.outbox()) == 5
        async with works(infrastructure, topic, schema=process.schema) as restarted:
            await restarted.relay.start()
            await eventually(empty(restarted))

    lying = await read_all(infrastructure, topic.name, partition)
    said = [(one.value, list(one.headers)) for one in lying]
    assert said[:5] == said[5:] == [(one.value, one.headers) for one in sent]


async def _lie(stack, topic, partition, count):
    """Return whether that many records lie in the partition."""
    return len(await read_all(stack, topic.name, partition)) >= count


async def test_another_process_commits_and_the_owner_publishes(infrastructure, topic):
    """A process that owns no lane has its records published by the one that does."""
    keys = keys_by_lane(topic)
    async with works(infrastructure, topic) as owner:
        await owner.relay.start()
        await eventually(lambda: _owned(owner, "one"))
        async with works(
            infrastructure, topic, schema=owner.schema, owner="two"
        ) as two:
            await two.relay.start()
            for number in range(20):
                sender = (owner, two)[number % 2]
                await sender.publish(
                    *(outgoing(topic.name, number, k) for k in keys.values())
                )
            await eventually(empty(two))
            assert await _owned(owner, "one")

    for partition in keys:
        assert await numbers(infrastructure, topic, partition) == list(range(20))


async def _owned(process, name):
    """Return whether *name* holds every lane."""
    rows = await process.pool.fetch("SELECT DISTINCT owner FROM lanes")
    return [row["owner"] for row in rows] == [name]


async def test_a_lapsed_lease_is_taken_over(infrastructure, topic):
    """Lanes of a process that is gone go to another, which publishes what waits."""
    async with works(infrastructure, topic) as died:
        await died.publish(outgoing(topic.name, 0))
        await died.pool.execute(
            "UPDATE lanes SET owner = 'gone', lease_until = now() - interval '1 second'"
        )
        async with works(infrastructure, topic, schema=died.schema, owner="two") as two:
            await two.relay.start()
            await eventually(empty(two))
            assert await _owned(two, "two")


async def test_a_lease_that_holds_is_left_alone(infrastructure, topic):
    """Lanes that another process holds are not taken, and nothing is published."""
    async with works(infrastructure, topic) as process:
        await process.publish(outgoing(topic.name, 0))
        await process.pool.execute(
            "UPDATE lanes SET owner = 'other', lease_until = now() + interval '1 hour'"
        )
        await process.relay._claim()

        assert process.relay._lanes == {}
        assert len(await process.outbox()) == 1


async def test_a_lane_stays_with_its_owner_while_a_step_writes_to_it(
    infrastructure, topic
):
    """Renewing a lease passes over a lane that is locked, and does not lose it."""
    async with works(infrastructure, topic) as process:
        await process.relay._claim()
        lanes = set(process.relay._lanes)
        async with process.pool.acquire() as conn, conn.transaction():
            await conn.execute("SELECT 1 FROM lanes WHERE partition = 3 FOR UPDATE")
            await process.relay._claim()

        assert set(process.relay._lanes) == lanes
        assert len(lanes) == 12


async def test_a_lane_that_another_took_is_dropped(infrastructure, topic):
    """A process that was away too long publishes no more from lanes it has lost."""
    async with works(infrastructure, topic) as process:
        await process.relay._claim()
        await process.pool.execute(
            "UPDATE lanes SET owner = 'two', lease_until = now() + interval '1 hour'"
            " WHERE partition = 3"
        )
        await process.relay._claim()

        assert {partition for _, partition in process.relay._lanes} == {0, 1, 2, 4, 5}


async def test_a_lane_that_went_and_came_back_goes_on_behind_the_other(
    infrastructure, topic
):
    """One who wakes when its successor is gone too publishes what waits by then."""
    async with works(infrastructure, topic) as process:
        await process.publish(outgoing(topic.name, 0))
        [(_, partition, _, _)] = await process.outbox()
        await process.relay._claim()
        assert process.relay._lanes[topic.name, partition].upcoming == 0
        await process.pool.execute(
            "UPDATE lanes SET owner = 'two', lease_until = now() - interval '1 second'"
        )
        async with process.pool.acquire() as conn:
            await outbox.confirm(conn, [((topic.name, partition), 0, 0)])
        await process.publish(outgoing(topic.name, 1))

        await process.relay.start()

        await eventually(empty(process))
        assert await numbers(infrastructure, topic, partition) == [1]


async def test_confirming_waits_for_steps_without_a_deadlock(infrastructure, topic):
    """Lanes are confirmed in the order in which steps lock them, whatever is held."""
    async with works(infrastructure, topic) as process:
        await process.relay._claim()
        keys = keys_by_lane(topic)
        await process.publish(*(outgoing(topic.name, 0, k) for k in keys.values()))
        lanes = process.relay._lanes
        process.relay._lanes = dict(sorted(lanes.items(), reverse=True))
        for lane in lanes.values():
            lane.confirmed = (0, 0)
        async with process.pool.acquire() as conn, conn.transaction():
            lock = "SELECT 1 FROM lanes WHERE topic = $1 AND partition = $2 FOR UPDATE"
            await conn.execute(lock, topic.name, 0)
            confirming = asyncio.create_task(process.relay._note_confirmed())
            await eventually(lambda: _waits(process))
            await conn.execute(lock, topic.name, 5)
        await confirming

        assert await process.outbox() == []


async def _waits(process):
    """Return whether a connection of the process waits for a lock."""
    return await process.pool.fetchval(
        "SELECT 1 FROM pg_stat_activity WHERE application_name = $1"
        " AND wait_event_type = 'Lock'",
        process.schema,
    )


@pytest.mark.parametrize("value", [b"", b"\x00\xff\xfe", "Zoë".encode()])
def test_headers_come_back_byte_for_byte(value):
    """Whatever bytes a header holds, the outbox gives them back."""
    assert unpacked(packed([("ce_id", value), ("x", b"1")])) == [
        ("ce_id", value),
        ("x", b"1"),
    ]
