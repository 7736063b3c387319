"""Reading on a real Kafka what no handler can use: it alone is refused, and once."""

from uuid import uuid4

import pytest

from schemas.topics import REFUSED
from services.runtime.envelope import headers_of
from services.runtime.reader import Reader
from tests.support.stepping import eventually, made_topic, read_all, send, works
from tests.support.taking import Taken, good, taken, until_taken


async def refusals_of(infrastructure, topic):
    """Return the headers of everything on `refused` that came from *topic*."""
    lying = await read_all(infrastructure, REFUSED.name)
    said = [dict(one.headers) for one in lying]
    return [s for s in said if s.get("x_refusedtopic") == topic.name.encode()]


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
