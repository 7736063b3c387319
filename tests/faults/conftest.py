"""Faults take minutes each on two cores: all of them belong to `make long`."""

from pathlib import Path

import pytest

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    """
    What kills processes runs by itself, and not beside the quick tests.
    """
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.long)
