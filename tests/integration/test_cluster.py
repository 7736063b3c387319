"""A service does not run on a cluster, or a topic, that is not what it must be."""

import pytest

from schemas.errors import Stopped


async def test_another_cluster_stops(infrastructure, topic, process):
    """Postgres remembers which Kafka its positions speak of."""
    await process.cluster.check([topic])
    await process.pool.execute("UPDATE cluster SET cluster_id = 'other'")

    with pytest.raises(Stopped, match="another cluster"):
        await process.cluster.check([topic])


async def test_a_topic_that_is_not_as_it_must_be_stops(infrastructure, topic, process):
    """A missing topic, or one with another retention, keeps a service from running."""
    missing = topic._replace(name="test.missing")
    other = topic._replace(retention_ms=1)

    with pytest.raises(Stopped, match="is missing"):
        await process.cluster.check([missing])
    with pytest.raises(Stopped, match=r"must have retention\.ms=1"):
        await process.cluster.check([other])
