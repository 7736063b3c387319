"""What a sender reads of a message while its items are on their way."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from schemas import topics
from schemas.errors import Refused
from schemas.statement import Statement
from services.runtime.intake import awaiting
from services.runtime.intake.following import follow
from services.runtime.intake.items import Item, Message, as_read, refused_item
from services.runtime.intake.messages import accept
from services.runtime.intake.showing import told
from services.runtime.intake.translating import Translating
from tests.support.stepping import record, works

KEY = b"a key that only tests know"
INBOUND = topics.EDUCATION_INBOUND
REASON = Refused("unknown-type", where="type", rule="no such type")


@pytest.fixture
async def process(infrastructure):
    """A gateway's tables."""
    packages = ["services.runtime.intake"]
    sent = (INBOUND, topics.EVENTS_TRANSLATED)
    async with works(infrastructure, *sent, packages=packages) as made:
        yield made


def translate(one):
    """Return what an item holds: a concern of its own."""
    return [
        Statement(
            place=int(one.attributes["place"]),
            type="concern.raised.v1",
            occurred="2026-03-02",
            occurredprecision="day",
            sourcerecord=f"R{one.attributes['place']}",
            sourceversion=1,
            person={"local_id": one.attributes["place"]},
            data={},
        )
    ]


@dataclass
class Sent:
    """A message of some items, as its gateway has it."""

    process: object
    message: Message
    items: list[Item]

    def read(self, place):
        """Return the item at *place* as the translator reads it."""
        return as_read(self.message, self.message.ref, self.items[place], INBOUND)

    async def accepted(self):
        """Take the message in."""

        async def work(step):
            """Accept it."""
            await accept(step, self.message, self.items, topic=INBOUND, answer=b"")

        await self.process.steps.request(work)
        return self

    async def handle(self, *places):
        """Translate the items at *places*."""

        async def work(step):
            """Do it."""
            read = [self.read(place) for place in places]
            await Translating(translate, KEY).handle(step, read)

        await self.process.steps.request(work)

    async def fail(self, place):
        """Let the gateway hear that the item at *place* could not be handled."""

        async def work(step):
            """Follow the refusal."""
            item = Item(place, b"{}", refused=REASON)
            out = refused_item(step, self.message, self.message.ref, item, INBOUND)
            own = self.read(place)
            headers = [
                (name, b"7" if name == "x_refusedoffset" else value)
                for name, value in out.headers
            ]
            changes = {"id": own.id, "attributes": own.attributes, "headers": headers}
            await follow(step, [record(topics.REFUSED.name, 0, **changes)])

        await self.process.steps.request(work)

    async def state(self):
        """Return what its sender reads of it."""
        ref = self.message.ref
        asked = "SELECT * FROM receipts WHERE message_ref = $1"
        row = await self.process.pool.fetchrow(asked, ref)
        return told(ref, dict(row), [])["state"]


def message_of(process, *items):
    """Return a message that brings *items*."""
    came = Message(
        gateway="education_gateway",
        sender=f"urn:dfe:la:{uuid4().hex[:3]}",
        request_id=str(uuid4()),
        correlation_id=None,
        received_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
        content_type="application/json",
        body=b"[]",
    )
    return Sent(process, came, list(items))


def good(places):
    """Return so many items without a fault."""
    return [Item(place, b"{}", person_ref=f"p-{place}") for place in range(places)]


async def test_a_message_waits_for_the_last_of_its_items(process):
    """Whichever comes last; then it is translated."""
    sent = await message_of(process, *good(3)).accepted()
    seen = [await sent.state()]
    for places in ((2,), (0,), (1,)):
        await sent.handle(*places)
        seen.append(await sent.state())

    assert seen == ["waiting", "waiting", "waiting", "translated"]


async def test_a_message_of_one_item_is_translated_with_it(process):
    """It awaits nothing else, nor what was refused at the door."""
    refused = Item(1, b"{}", refused=REASON)
    sent = await message_of(process, *good(1), refused).accepted()
    await sent.handle(0)

    assert await sent.state() == "translated"


async def test_an_item_that_cannot_be_handled_is_not_awaited(process):
    """It was refused behind the door: the others are all there is."""
    sent = await message_of(process, *good(2)).accepted()
    await sent.handle(0)
    before = await sent.state()
    await sent.fail(1)

    assert (before, await sent.state()) == ("waiting", "translated")


async def test_a_message_that_came_again_awaits_nothing_twice(process):
    """The repeat is answered; what it brought is on its way once."""
    sent = await message_of(process, *good(2)).accepted()
    await sent.accepted()
    await sent.handle(0, 1)

    assert await sent.state() == "translated"


async def test_what_was_never_counted_is_no_debt(process):
    """A receipt that was read back from the log counts nothing, and shows no less."""
    sent = await message_of(process, *good(1)).accepted()
    await sent.handle(0)
    await awaiting.arrived(process.pool, {sent.message.ref: 1, UUID(int=1): 1})
    asked = "SELECT awaited FROM receipts WHERE message_ref = $1"

    assert await process.pool.fetchval(asked, sent.message.ref) == 0
    assert await sent.state() == "translated"
