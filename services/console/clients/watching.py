"""How every service and every topic is, asked now."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from schemas import topics
from services.console.codes import SERVICES
from services.runtime import log
from services.runtime.settings import Shared

_SECONDS: Final = 4.0
_SUMS_SECONDS: Final = 30.0
_EVERYWHERE: Final = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - not bound to here


class Watch:
    """Asks the services and Kafka how they are."""

    def __init__(self, shared: Shared, addresses: Mapping[str, str]) -> None:
        """Ask each service at its address, on this machine where none is given."""
        host = "127.0.0.1" if shared.host in _EVERYWHERE else shared.host
        local = {
            name: f"http://{host}:{shared.port_base + place}"
            for place, name in enumerate(SERVICES, start=1)
        }
        self._addresses = local | dict(addresses)
        self._kafka = shared.kafka.split(",")

    async def services(self) -> list[dict[str, Any]]:
        """Return name, up, lag in seconds and what waits to be published, of each."""
        async with httpx.AsyncClient(timeout=_SECONDS, trust_env=False) as http:
            asked = (self._service(http, name) for name in SERVICES)
            return list(await asyncio.gather(*asked))

    async def sums(self) -> dict[str, dict[str, Any] | None]:
        """Return what each service counts of what it keeps; None of one that is away."""
        async with httpx.AsyncClient(timeout=_SUMS_SECONDS, trust_env=False) as http:
            said = await asyncio.gather(*(self._sums(http, name) for name in SERVICES))
        return dict(zip(SERVICES, said, strict=True))

    async def _sums(self, http: httpx.AsyncClient, name: str) -> dict[str, Any] | None:
        """Return what one service counts."""
        try:
            answer = await http.get(f"{self._addresses[name]}/_sums")
            said = answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError):
            return None
        return said if isinstance(said, dict) and said.get("service") == name else None

    async def _service(self, http: httpx.AsyncClient, name: str) -> dict[str, Any]:
        """Return how one service is; one that does not answer is down."""
        try:
            answer = await http.get(f"{self._addresses[name]}/_status")
            said = answer.json()
        except (httpx.HTTPError, ValueError):
            said = {}
        up = isinstance(said, dict) and said.get("service") == name
        known = said if up else {}
        return {
            "name": name,
            "up": up,
            "lag_seconds": known.get("lag_seconds"),
            "waiting": known.get("waiting"),
        }

    async def reviews(self, token: str) -> list[dict[str, Any]] | None:
        """Return what waits for a steward, asked with *token*; None where unknown."""
        headers = {"Authorization": f"Bearer {token}"}
        url = f"{self._addresses['identity_linking']}/reviews"
        try:
            async with httpx.AsyncClient(timeout=_SECONDS, trust_env=False) as http:
                said = (await http.get(url, headers=headers)).json()
        except (httpx.HTTPError, ValueError):
            return None
        return said.get("reviews") if isinstance(said, dict) else None

    async def topics(self) -> list[dict[str, Any]]:
        """Return each topic with how many records it holds; none if Kafka is away."""
        names = [topic.name for topic in topics.ALL]
        places = [TopicPartition(n, p) for n in names for p in range(topics.PARTITIONS)]
        try:
            counts = await asyncio.wait_for(self._counts(places), _SECONDS)
        except (KafkaError, OSError, TimeoutError) as error:
            log.get().warning("kafka_away", error=log.named(error))
            return []
        return [
            {"name": name, "records": sum(counts[p] for p in places if p.topic == name)}
            for name in names
        ]

    async def _counts(self, places: list[TopicPartition]) -> dict[TopicPartition, int]:
        """Return how many records each partition holds."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self._kafka)
        try:
            await consumer.start()
            begins = await consumer.beginning_offsets(places)
            ends = await consumer.end_offsets(places)
        finally:
            await consumer.stop()
        return {place: ends[place] - begins[place] for place in places}
