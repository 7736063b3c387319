"""A sender's records on a real Postgres: in whatever order they come, the same stands."""

import asyncio
import itertools
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import orjson
import pytest

from schemas import topics
from schemas.history import history
from schemas.statement import Reversal, Statement
from services.runtime import refs
from services.runtime.envelope import Record, attributes_of, entry_of
from services.runtime.intake.following import follow
from services.runtime.intake.reversals import ANYTHING
from services.runtime.intake.translating import Translating
from tests.support.stepping import record, works

KEY = b"a key that only tests know"
TRUST = "urn:ods:RNU"
REFERRED = "referral.received.v1"
CANCELLED = "referral.cancelled.v1"
WITHDRAWN = "event.withdrawn.v1"
ANN, BEN, CAL = ({"local_id": name} for name in ("ann", "ben", "cal"))


def said(version, person, *, of="R", kind=REFERRED, **data):
    """Return what one version of a record states."""
    return Statement(
        place=0,
        type=kind,
        occurred="2026-03-02",
        occurredprecision="day",
        sourcerecord=of,
        sourceversion=version,
        person=person,
        data=data,
    )


def taken_back(person, *, version=None, upto=None, of="R", by="W", by_version=1):
    """Return a withdrawal of one version, of those up to one, or of all."""
    named = {"sourcerecord": of, "sourceversion": version}
    named |= {"upto": upto} if upto else {}
    return said(by_version, person, of=by, kind=WITHDRAWN, withdraws=named)


def state(version, person, facet="", *undoes, outdates=(), kind=REFERRED):
    """Return a version that speaks of one facet and takes back what was said of others."""
    one = said(version, person, of=f"R{facet}", kind=kind)
    undone = tuple((ANYTHING if u == ANYTHING else u, u.strip("*")) for u in undoes)
    return replace(one, reversal=Reversal("R", version, facet, undone, tuple(outdates)))


def translate(one):
    """Return what a record holds."""
    held = orjson.loads(one.value)
    if reversal := held["reversal"]:
        undoes = tuple(map(tuple, reversal["undoes"]))
        reversal |= {"undoes": undoes, "outdates": tuple(reversal["outdates"])}
        held["reversal"] = Reversal(**reversal)
    return [Statement(**held)]


@dataclass
class Gateway:
    """A gateway whose events are linked as they come, each person a child of its own."""

    process: object
    translating: Translating = field(
        default_factory=lambda: Translating(translate, KEY)
    )
    source: str = field(default_factory=lambda: f"urn:ods:{uuid4().hex[:5].upper()}")
    entries: list = field(default_factory=list)
    told: int = 0

    async def hear(self, statement):
        """Take one message in, and link what it becomes; return its reference."""
        self.told += 1
        ref, sent = uuid4(), []
        await self.process.pool.execute(
            "INSERT INTO receipts (message_ref, sender, request_id, sha256, received_at,"
            " state, answer) VALUES ($1, $2, '', '', $3, 'waiting', '')",
            ref,
            self.source,
            datetime(2026, 3, self.told, 9, tzinfo=UTC),
        )
        one = record("health.inbound", 0, value=orjson.dumps(asdict(statement)))
        one.attributes.update(
            source=self.source,
            causationid=str(ref),
            place="0",
            time=f"2026-03-{self.told:02d}T09:00:00.000000Z",
        )

        async def work(step):
            """Translate, and keep what is sent on."""
            await self.translating.handle(step, [one])
            sent.extend(step.outgoing)

        await self.process.steps.request(work)
        await self.link([s for s in sent if s.topic == "events.translated"])
        return ref

    async def link(self, sent):
        """Link *sent*, and let receipts follow."""
        linked = [self.linked(one) for one in sent]
        self.entries += [
            entry_of(one.attributes, orjson.loads(one.value)) for one in linked
        ]

        async def work(step):
            """Follow."""
            await follow(step, linked)

        if linked:
            await self.process.steps.request(work)

    def linked(self, one):
        """Return a translated record as it is linked."""
        attributes = attributes_of(one.headers) | {"knownat": "2026-03-31T00:00:00Z"}
        value = orjson.dumps(orjson.loads(one.value)["data"])
        return Record(
            topics.EVENTS_LINKED.name, 0, 0, b"", attributes, [], value,
            UUID(attributes["id"]), 0, 0,
        )  # fmt: skip

    def shown(self, *persons):
        """Return how the events of the child made of *persons* stand."""
        whose = {refs.person_ref(KEY, self.source, person) for person in persons}
        own = [entry for entry in self.entries if entry.personref in whose]
        return sorted(
            (p.entry.type, p.entry.sourceversion, p.state) for p in history(own)
        )

    async def receipts(self):
        """Return the state of every event that a receipt shows."""
        rows = await self.process.pool.fetch(
            "SELECT event_id, state FROM receipt_events WHERE source = $1", self.source
        )
        return {str(row["event_id"]): row["state"] for row in rows}

    def states(self):
        """Return the state of every event, each person a child of its own."""
        people = {entry.personref for entry in self.entries}
        return {
            placed.entry.id: placed.state
            for person in people
            for placed in history(e for e in self.entries if e.personref == person)
        }


