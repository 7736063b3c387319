"""Reading back what lies in the log and Postgres has lost, on a real Kafka."""

from uuid import uuid4

import pytest

from schemas.errors import Stopped
from services.runtime.envelope import headers_of
from services.runtime.outbox import confirm
from services.runtime.rereading import Rereading, remember_sent
from tests.support.stepping import (
    eventually,
    made_topic,
    outgoing,
    read_all,
    send,
    works,
)


@pytest.fixture
async def topic(infrastructure):
    """A topic that one service alone writes."""
    made = await made_topic(infrastructure)
    return made._replace(writers=("one",))


class Taken:
    """Notes what it is to take back."""

    def __init__(self):
        """Have nothing yet."""
        self.values = []

    async def __call__(self, step, records):
        """Take *records* back, and never publish them again."""
        self.values += [record.value for record in records]
        await remember_sent(step, records)


async def read_back(process, topic):
    """Return the values that a start would hand to the service."""
    taken = Taken()
    rereading = Rereading("one", process.stack.bootstrap, process.steps, taken)
    await rereading.run(process.pool, [topic])
    return taken.values


async def published(process, topic, *numbers):
    """Publish, and return the values and their partition once all is confirmed."""
    sent = [outgoing(topic.name, number) for number in numbers]
    await process.publish(*sent)
    await eventually(lambda: _nothing_waits(process))
    return [one.value for one in sent], sent[0].partition


async def _nothing_waits(process):
    """Return whether all is published and confirmed."""
    return await process.outbox() == []


async def forget(process, topic, partition, offset):
    """Have the tables know of nothing behind *offset*, as a restored copy does."""
    await process.pool.execute(
        "UPDATE lanes SET confirmed_offset = $3 WHERE topic = $1 AND partition = $2",
        topic.name,
        partition,
        offset,
    )


async def test_what_was_confirmed_is_not_read_back(infrastructure, topic):
    """An ordinary start has nothing to take back."""
    async with works(infrastructure, topic) as process:
        await process.relay.start()
        await published(process, topic, 1, 2, 3)

        assert await read_back(process, topic) == []


async def test_what_the_tables_have_lost_is_taken_back_once(infrastructure, topic):
    """Behind the last confirmed offset that is known everything is handed over, once."""
    async with works(infrastructure, topic) as process:
        await process.relay.start()
        values, partition = await published(process, topic, *range(7))
        await forget(process, topic, partition, 2)

        assert await read_back(process, topic) == values[3:]
        assert await read_back(process, topic) == []


async def test_what_waits_to_be_noted_is_known(infrastructure, topic):
    """After a crash between publishing and noting it, the outbox still has the records."""
    async with works(infrastructure, topic) as process:
        first, partition = await published_and_kept(process, topic)
        assert len(await process.outbox()) == len(first)
        assert len(await read_all(infrastructure, topic.name, partition)) == len(first)

        assert await read_back(process, topic) == []


async def published_and_kept(process, topic):
    """Publish, and leave the outbox as a crash would."""
    sent = [outgoing(topic.name, number) for number in range(3)]
    await process.publish(*sent)
    await process.relay.start()
    await eventually(lambda: _nothing_waits(process))
    await process.relay.stop()
    await process.pool.execute("UPDATE lanes SET confirmed_seq = -1")
    await forget(process, topic, sent[0].partition, -1)
    return [one.value for one in sent], sent[0].partition


async def test_what_cannot_be_used_is_left_alone(infrastructure, topic):
    """A record that nobody of ours wrote keeps no other from being taken back."""
    async with works(infrastructure, topic) as process:
        await process.pool.execute("DELETE FROM lanes WHERE topic = $1", topic.name)
        await process.pool.execute("INSERT INTO lanes VALUES ($1, 0)", topic.name)
        own = headers_of({"id": str(uuid4())})
        await send(infrastructure, topic.name, (own, b"1"), ([], b"bad"), (own, b"2"))
        taken = []

        async def take_back(step, records):
            """Read what only our own records have."""
            found = [(record.attributes["id"], record.value) for record in records]
            taken.extend(value for _, value in found)

        rereading = Rereading("one", process.stack.bootstrap, process.steps, take_back)
        await rereading.run(process.pool, [topic])

        assert taken == [b"1", b"2"]


async def test_what_was_read_back_is_not_published_again(infrastructure, topic):
    """Made again from what is read again, it stays the record that lies in the log."""
    async with works(infrastructure, topic) as process:
        await process.relay.start()
        values, partition = await published(process, topic, 1, 2)
        await forget(process, topic, partition, 0)
        await read_back(process, topic)
        await process.steps.recall()

        await published(process, topic, 2, 3)

        lying = await read_all(infrastructure, topic.name, partition)
        assert [one.value for one in lying] == [*values, outgoing(topic.name, 3).value]


async def test_a_log_that_has_lost_what_it_confirmed_stops(infrastructure, topic):
    """Where Kafka is the one that was restored, a person must act."""
    async with works(infrastructure, topic) as process:
        await process.relay._claim()
        await process.publish(outgoing(topic.name, 1))
        lane = (topic.name, outgoing(topic.name, 1).partition)
        async with process.pool.acquire() as conn:
            await confirm(conn, [(lane, 0, 4711)])

        with pytest.raises(Stopped, match="ends before what was published"):
            await read_back(process, topic)
