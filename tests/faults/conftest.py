"""A whole stack for the tests that leave it as they found it."""

from collections.abc import Iterator

import pytest

from tests.support.faults import Drill, drilled


@pytest.fixture(scope="package")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drill]:
    """Every service, on ports and in a folder of their own, started once."""
    with drilled(tmp_path_factory.mktemp("whole")) as running:
        yield running
