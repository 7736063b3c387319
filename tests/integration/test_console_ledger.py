"""The ledger on a real Postgres: what was kept is found again by any id, by an index."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from schemas.topics import ALL
from services.console import handlers, rules
from services.console.store import ledger, refusals
from tests.support.stepping import works
from tests.unit.services.console import records
from tests.unit.services.console.records import (
    CHILD,
    CORRELATION,
    EVENT,
    ITEM,
    MESSAGE,
    OTHER_EVENT,
    PERSON,
    REQUEST,
)

AT = datetime(2026, 3, 2, 9, 1, tzinfo=UTC)
SECOND_MESSAGE = "20000000-0000-5000-8000-0000000000aa"
WHOLE = ["received", "translated", "linked", "clock", "delivered"]


@pytest.fixture
async def process(infrastructure):
    """A console's database and steps, of this test alone."""
    async with works(infrastructure, *ALL, packages=("services.console",)) as made:
        yield made


async def keep(process, *read):
    """Keep *read* as the console does, in one step."""
    await process.steps.request(lambda step: handlers.keep(step, list(read)))


async def trace(process, wanted):
    """Return the hops of *wanted*, as (hop, offset)."""
    asked = rules.wanted(wanted)
    async with process.pool.acquire() as conn:
        return [(h["hop"], h["offset"]) for h in await ledger.trace(conn, asked)]


def story():
    """Return one message's way to its delivery, in the order of the path."""
    return [
        records.inbound(),
        records.translated(),
        records.linked(),
        records.clock(),
        records.delivered(),
    ]


def at(record, offset, seconds=0):
    """Return *record* at another offset, that many seconds later."""
    return replace(record, offset=offset, at_ms=record.at_ms + seconds * 1000)


class TestTrace:
    """Where something has been."""

    @pytest.mark.parametrize(
        "wanted", [MESSAGE, EVENT, REQUEST, CORRELATION, CHILD, PERSON]
    )
    async def test_leads_from_any_id_to_the_whole_way(self, process, wanted):
        """Each id is somewhere on the way, and finds all of it."""
        await keep(process, *reversed(story()))
        assert [hop for hop, _ in await trace(process, wanted)] == WHOLE

    async def test_of_the_unknown_is_empty(self, process):
        """Nothing is found where nothing was kept, and no other's way."""
        await keep(process, *story())
        for wanted in (SECOND_MESSAGE, "c-" + "0" * 32, "p-" + "0" * 32, ITEM):
            assert await trace(process, wanted) == []

    async def test_is_in_the_order_of_time_then_of_the_path(self, process):
        """What happened later is later, whatever its stage."""
        first = records.inbound()
        again = at(records.inbound(attempt=1), 8, seconds=5)
        failed = at(records.refused(at=AT), 9, seconds=2)
        await keep(process, again, failed, first)
        found = await trace(process, MESSAGE)
        assert found == [("received", 7), ("refused", 9), ("received", 8)]

    async def test_of_an_event_leaves_out_others_of_its_message(self, process):
        """An array is one message; each of its events has a way of its own."""
        other = {"id": OTHER_EVENT, "place": 1}
        await keep(
            process,
            *story(),
            at(records.inbound(place=1), 20),
            at(records.translated(**other), 21),
            at(records.linked(**other), 22),
        )
        assert [hop for hop, _ in await trace(process, EVENT)] == WHOLE
        assert [o for _, o in await trace(process, OTHER_EVENT)] == [20, 21, 22]
        assert len(await trace(process, MESSAGE)) == len(WHOLE) + 3

    async def test_of_an_event_leaves_out_others_of_the_same_item(self, process):
        """One item of a message can become several events."""
        twin = records.linked(id=OTHER_EVENT)
        await keep(process, *story(), at(twin, 30))
        assert ("linked", 30) not in await trace(process, EVENT)
        assert ("linked", 30) in await trace(process, MESSAGE)

    async def test_of_a_person_finds_the_decisions_about_it(self, process):
        """Who was linked is found from each of the persons."""
        await keep(process, at(records.person_linked([PERSON]), 40))
        assert await trace(process, PERSON) == [("linked", 40)]
        assert await trace(process, CHILD) == [("linked", 40)]

    async def test_leaves_out_other_persons_of_the_same_message(self, process):
        """A person's trace never leads to another's."""
        stranger = "p-000000000000000000000000000000ff"
        await keep(
            process, *story(), at(records.inbound(place=1, personref=stranger), 20)
        )
        assert ("received", 20) not in await trace(process, PERSON)
        assert await trace(process, stranger) == [("received", 20)]

    async def test_needs_no_more_than_index_look_ups(self, process):
        """However long the ledger grows, no query reads all of it."""
        own, many = UUID(EVENT), [UUID(EVENT)]
        queries = {
            **dict.fromkeys(ledger.DIRECT.values(), (own,)),
            ledger.MESSAGES: (many,),
            ledger.ITEMS: (many, [0]),
            ledger.MENTIONS: (many,),
        }
        async with process.pool.acquire() as conn, conn.transaction():
            await conn.execute("SET LOCAL enable_seqscan = off")
            for query, said in queries.items():
                plan = await conn.fetch(f"EXPLAIN {query}", *said)
                assert not [row[0] for row in plan if "Seq Scan" in row[0]]


