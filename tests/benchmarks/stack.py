"""The stack that is measured: its own, fresh, ended afterwards."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple, Self

import orjson

from deploy.local.ports import free_ports
from deploy.local.stack import Stack
from tests.benchmarks.wire import Host
from tests.load.children import ROLES

_DATA: Final = Path("var")
"""On the disk that the real data would be on: a folder in memory flushes nothing."""


class Addresses(NamedTuple):
    """Where the parts answer."""

    kafka: str
    issuer: str
    health: str
    education: str
    timeline: str
    delivery: str


@contextmanager
def start_stack() -> Iterator[Addresses]:
    """Start all seven services on free ports in a folder of their own."""
    _DATA.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="bench-", dir=_DATA) as folder,
        Stack(Path(folder), free_ports()) as stack,
    ):
        stack.start()
        yield Addresses(
            kafka=stack.bootstrap,
            issuer=stack.address("issuer"),
            health=stack.address("health_gateway"),
            education=stack.address("education_gateway"),
            timeline=stack.address("timeline"),
            delivery=stack.address("delivery"),
        )


class Hosts:
    """The services, asked as one organisation."""

    def __init__(self, addresses: Addresses, token: str) -> None:
        """Ask the services at *addresses* with *token*."""
        self.health = Host(addresses.health, token)
        self.education = Host(addresses.education, token)
        self.timeline = Host(addresses.timeline, token)
        self.delivery = Host(addresses.delivery, token)

    @classmethod
    async def of(cls, addresses: Addresses, org: str) -> Self:
        """Return the services as *org* asks them, in its role."""
        asked = {"org": org, "roles": [ROLES[org]], "scope": "publish read"}
        answer = await Host(addresses.issuer).post("/token", asked)
        return cls(addresses, orjson.loads(answer.body)["access_token"])
