"""A whole stack for the tests that leave it as they found it."""

from collections.abc import Iterator

import pytest

from tests.support.faults import Drill, drilled


@pytest.fixture(scope="package")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drill]:
    """Every service, on ports and in a folder of their own, started once."""
    with drilled(tmp_path_factory.mktemp("whole")) as running:
        yield running


@pytest.fixture
def whole(started: Drill) -> Drill:
    """Every service, up again after whatever the test before did to it."""
    started.until_ready(*started.names)
    return started
