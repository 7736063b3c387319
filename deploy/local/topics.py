"""The topics of `schemas/topics.py` on the cluster: made once, then verified."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from schemas.errors import Stopped
from schemas.topics import ALL, PARTITIONS, Topic, settings_of

_NONE: Final = 0
_EXISTS: Final = 36
"""Kafka's code for a topic that is there already."""
_REPLICAS: Final = 3
_POLL: Final = 0.2
_LOOKS: Final = 15


async def create(bootstrap: str, brokers: int, *, seconds: float = 60) -> None:
    """Make the topics that are missing, and stop if any is not as it must be."""
    try:
        async with asyncio.timeout(seconds):
            await _create(bootstrap, brokers)
    except (TimeoutError, KafkaError) as away:
        raise Stopped(
            f"Kafka did not take the topics ({type(away).__name__}); its log says more."
        ) from away


async def _create(bootstrap: str, brokers: int) -> None:
    """Make and verify on one connection."""
    admin = await _admin(bootstrap)
    try:
        await _wait_for_nodes(admin, brokers)
        await _make(admin, brokers)
        await _wait_for_leaders(admin)
        _require(await _still_wrong(admin, brokers))
    finally:
        await admin.close()


def wrong(
    found: Mapping[str, Mapping[str, str]], brokers: int, topics: Sequence[Topic] = ALL
) -> list[str]:
    """Return what differs between *found*, settings by topic, and what must be."""
    return [
        f"{topic.name} has {name}={found.get(topic.name, {}).get(name)}, not {value}"
        for topic in topics
        for name, value in _must_be(topic, brokers).items()
        if found.get(topic.name, {}).get(name) != value
    ]


def _must_be(topic: Topic, brokers: int) -> dict[str, str]:
    """Return every setting of one topic, its partitions among them."""
    return settings_of(topic, brokers=brokers) | {"partitions": str(PARTITIONS)}


def _require(differences: Sequence[str]) -> None:
    """Stop when anything differs, and say what and the way out."""
    if differences:
        raise Stopped(
            f"Topics are not as schemas/topics.py says: {'; '.join(differences)}. "
            f"Change them back by hand, or `make reset`, which deletes all data."
        )


async def _admin(bootstrap: str) -> AIOKafkaAdminClient:
    """Connect, however long the cluster takes to let clients in."""
    while True:
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
        try:
            await admin.start()
        except KafkaError:
            await admin.close()
            await asyncio.sleep(_POLL)
        else:
            return admin


async def _wait_for_nodes(admin: AIOKafkaAdminClient, brokers: int) -> None:
    """Return when every node has joined."""

    async def all_there() -> bool:
        """Say whether the cluster knows as many nodes."""
        return len((await admin.describe_cluster())["brokers"]) >= brokers

    await _until(all_there)


async def _make(admin: AIOKafkaAdminClient, brokers: int) -> None:
    """Make the topics that are missing."""
    there = set(await admin.list_topics())
    replication = 1 if brokers == 1 else _REPLICAS
    new = [
        NewTopic(
            topic.name,
            PARTITIONS,
            replication,
            topic_configs=settings_of(topic, brokers=brokers),
        )
        for topic in ALL
        if topic.name not in there
    ]
    answer = await admin.create_topics(new)
    for name, code, *rest in answer.topic_errors:
        if code not in {_NONE, _EXISTS}:
            raise Stopped(f"Kafka did not make the topic {name}: {code} {rest}")


async def _wait_for_leaders(admin: AIOKafkaAdminClient) -> None:
    """Return when every partition can be written to."""

    async def all_led() -> bool:
        """Say whether the cluster has chosen a leader for each."""
        return _led(await admin.describe_topics([topic.name for topic in ALL]))

    await _until(all_led)


async def _until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Ask again and again until it is so."""
    while True:
        if await is_so():
            return
        await asyncio.sleep(_POLL)


def _led(topics: Sequence[Mapping[str, Any]]) -> bool:
    """Say whether every partition of every topic has a leader."""
    return all(
        topic["error_code"] == _NONE
        and all(partition["leader"] >= 0 for partition in topic["partitions"])
        for topic in topics
    )


async def _still_wrong(admin: AIOKafkaAdminClient, brokers: int) -> list[str]:
    """Return what is wrong also after every node has had time to hear of a change."""
    for _ in range(_LOOKS):
        differences = wrong(await _settings(admin), brokers)
        if not differences:
            return []
        await asyncio.sleep(_POLL)
    return differences


async def _settings(admin: AIOKafkaAdminClient) -> dict[str, dict[str, str]]:
    """Return the settings that each topic has on the cluster."""
    asked = [ConfigResource(ConfigResourceType.TOPIC, topic.name) for topic in ALL]
    found = {
        name: {entry[0]: entry[1] for entry in entries}
        for answer in await admin.describe_configs(asked)
        for _, _, _, name, entries in answer.resources
    }
    for topic in await admin.describe_topics([topic.name for topic in ALL]):
        found.setdefault(topic["topic"], {})["partitions"] = str(
            len(topic["partitions"])
        )
    return found
