"""Every part is killed at random moments under load; nothing is lost, doubled or moved."""

import logging
from dataclasses import dataclass
from random import Random

import pytest

from deploy.local.ports import SERVICES
from tests.load.drive import Pace
from tests.support.faults import drilled, load_of

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
    per_second: float
    """Requests: the load has to last while the kills happen."""

    def kills(self, requests: int) -> list[tuple[int, str]]:
        """Return after how many requests who is killed."""
        draw = Random(SEED)
        victims = [name for name in SERVICES for _ in range(self.each_service)]
        victims += ["kafka-1"] * self.broker + ["postgres"] * self.database
        lowest, highest = requests // 20, requests * 19 // 20
        return sorted((draw.randint(lowest, highest), name) for name in victims)


SMALL = Siege(1500, 60, each_service=1, broker=1, database=1, per_second=25)
FULL = Siege(5000, 200, each_service=5, broker=3, database=3, per_second=20)


@pytest.mark.parametrize(
    "siege",
    [
        pytest.param(SMALL, id="small"),
        pytest.param(FULL, id="full", marks=pytest.mark.long),
    ],
)
@pytest.mark.timeout(3600)
def test_killed_at_random_moments(siege, tmp_path):
    """The checker, over HTTP alone, finds every acknowledged message once and in place."""
    with drilled(tmp_path) as drill:
        load = load_of(SEED, siege.events, siege.children)
        sending = drill.send(load, Pace(per_second=siege.per_second))

        under_load = 0
        for moment, victim in siege.kills(sending.total):
            drill.until(lambda: sending.taken >= moment or sending.done)  # noqa: B023
            drill.until_ready(victim)
            under_load += not sending.done
            drill.kill(victim)
        drill.until(lambda: sending.done, 1800)

        LOG.info("%s kills under load; %s", under_load, sending.tally)
        assert under_load > 0
        assert sending.tally.outcomes["given_up"] == 0
        assert drill.findings(sending) == []
