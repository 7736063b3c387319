"""Reading on a real Kafka: nothing skipped and nothing twice, whoever comes and goes."""

import asyncio

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.errors import NotNow, Stopped
from services.runtime.reader import Reader
from tests.support.stepping import eventually, send, works
from tests.support.taking import Taken, good, taken, until_taken


async def test_a_restart_goes_on_where_postgres_says(infrastructure, topic, process):
    """What was read stays read, what came meanwhile is read, and nothing twice."""
    first, second = [b"%d" % n for n in range(30)], [b"%d" % n for n in range(30, 60)]
    await send(infrastructure, topic.name, *good(*first))
    await process.read(Reader(topic.name, (topic,), Taken(), most=7))
    await until_taken(process, *first)
    await process.broker.stop()
    process.readings.clear()

    await send(infrastructure, topic.name, *good(*second))
    await process.read(Reader(topic.name, (topic,), Taken(), most=7))

    await until_taken(process, *first, *second)


async def test_the_offset_that_kafka_keeps_is_only_a_hint(
    infrastructure, topic, process
):
    """Reading begins at Postgres's position, though Kafka says something else."""
    values = [b"%d" % n for n in range(5)]
    await send(infrastructure, topic.name, *good(*values))
    await process.cluster.positions(topic.name, (topic,))
    await process.pool.execute(
        "UPDATE positions SET next_offset = 3 WHERE partition = 0"
    )

    await process.read(Reader(topic.name, (topic,), Taken()))

    await until_taken(process, b"3", b"4")


@pytest.mark.parametrize("away", [NotNow, asyncpg.InternalClientError])
async def test_what_is_away_is_tried_again_and_nothing_skipped(
    infrastructure, topic, process, away
):
    """A handler that needs something absent has its records again, in order."""
    left = 3
    whole = Taken()

    async def handle(step, records):
        """Say three times that something is away."""
        nonlocal left
        if left:
            left -= 1
            raise away("away")
        await whole(step, records)

    values = [b"%d" % n for n in range(10)]
    await send(infrastructure, topic.name, *good(*values))
    await process.read(Reader(topic.name, (topic,), handle))

    await until_taken(process, *values)
    assert left == 0
    assert await process.outbox() == []


async def test_few_records_wait_for_others_where_their_reader_says_so(
    infrastructure, topic, process
):
    """Two that come one soon after the other are one step."""
    whole, sizes = Taken(), []

    async def handle(step, records):
        """Note how many came together."""
        sizes.append(len(records))
        await whole(step, records)

    await process.read(Reader(topic.name, (topic,), handle, linger=3.0))
    await eventually(lambda: _assigned(process))
    for value in (b"1", b"2"):
        await send(infrastructure, topic.name, *good(value))

    await until_taken(process, b"1", b"2")
    assert sizes == [2]


async def _assigned(process):
    """Return whether the process has partitions to read."""
    return all(reading.assigned for reading in process.readings)


async def test_a_lost_connection_loses_nothing(infrastructure, topic, process):
    """Postgres ends every connection in the middle of a step; each record counts once."""
    whole, cut = Taken(), []

    async def handle(step, records):
        """Have all connections of this process ended, the first time."""
        await whole(step, records)
        if not cut:
            cut.append(True)
            await _end_connections(infrastructure.dsn, process.schema)

    values = [b"%d" % n for n in range(10)]
    await send(infrastructure, topic.name, *good(*values))
    await process.read(Reader(topic.name, (topic,), handle))

    await until_taken(process, *values)
    assert await process.outbox() == []


async def _end_connections(dsn, schema):
    """End every connection of one service."""
    conn = await asyncpg.connect(dsn)
    await conn.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = $1",
        schema,
    )
    await conn.close()


