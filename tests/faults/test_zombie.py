"""A process is frozen, loses what it owned to another, and wakes: nothing changes."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.ports import SERVICES
from schemas.topics import ALL, PARTITIONS
from tests.load.drive import Pace
from tests.support.faults import Drill, drilled, load_of
from tests.support.local_stack import fetch

pytestmark = pytest.mark.long
NAMES = tuple(name for name in SERVICES if name not in {"clocks", "console"})
WITHIN_A_STEP = ("after-seen", "before-commit", "after-commit")
BESIDE_A_STEP = ("before-publish", "after-publish", "before-confirm")
EVERY = (
    *(("identity_linking", f"{name}@identity-linking") for name in WITHIN_A_STEP),
    *(("identity_linking", name) for name in BESIDE_A_STEP),
    *(("delivery", f"{name}@delivery") for name in WITHIN_A_STEP),
    *(("timeline", f"{name}@timeline") for name in WITHIN_A_STEP),
)


@pytest.fixture(scope="module")
def drill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drill]:
    """A stack with a second process of each service that is going to freeze."""
    with drilled(tmp_path_factory.mktemp("zombie"), names=NAMES) as running:
        for name in ("identity_linking", "timeline", "delivery"):
            running.stack.start_service(name, instance=2)
            running.until_ready(f"{name}-2")
        yield running


async def ends(drill: Drill) -> dict[tuple[str, int], int]:
    """Return where each partition of every topic ends now."""
    places = [TopicPartition(topic.name, p) for topic in ALL for p in range(PARTITIONS)]
    async with AIOKafkaConsumer(bootstrap_servers=drill.stack.bootstrap) as consumer:
        found = await consumer.end_offsets(places)
    return {(place.topic, place.partition): end for place, end in found.items()}


def has_read(drill: Drill, service: str, end: dict[tuple[str, int], int]) -> bool:
    """Say whether *service* has taken all that lay before *end*."""
    asked = f"SELECT topic, partition, next_offset FROM {service}.positions"
    rows = asyncio.run(fetch(drill.stack.dsn, asked))
    return all(row[2] >= end[row[0], row[1]] for row in rows)


def unpublished(drill: Drill) -> int:
    """Return how many records wait, and lanes whose numbers are not all confirmed."""
    waits = "SELECT count(*) FROM {0}.outbox"
    open_ = "SELECT count(*) FROM {0}.lanes WHERE confirmed_seq <> next_seq - 1"
    counts = [f"({one.format(name)})" for name in NAMES for one in (waits, open_)]
    asked = f"SELECT {' + '.join(counts)} AS n"
    return int(asyncio.run(fetch(drill.stack.dsn, asked))[0]["n"])


def armed(drill: Drill, service: str, failpoint: str) -> Path:
    """Have the first process freeze at *failpoint*; return the mark that it will leave."""
    second = f"{service}-2"
    drill.take_down(second)
    mark = drill.arm(service, failpoint, "SIGSTOP")
    drill.until_ready(service)
    if failpoint in BESIDE_A_STEP:
        owned = f"SELECT count(*) FROM {service}.lanes WHERE owner NOT LIKE '%-1'"
        drill.until(lambda: asyncio.run(fetch(drill.stack.dsn, owned))[0][0] == 0)
    drill.bring_back(second)
    return mark


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("service", "failpoint"), EVERY)
def test_frozen_past_its_session(drill: Drill, service: str, failpoint: str) -> None:
    """Its successor takes over while it sleeps; when it wakes, all is once and in order."""
    mark = armed(drill, service, failpoint)
    seed = 700 + EVERY.index((service, failpoint))
    sending = drill.send(load_of(seed, 240, 15), Pace(per_second=6))
    drill.until(mark.exists)

    asleep = sending.taken
    drill.until(lambda: sending.taken >= asleep + 30 or sending.done)
    reached = asyncio.run(ends(drill))
    drill.until(lambda: has_read(drill, service, reached))
    drill.stack.resume(service)
    drill.until_ready(service)
    drill.until(lambda: sending.done)

    assert drill.findings(sending) == []
    drill.until(lambda: unpublished(drill) == 0)
