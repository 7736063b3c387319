"""Identity on a real Postgres: whatever the order and the batches, the same children."""

import random
from collections import defaultdict

import orjson
import pytest

from schemas.topics import EVENTS_LINKED
from services.identity_linking.handlers import Linking
from services.runtime import refs
from services.runtime.envelope import attributes_of
from services.runtime.outbox import unpacked
from tests.support.agencies import COUNCIL, SCHOOL, TRUST, nhs_number, upn
from tests.support.stepping import record, works

KEY = b"a key that only tests know"
MEMBERS = {
    COUNCIL: ("upn", "date_of_birth", "family_name", "given_name"),
    TRUST: ("nhs_number", "date_of_birth", "family_name", "given_name"),
    SCHOOL: ("upn", "date_of_birth", "family_name"),
}


def child(nth):
    """Return the *nth* child as it is; all were born on one day under one name."""
    return {
        "nhs_number": nhs_number(nth),
        "upn": upn(nth),
        "date_of_birth": "2018-05-04",
        "family_name": "Vale",
        "given_name": ("Ann", "Amy", "Ava", "Ada")[nth % 4],
    }


def told(sender, nth, *members):
    """Return sender and person of one event about the *nth* child."""
    own = {name: child(nth)[name] for name in members or MEMBERS[sender]}
    return sender, own if members == ("nhs_number",) else own | {"local_id": f"P-{nth}"}


EVENTS = [
    *(told(sender, nth) for sender in MEMBERS for nth in range(6)),
    *(told(TRUST, nth, "nhs_number") for nth in range(3)),
    *(told(COUNCIL, nth, *child(nth)) for nth in range(4)),
]


def translated(offset, sender, person):
    """Return a translated event about *person*."""
    said = {
        "type": "concern.raised.v1",
        "source": sender,
        "category": "support",
        "sensitivity": "normal",
        "occurred": "2026-03-02",
        "occurredprecision": "day",
        "time": "2026-03-02T09:00:00.000000Z",
        "personref": refs.person_ref(KEY, sender, person),
        "sourcerecord": f"r{offset}",
        "sourceversion": "1",
    }
    value = orjson.dumps({"person": person, "data": {}})
    one = record("events.translated", offset, value=value)
    one.attributes.update(said)
    return one


async def children(process):
    """Return which persons are one child."""
    found = defaultdict(set)
    for row in await process.pool.fetch("SELECT person_ref, child_ref FROM persons"):
        found[row["child_ref"]].add(row["person_ref"])
    return {frozenset(one) for one in found.values()}


async def hand_over(process, events, draw):
    """Have identity take *events* in batches of any size."""
    linking = Linking(KEY)
    left = [translated(n, *one) for n, one in enumerate(events)]
    while left:
        size = draw.randint(1, 7)
        batch, left = left[:size], left[size:]
        await process.steps.request(lambda step, b=batch: linking.handle(step, b))


def expected():
    """Return who is one with whom: for four children both numbers were told together."""
    found = defaultdict(set)
    for sender, person in EVENTS:
        name = person.get("local_id")
        nth = int(name[2:]) if name else BARE[person["nhs_number"]]
        side = "" if nth < 4 else "health" if sender == TRUST else "school"
        found[nth, side].add(refs.person_ref(KEY, sender, person))
    return {frozenset(one) for one in found.values()}


BARE = {nhs_number(nth): nth for nth in range(3)}


@pytest.mark.parametrize("seed", range(4))
async def test_any_order_in_any_batches_ends_in_the_same_children(infrastructure, seed):
    """Shuffled, repeated and cut anywhere, the map is that of one event after another."""
    draw = random.Random(seed)
    events = EVENTS * 2
    draw.shuffle(events)
    packages = ["services.identity_linking"]
    async with works(infrastructure, EVENTS_LINKED, packages=packages) as process:
        await hand_over(process, events, draw)

        assert await children(process) == expected()
        assert await process.pool.fetch("SELECT * FROM reviews") == []
        assert await _map_of_the_stream(process) == await children(process)


async def _map_of_the_stream(process):
    """Return who is one with whom by the decisions that were published alone."""
    rows = await process.pool.fetch("SELECT headers, value FROM outbox")
    links = [
        orjson.loads(row["value"])
        for row in rows
        if attributes_of(unpacked(row["headers"]))["type"] == "person.linked.v1"
    ]
    latest = {}
    for link in sorted(links, key=lambda one: one["epoch"]):
        latest |= dict.fromkeys(link["persons"], link["child_ref"])
    found = defaultdict(set)
    for person, ref in latest.items():
        found[ref].add(person)
    return {frozenset(one) for one in found.values()}


async def test_known_at_never_goes_back(infrastructure):
    """The stamp of a later step is never before an earlier one's."""
    packages = ["services.identity_linking"]
    async with works(infrastructure, EVENTS_LINKED, packages=packages) as process:
        await process.pool.execute("UPDATE state SET knownat = '2999-01-01'")
        await hand_over(process, EVENTS[:5], random.Random(0))

        rows = await process.pool.fetch("SELECT headers FROM outbox")
        stamps = {attributes_of(unpacked(row["headers"]))["knownat"] for row in rows}
        assert stamps == {"2999-01-01T00:00:00.000000Z"}