@pytest.fixture
async def process(infrastructure):
    """A gateway's tables."""
    topic = topics.EVENTS_TRANSLATED
    packages = ["services.runtime.intake"]
    async with works(infrastructure, topic, packages=packages) as made:
        yield made


STORIES = {
    "moved": (said(1, ANN), said(2, BEN)),
    "moved twice": (said(1, ANN), said(2, BEN), said(3, CAL)),
    "moved and back": (said(1, ANN), said(2, BEN), said(3, ANN)),
    "corrected": (said(1, ANN), said(2, ANN), said(3, ANN)),
    "withdrawn without a person": (said(1, ANN), said(2, BEN), taken_back({})),
    "one version withdrawn": (said(1, ANN), said(2, ANN), taken_back({}, version=2)),
    "withdrawn as another": (said(1, ANN), taken_back(BEN)),
    "said again": (said(1, ANN), said(3, ANN), taken_back({}, upto=2)),
    "said again of another": (said(1, ANN), said(3, BEN), taken_back({}, upto=2)),
    "a withdrawal corrected": (
        said(1, ANN),
        said(1, BEN, of="S"),
        taken_back({}),
        taken_back({}, of="S", by_version=2),
    ),
    "active again": (
        state(1, ANN, "", "#cancelled"),
        state(2, ANN, "#cancelled", kind=CANCELLED),
        state(3, ANN, "", "#cancelled"),
    ),
    "active again and cancelled": (
        state(2, ANN, "#cancelled", kind=CANCELLED),
        state(3, ANN, "", "#cancelled"),
        state(4, ANN, "#cancelled", kind=CANCELLED),
    ),
    "never so": (
        state(1, ANN, "", "#cancelled"),
        state(2, ANN, "#other", ANYTHING, kind="health.unclassified.v1"),
    ),
}

GONE, UNDONE, STANDS = "superseded", "withdrawn", "linked"
TOLD = (WITHDRAWN, 1, STANDS)
EXPECTED = {
    "moved": ([TOLD, (REFERRED, 1, GONE)], [(REFERRED, 2, STANDS)]),
    "moved and back": (
        [TOLD, (REFERRED, 1, GONE), (REFERRED, 3, STANDS)],
        [TOLD, (REFERRED, 2, GONE)],
    ),
    "withdrawn without a person": (
        [TOLD, TOLD, (REFERRED, 1, UNDONE)],
        [TOLD, (REFERRED, 2, UNDONE)],
    ),
    "withdrawn as another": ([TOLD, (REFERRED, 1, UNDONE)], [TOLD]),
    "said again": ([TOLD, (REFERRED, 1, UNDONE), (REFERRED, 3, STANDS)], []),
    "said again of another": (
        [TOLD, TOLD, (REFERRED, 1, UNDONE)],
        [(REFERRED, 3, STANDS)],
    ),
    "active again": (
        [
            (WITHDRAWN, 3, STANDS),
            (CANCELLED, 2, UNDONE),
            (REFERRED, 1, GONE),
            (REFERRED, 3, STANDS),
        ],
        [],
    ),
    "active again and cancelled": (
        [
            (WITHDRAWN, 3, STANDS),
            (CANCELLED, 2, UNDONE),
            (CANCELLED, 4, STANDS),
            (REFERRED, 3, STANDS),
        ],
        [],
    ),
    "never so": (
        [
            (WITHDRAWN, 2, STANDS),
            ("health.unclassified.v1", 2, STANDS),
            (REFERRED, 1, UNDONE),
        ],
        [],
    ),
    "a withdrawal corrected": (
        [(WITHDRAWN, 1, GONE), (WITHDRAWN, 2, STANDS), (REFERRED, 1, STANDS)],
        [(WITHDRAWN, 1, GONE), (WITHDRAWN, 2, STANDS), (REFERRED, 1, UNDONE)],
    ),
}
"""What Ann's and Ben's children show in the end."""


