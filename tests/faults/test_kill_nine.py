"""Every part is killed at random moments under load; nothing is lost, doubled or moved."""

import logging
from dataclasses import dataclass
from random import Random

import pytest

from deploy.local.ports import SERVICES
from tests.load.drive import Pace
from tests.support.faults import load_of

LOG = logging.getLogger(__name__)
SEED = 20140901


@dataclass(frozen=True)
class Siege:
    """How much is sent, and how often each part is killed meanwhile."""

    events: int
    children: int
    each_service: int
    broker: int
    database: int

    def kills(self, requests: int) -> list[tuple[int, str]]:
        """Return after how many requests who is killed."""
        draw = Random(SEED)
        victims = [name for name in SERVICES for _ in range(self.each_service)]
        victims += ["kafka-1"] * self.broker + ["postgres"] * self.database
        lowest, highest = requests // 20, requests * 19 // 20
        return sorted((draw.randint(lowest, highest), name) for name in victims)


SMALL = Siege(300, 20, each_service=1, broker=1, database=1)
FULL = Siege(5000, 200, each_service=5, broker=3, database=3)
PACE = Pace(per_second=40)
AHEAD = 40
"""Requests that may follow a kill before the next victim has to be up again."""


@pytest.mark.parametrize(
    "siege",
    [
        pytest.param(SMALL, id="small"),
        pytest.param(FULL, id="full", marks=pytest.mark.long),
    ],
)
@pytest.mark.timeout(3600)
def test_killed_at_random_moments(siege, whole):
    """The checker, over HTTP alone, finds every acknowledged message once and in place."""
    load = load_of(SEED + siege.events, siege.events, siege.children)
    sending = whole.send(load, PACE, allowed=0)

    for moment, victim in siege.kills(sending.total):
        whole.until_ready(victim)
        sending.allowed = moment + AHEAD
        whole.until(lambda: sending.taken >= moment)  # noqa: B023 - called at once
        assert not sending.done
        whole.kill(victim)
    sending.allowed = sending.total
    whole.until(lambda: sending.done, 1800)

    LOG.info("%s kills; %s", len(siege.kills(sending.total)), sending.tally)
    assert sending.tally.outcomes["given_up"] == 0
    assert whole.findings(sending) == []
