"""A gateway that hears of records, version by version, and what it hears."""

from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import orjson

from schemas import topics
from schemas.history import history
from schemas.statement import Reversal, Statement
from services.runtime import refs
from services.runtime.envelope import Record, attributes_of, entry_of
from services.runtime.intake.following import follow
from services.runtime.intake.reversals import ANYTHING
from services.runtime.intake.translating import Translating
from tests.support.stepping import record

KEY = b"a key that only tests know"
REFERRED = "referral.received.v1"
WITHDRAWN = "event.withdrawn.v1"


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
