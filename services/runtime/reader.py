"""What a service says of one reading of topics: whose it is, what it does, how it waits."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiokafka import TopicPartition

from schemas.topics import PARTITIONS, Topic
from services.runtime.envelope import Record
from services.runtime.step import Step

Handle = Callable[[Step, list[Record]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Reader:
    """One consumer group's reading of some topics by one service."""

    name: str
    """Consumer group and owner of the positions, e.g. `timeline`."""
    topics: tuple[Topic, ...]
    handle: Handle
    most: int = 500
    """Records in a step."""
    gather: float = 0.0
    """Seconds that Kafka may keep few records back, so that a step has more of them."""
    linger: float = 0.0
    """Seconds that few records wait here, where somebody waits for them in turn."""

    @property
    def places(self) -> list[TopicPartition]:
        """Every partition of its topics."""
        names = [topic.name for topic in self.topics]
        return [TopicPartition(n, p) for n in names for p in range(PARTITIONS)]