async def test_two_processes_share_the_partitions(infrastructure, topic, process):
    """When a second process comes and the first goes, each record has one effect."""
    values = [b"%d" % n for n in range(60)]
    async with works(infrastructure, topic, schema=process.schema, owner="two") as two:
        await process.read(Reader(topic.name, (topic,), Taken(), most=3))
        await send(infrastructure, topic.name, *good(*values[:30]))
        await two.read(Reader(topic.name, (topic,), Taken(), most=3))
        await send(infrastructure, topic.name, *good(*values[30:45]))
        await eventually(lambda: _both_assigned(process, two))
        await process.broker.stop()
        await send(infrastructure, topic.name, *good(*values[45:]))

        await until_taken(two, *values)


async def _both_assigned(*processes):
    """Return whether the partitions are shared."""
    return all(one.readings[0].assigned for one in processes)


async def test_a_restarted_process_resumes_at_once(infrastructure, topic, process):
    """Who comes back under its name has its partitions again; nobody is disturbed."""
    async with works(infrastructure, topic, schema=process.schema, owner="two") as two:
        await process.read(Reader(topic.name, (topic,), Taken()))
        await two.read(Reader(topic.name, (topic,), Taken()))
        await eventually(lambda: _shared(process, two))
        mine, before = assignment(process), generation(two)

        await process.broker.stop()
        process.readings.clear()
        await process.read(Reader(topic.name, (topic,), Taken()))
        await eventually(lambda: _shared(process, two))

        assert assignment(process) == mine
        assert generation(two) == before


def assignment(process):
    """Return which partitions a process reads."""
    return process.readings[0].consumer.assignment()


def generation(process):
    """Return how often the group has shared the partitions out so far."""
    return process.readings[0].consumer._coordinator.generation


async def _shared(*processes):
    """Return whether each partition is read by one of *processes*."""
    held = [place for one in processes for place in assignment(one)]
    return len(held) == len(set(held)) == 6 and all(map(assignment, processes))


async def test_partitions_are_given_up_after_the_step_in_flight(
    infrastructure, topic, process
):
    """A rebalance waits for the step that runs, and drops a batch that is backing off."""
    began, go_on = asyncio.Event(), asyncio.Event()

    async def handle(step, records):
        """Stay inside until told to go on; what was away then is away still."""
        began.set()
        await go_on.wait()
        raise NotNow("away")

    await send(infrastructure, topic.name, *good(b"1"))
    await process.read(Reader(topic.name, (topic,), handle))
    await began.wait()
    [reading] = process.readings
    place = TopicPartition(topic.name, 0)
    revoking = asyncio.create_task(reading.on_partitions_revoked([place]))
    await asyncio.sleep(0)
    assert not revoking.done()

    go_on.set()
    await revoking

    assert await process.position(topic.name, topic.name) == 0
    assert await taken(process) == []


@pytest.mark.parametrize("position", [-1, 99])
async def test_a_log_that_does_not_reach_the_position_stops(
    infrastructure, topic, process, position
):
    """A truncated or replaced log is a person's matter; the message says what to do."""
    await process.cluster.positions(topic.name, (topic,))
    await process.pool.execute("UPDATE positions SET next_offset = $1", position)

    with pytest.raises(Stopped, match="make republish"):
        await process.cluster.positions(topic.name, (topic,))


async def test_a_step_that_commits_during_the_check_is_no_lost_log(
    infrastructure, topic, process, monkeypatch
):
    """Positions that move on while the log's ends are asked for stop nothing."""
    await process.cluster.positions(topic.name, (topic,))
    asked = AIOKafkaConsumer.end_offsets

    async def end_offsets(consumer, places):
        """Have a record come and be taken right after the ends are known."""
        ends = await asked(consumer, places)
        await send(infrastructure, topic.name, *good(b"1"))
        await process.pool.execute("UPDATE positions SET next_offset = 1")
        return ends

    monkeypatch.setattr(AIOKafkaConsumer, "end_offsets", end_offsets)

    kept = await process.cluster.positions(topic.name, (topic,))

    assert kept[TopicPartition(topic.name, 0)] == 0
