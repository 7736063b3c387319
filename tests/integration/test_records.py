"""A sender's records on a real Postgres: in whatever order they come, the same stands."""

import asyncio
import itertools

import pytest

from schemas import topics
from services.runtime.intake.reversals import ANYTHING
from tests.support.hearing import REFERRED, WITHDRAWN, Gateway, said, state, taken_back
from tests.support.stepping import works

CANCELLED = "referral.cancelled.v1"
ANN, BEN, CAL = ({"local_id": name} for name in ("ann", "ben", "cal"))


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


async def test_a_withdrawal_of_what_is_not_there_keeps_no_receipt_open(process):
    """Its message is translated, without an event until what it names comes."""
    gateway = Gateway(process)
    withdrawal = await gateway.hear(taken_back({}))
    await gateway.hear(said(1, ANN, of="another"))

    async def shown():
        """Return the state of the withdrawal's message, and how many events it has."""
        return await process.pool.fetchrow(
            "SELECT state, (SELECT count(*) FROM receipt_events e"
            " WHERE e.message_ref = r.message_ref) FROM receipts r"
            " WHERE message_ref = $1",
            withdrawal,
        )

    assert tuple(await shown()) == ("translated", 0)
    assert gateway.shown(ANN) == [(REFERRED, 1, STANDS)]
    await gateway.hear(said(1, ANN))
    assert tuple(await shown()) == ("translated", 1)