@pytest.mark.parametrize("story", STORIES)
async def test_the_order_of_arrival_changes_nothing(process, story):
    """However messages overtake each other, the same events stand, and receipts agree."""
    outcomes = []
    for order in itertools.permutations(STORIES[story]):
        gateway = Gateway(process)
        for statement in order:
            await gateway.hear(statement)
        each = [gateway.shown(person) for person in (ANN, BEN, CAL)]
        outcomes.append([*each, gateway.shown(ANN, BEN, CAL)])

        assert await gateway.receipts() == gateway.states(), order
    assert outcomes == [outcomes[0]] * len(outcomes)
    if story in EXPECTED:
        assert tuple(outcomes[0][:2]) == EXPECTED[story]


async def test_a_wait_that_is_heard_of_late_is_over(process):
    """It stood for as long as nothing came after it; where it comes after, it does not."""
    waits = state(1, ANN, "#waiting", kind="waiting_list.added.v1")
    active = state(
        2, ANN, "#provision", outdates=["#waiting"], kind="provision.started.v1"
    )
    found = []
    for order in ((waits, active, waits), (active, waits, waits)):
        gateway = Gateway(process)
        for statement in order:
            await gateway.hear(statement)
        found.append(gateway.shown(ANN))

        assert await gateway.receipts() == gateway.states()
    assert ("waiting_list.added.v1", 1, STANDS) in found[0]
    assert ("waiting_list.added.v1", 1, UNDONE) in found[1]


async def test_a_record_that_was_deleted_stands_when_it_is_made_again(process):
    """What was heard before goes, what is heard afterwards stays, and receipts agree."""
    gateway = Gateway(process)
    gone = said(1, {}, of="R#deleted", kind=WITHDRAWN, withdraws={
        "sourcerecord": "R", "until": "2026-03-03T09:00:00.000000Z",
    })  # fmt: skip
    for statement in (said(1, ANN), said(2, ANN), gone, said(3, ANN)):
        await gateway.hear(statement)

    assert gateway.shown(ANN) == [
        TOLD, (REFERRED, 1, UNDONE), (REFERRED, 2, UNDONE), (REFERRED, 3, STANDS),
    ]  # fmt: skip
    assert await gateway.receipts() == gateway.states()


async def test_two_processes_that_hear_of_one_record_leave_nothing_open(process):
    """Versions about two people that come at the same moment end as one by one."""
    for _ in range(20):
        gateway = Gateway(process)
        await asyncio.gather(*(gateway.hear(one) for one in STORIES["moved twice"]))

        assert gateway.shown(ANN) == [TOLD, (REFERRED, 1, GONE)]
        assert gateway.shown(BEN) == [TOLD, (REFERRED, 2, GONE)]
        assert gateway.shown(CAL) == [(REFERRED, 3, STANDS)]


async def test_a_withdrawal_of_what_is_not_there_waits_alone(process):
    """Its message waits, others go on; it is translated once what it names comes."""
    gateway = Gateway(process)
    waiting = await gateway.hear(taken_back({}))
    await gateway.hear(said(1, ANN, of="another"))

    async def state():
        """Return the state of the withdrawal's message."""
        sql = "SELECT state FROM receipts WHERE message_ref = $1"
        return await process.pool.fetchval(sql, waiting)

    assert await state() == "waiting"
    assert gateway.shown(ANN) == [(REFERRED, 1, STANDS)]
    await gateway.hear(said(1, ANN))
    assert await state() == "translated"