class TestRefused:
    """Refused messages."""

    async def test_are_taken_once(self, process):
        """Two people who press at the same time replay it once."""
        await keep(process, records.refused(at=AT))
        (line,), _ = await listed(process)
        taken = await asyncio.gather(*(take(process, line["ref"]) for _ in range(5)))
        assert [one.value for one in taken if one] == [b'{"secret": "Vale"}']

    async def test_are_kept_once_however_often_they_come(self, process):
        """Two services may refuse the same record for the same attempt."""
        refused = records.refused(at=AT)
        await keep(process, refused, at(refused, 8))
        assert len((await listed(process))[0]) == 1

    async def test_are_listed_in_parts(self, process):
        """Each part says where the next begins; the last says that it is the last."""
        await keep(process, *[records.refused(at=AT, attempt=n) for n in range(3)])
        first, following = await listed(process, limit=2)
        rest, end = await listed(process, after=following, limit=2)
        assert [one["state"] for one in first + rest] == ["new"] * 3
        assert end is None

    async def test_are_taken_as_they_came(self, process):
        """Every byte of key, headers and value: a replay is the original."""
        refused = records.refused(at=AT)
        await keep(process, refused)
        (line,), _ = await listed(process)
        taken = await take(process, line["ref"])
        assert (taken.key, taken.value) == (refused.key, refused.value)
        assert taken.headers == records.inbound().headers
        assert taken.at == AT

    async def test_are_forgotten_after_their_time(self, process):
        """Their bytes are somebody's data."""
        await keep(process, records.refused(at=AT))
        async with process.pool.acquire() as conn:
            await refusals.forget(conn, AT)
            assert await refusals.count_new(conn) == 1
            await refusals.forget(conn, AT + timedelta(seconds=1))
            assert await refusals.count_new(conn) == 0

    async def test_with_nul_in_their_headers_are_kept_all_the_same(self, process):
        """Postgres holds no NUL in text; the record must not go round for ever."""
        why = records.refused(at=AT, reason="bad\x00word")
        await keep(process, why)
        (line,), _ = await listed(process)
        assert line["reason"] == "badword"


async def listed(process, after=0, limit=10):
    """Return a part of the list, and where it goes on."""
    async with process.pool.acquire() as conn:
        return await refusals.listed(conn, after, limit)


async def take(process, ref):
    """Take a refused message for a replay."""
    async with process.pool.acquire() as conn:
        return await refusals.take(conn, UUID(ref))
