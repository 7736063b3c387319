"""What tests of one process on the real Kafka and Postgres begin with."""

import pytest

from tests.support.stepping import made_topic, works


@pytest.fixture
async def topic(infrastructure):
    """A topic that no other test uses."""
    return await made_topic(infrastructure)


@pytest.fixture
async def process(infrastructure, topic):
    """A process that may publish, and reads nothing yet."""
    async with works(infrastructure, topic) as made:
        yield made
