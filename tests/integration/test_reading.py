"""Reading on a real Kafka: nothing skipped, nothing twice, one bad record alone refused."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.errors import NotNow, Stopped
from schemas.topics import REFUSED
from services.runtime.envelope import headers_of
from services.runtime.reading import Reader
from tests.support.local_stack import fetch
from tests.support.stepping import eventually, made_topic, read_all, send, works


class Taken:
    """A handler that notes the values it took, once their step is committed."""

    def __init__(self, *, fails=()):
        """Fail at each value of *fails*."""
        self.fails = set(fails)

    async def __call__(self, step, records):
        """Keep the values in the step's own transaction."""
        await step.conn.execute(
            "CREATE TABLE IF NOT EXISTS taken (nth serial, value bytea, instance text)"
        )
        for record in records:
            if record.value in self.fails:
                raise ZeroDivisionError
            await step.conn.execute(
                "INSERT INTO taken (value) VALUES ($1)", record.value
            )


async def taken(process):
    """Return the values taken so far, in order, on a connection that nobody ends."""
    asked = f"SELECT value FROM {process.schema}.taken ORDER BY nth"
    try:
        rows = await fetch(process.stack.dsn, asked)
    except asyncpg.UndefinedTableError:
        return []
    return [row["value"] for row in rows]


def good(*values):
    """Return records with ids of ours."""
    return [(headers_of({"id": str(uuid4())}), value) for value in values]


async def until_taken(process, *values):
    """Return once exactly these values are taken; more or others fail the test."""

    async def enough():
        """Look."""
        return len(await taken(process)) >= len(values)

    await eventually(enough)
    assert await taken(process) == list(values)


async def refusals_of(infrastructure, topic):
    """Return the headers of everything on `refused` that came from *topic*."""
    lying = await read_all(infrastructure, REFUSED.name)
    said = [dict(one.headers) for one in lying]
    return [s for s in said if s.get("x_refusedtopic") == topic.name.encode()]


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


async def test_one_bad_record_is_refused_alone(infrastructure, topic, process):
    """A record that its handler fails on is refused; the others keep their order."""
    values = [b"%d" % n for n in range(9)]
    await process.relay.start()
    await send(infrastructure, topic.name, *good(*values))

    await process.read(Reader(topic.name, (topic,), Taken(fails={b"4", b"7"})))

    await until_taken(process, *(v for v in values if v not in {b"4", b"7"}))
    await eventually(lambda: _nothing_waits(process))
    found = await refusals_of(infrastructure, topic)
    assert sorted(int(said["x_refusedoffset"]) for said in found) == [4, 7]
    assert {said["x_reason"] for said in found} == {b"failed"}
    assert {said["x_rule"] for said in found} == {b"builtins.ZeroDivisionError"}


async def _nothing_waits(process):
    """Return whether the outbox is empty."""
    return await process.outbox() == []


POISON = {
    "no headers": [],
    "an id that is no UUID": [("ce_id", b"P88")],
    "bytes that are no text": [("ce_id", b"\xff\xfe")],
    "an attempt that is no number": [("ce_id", b"id"), ("ce_attempt", "²".encode())],
    "an attempt beyond any table": [("ce_id", b"id"), ("ce_attempt", b"9" * 30)],
    "a header without a value": [("ce_id", b"id"), ("ce_type", None)],
    "a foreign header without a value": [("ce_id", b"id"), ("other", None)],
    "an attribute with a NUL": [("ce_id", b"id"), ("ce_source", b"a\x00b")],
    "headers of our own refusals": [("x_refusedid", b"1"), ("x_refusedtopic", b"t")],
}


def poisoned(headers):
    """Return *headers* with an id of ours where they say `id`."""
    own = str(uuid4()).encode()
    return [(name, own if value == b"id" else value) for name, value in headers]


@pytest.mark.parametrize("name", POISON)
async def test_a_poisonous_record_blocks_nothing(infrastructure, topic, process, name):
    """Whatever lies in the log, the records behind it are taken, and it once at most."""
    bad = (poisoned(POISON[name]), b"bad")
    await process.relay.start()
    await send(infrastructure, topic.name, *good(b"1"), bad, *good(b"2"))

    await process.read(Reader(topic.name, (topic,), Taken(fails={b"bad"})))

    await until_taken(process, b"1", b"2")
    await eventually(lambda: _nothing_waits(process))
    found = await refusals_of(infrastructure, topic)
    assert [said["x_refusedoffset"] for said in found] == [b"1"]


async def test_what_is_refused_already_is_not_refused_again(
    infrastructure, topic, process
):
    """A reader of `refused` that cannot use a record leaves it there: no circle."""
    bad = f"bad {uuid4()}".encode()
    await process.relay.start()
    await process.cluster.positions(process.schema, (REFUSED,))
    ends = {p: len(await read_all(infrastructure, REFUSED.name, p)) for p in range(6)}
    for partition, end in ends.items():
        await process.pool.execute(
            "UPDATE positions SET next_offset = $2 WHERE partition = $1", partition, end
        )
    own = headers_of({"id": str(uuid4())})
    conflict = [(own, bad + b" one"), (own, bad + b" other")]
    await process.read(Reader(process.schema, (REFUSED,), Taken(fails={bad})))

    await send(infrastructure, REFUSED.name, ([], bad), *good(bad), *conflict)
    await send(infrastructure, REFUSED.name, *good(b"mark"))

    async def marked():
        """Return whether the mark behind them has been taken."""
        return b"mark" in await taken(process)

    await eventually(marked)
    await eventually(lambda: _nothing_waits(process))
    lying = await read_all(infrastructure, REFUSED.name)
    assert len([one for one in lying if one.value.startswith(bad)]) == 4


async def test_records_without_an_id_have_refusals_of_their_own(
    infrastructure, topic, process
):
    """Two that lie at one offset of two topics are two lines of the refused list."""
    other = await made_topic(infrastructure)
    async with works(infrastructure, topic, other) as both:
        await both.relay.start()
        for one in (topic, other):
            await send(infrastructure, one.name, ([], b"bad"))
        await both.read(Reader(topic.name, (topic, other), Taken()))
        await eventually(lambda: _refused(infrastructure, topic, other))
        ids = {
            said["x_refusedid"]
            for one in (topic, other)
            for said in await refusals_of(infrastructure, one)
        }
        assert len(ids) == 2


async def _refused(infrastructure, *topics):
    """Return whether something of each of *topics* is on `refused`."""
    return all([await refusals_of(infrastructure, one) for one in topics])


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
