"""What tests of whole services share: one stack, started when the first of them asks."""

from collections.abc import Iterator

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from deploy.local.ports import free_ports
from deploy.local.stack import Stack
from tests.support.agencies import Agencies

SERVICES = (
    "health_gateway",
    "education_gateway",
    "identity_linking",
    "clocks",
    "timeline",
    "delivery",
)
TODAY = "2026-03-02"
BREAKING = ("tests/end_to_end/", "tests/faults/")
SHARED = ("tests/integration/",)
OF_THEIR_OWN = (
    "tests/integration/test_files_killed.py",
    "tests/integration/test_local_stack.py",
    "tests/integration/test_supervisor.py",
)
"""Files of that folder whose tests start a stack of their own."""
HALF = "tests/integration/test_m"


class ByStack(LoadScopeScheduling):
    """
    Gives each process a share after the other, and no stack to more tests than bear it.

    Shares take about equally long: without stacks, on stacks that tests break, and two
    on a stack that their tests leave as it is.
    """

    def _split_scope(self, nodeid: str) -> str:
        """Return the name of the share that a test belongs to."""
        if nodeid.startswith(BREAKING):
            return "breaking"
        if nodeid.startswith(OF_THEIR_OWN) or not nodeid.startswith(SHARED):
            return "others"
        return "shared, first" if nodeid < HALF else "shared, second"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByStack:
    """Divide the tests between two processes, where they run in two."""
    return ByStack(config, log)


@pytest.fixture(scope="session")
def infrastructure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A real Kafka, Postgres and issuer, in a folder and on ports of their own."""
    data = tmp_path_factory.mktemp("shared-stack")
    with Stack(data, free_ports(), today=TODAY) as running:
        running.start_infrastructure()
        running.start_issuer()
        running.wait_ready("issuer")
        yield running


@pytest.fixture(scope="session")
def stack(infrastructure: Stack) -> Stack:
    """The same with every service that an event passes through."""
    for name in SERVICES:
        infrastructure.start_service(name)
    infrastructure.wait_ready(*SERVICES, seconds=180)
    return infrastructure


@pytest.fixture(scope="session")
def agencies(stack: Stack) -> Iterator[Agencies]:
    """The agencies that publish to the shared stack and read from it."""
    with Agencies(stack) as speaking:
        yield speaking
