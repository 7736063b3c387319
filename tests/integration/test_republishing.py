"""A log that is lost is published again from Postgres, on a real Kafka."""

import pytest

from schemas.errors import Stopped
from schemas.topics import ALL
from services.runtime import kafka, outbox
from services.runtime.reader import Reader
from services.runtime.republishing import accept, start_over
from tests.support.stepping import eventually, outgoing, read_all, works


async def said_to_be_new(process, accepted=None):
    """Have an operator have accepted the cluster; the service starts on it."""
    cluster_id, _ = await kafka.describe([process.stack.bootstrap])
    await process.pool.execute(
        "INSERT INTO cluster (cluster_id, accepted) VALUES ('lost', $1)",
        accepted or cluster_id,
    )
    await start_over(process.stack.bootstrap, process.pool)


async def nothing_waits(process):
    """Return whether all is published and confirmed."""
    return await process.outbox() == []


async def published(process, *records):
    """Publish until all is confirmed, then let the lanes go."""
    await process.relay.start()
    await process.publish(*records)
    await eventually(lambda: nothing_waits(process))
    await process.relay.stop()


async def test_what_was_published_goes_out_again(infrastructure, topic):
    """The same bytes, in their order, and before what waits; then nothing more."""
    sent = [outgoing(topic.name, number) for number in range(3)]
    async with works(infrastructure, topic) as process:
        await published(process, *sent)
        await process.publish(outgoing(topic.name, 3))
        await said_to_be_new(process)

        async with works(infrastructure, topic, schema=process.schema) as again:
            await again.relay.start()
            await eventually(lambda: nothing_waits(again))
            await start_over(infrastructure.bootstrap, again.pool)
            assert await nothing_waits(again)

        lying = await read_all(infrastructure, topic.name, sent[0].partition)
        values = [one.value for one in lying]
        assert values == [one.value for one in [*sent, *sent, outgoing(topic.name, 3)]]
        assert lying[0].headers == lying[3].headers


async def test_only_what_was_not_read_has_an_effect(infrastructure, topic):
    """A reader begins at the log's beginning and drops what it has seen."""
    taken = []

    async def handle(_step, records):
        """Note what is new."""
        taken.extend(record.value for record in records)

    first, second = outgoing(topic.name, 1), outgoing(topic.name, 2)
    reader = Reader("reader", (topic,), handle)
    async with works(infrastructure, topic) as process:
        await published(process, first)
        await process.read(reader)
        await eventually(lambda: has(taken, 1))
        await process.broker.stop()
        process.broker = None
        await process.publish(second)
        await said_to_be_new(process)
        assert await process.pool.fetch("SELECT 1 FROM positions") == []

        async with works(infrastructure, topic, schema=process.schema) as again:
            await again.relay.start()
            await again.read(reader)
            await eventually(lambda: has(taken, 2))

    assert taken == [first.value, second.value]


async def has(taken, count):
    """Return whether so much was taken."""
    return len(taken) >= count


async def test_nothing_begins_again_unasked(infrastructure, topic):
    """What an operator has said of another cluster changes nothing on this one."""
    async with works(infrastructure, topic) as process:
        await published(process, outgoing(topic.name, 1))
        await said_to_be_new(process, accepted="another")

        assert await nothing_waits(process)


async def test_what_its_topic_keeps_no_longer_is_forgotten(infrastructure):
    """What waits stays, and what a topic keeps for ever, however old."""
    kept, waiting = outgoing("clocks.changed", 1), outgoing("health.inbound", 3)
    gone = outgoing("health.inbound", 2)
    topics = [topic for topic in ALL if topic.name in {kept.topic, gone.topic}]
    async with works(infrastructure, *topics) as process:
        await process.publish(kept, gone, waiting)
        await process.pool.execute("UPDATE lanes SET confirmed_seq = 0")
        await process.pool.execute("UPDATE written SET at = now() - interval '31 days'")

        await outbox.forget(process.pool)

        left = await process.pool.fetch("SELECT value FROM written ORDER BY topic")
        assert [row["value"] for row in left] == [kept.value, waiting.value]


async def test_nobody_begins_again_beside_one_who_runs(stack):
    """While a service runs, the operator is told to stop it first."""
    with pytest.raises(Stopped, match="still running"):
        await accept(stack.bootstrap, stack.dsn, "a drill")
