"""Two processes take in what concerns one child: nothing is given of a child left empty."""

import asyncio
from uuid import uuid4

import orjson
import pytest

from schemas import topics
from services.runtime.children import PERSON_LINKED, Children
from tests.support.stepping import eventually, record, works

LINKED = topics.EVENTS_LINKED.name
MOVER, PUPIL = "p-mover", "p-pupil"
OLD, NEW = "c-old", "c-new"
WAITING = (
    "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    " AND query LIKE '%revisions%')"
)


@pytest.fixture
async def process(infrastructure):
    """A reader's tables, for as many processes as a test has."""
    packages = ["services.runtime.children"]
    async with works(infrastructure, topics.REFUSED, packages=packages) as made:
        yield made


def link(epoch, child, *persons, joined=()):
    """Return the decision that *persons* are *child*."""
    body = {"epoch": epoch, "child_ref": child, "persons": persons, "joined": joined}
    one = record(LINKED, epoch, value=orjson.dumps(body))
    one.attributes["type"] = PERSON_LINKED
    return one


def said_of(person):
    """Return an event about *person*."""
    own = uuid4()
    attributes = {
        "id": str(own),
        "type": "referral.received.v1",
        "source": "urn:ods:RNU",
        "time": "2026-03-02T09:00:00Z",
        "knownat": "2026-03-02T09:00:00Z",
        "occurred": "2026-03-02",
        "occurredprecision": "day",
        "category": "referral",
        "sensitivity": "normal",
        "correlationid": "c",
        "causationid": str(uuid4()),
        "personref": person,
        "sourcerecord": str(own),
        "sourceversion": "1",
    }
    return record(LINKED, 0, id=own, attributes=attributes, value=b"{}")


async def taken(process, *records, until=None):
    """Return what a process that knows nobody yet takes in; it commits after *until*."""

    async def work(step):
        """Take it in."""
        found = await Children().take_in(step, records)
        if until:
            await until()
        return found

    return await process.steps.request(work)


async def test_an_event_follows_its_person_who_moves_meanwhile(process):
    """It came while another process joined the child: it is fresh in the joined one."""
    await taken(process, link(1, OLD, MOVER), said_of(MOVER))
    await taken(process, link(2, NEW, PUPIL), said_of(PUPIL))
    late, following = said_of(MOVER), []

    async def until():
        """Begin on the event, and go on when that waits for us."""
        following.append(asyncio.create_task(taken(process, late)))
        await eventually(lambda: process.pool.fetchval(WAITING))

    await taken(process, link(3, NEW, MOVER, joined=(OLD,)), until=until)
    found = await following[0]

    fresh = {ref: [e.id for e in child.fresh] for ref, child in found.children.items()}
    assert fresh == {NEW: [late.attributes["id"]]}
    assert len(found.children[NEW].entries) == 3
