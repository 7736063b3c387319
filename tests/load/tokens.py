"""Development tokens, asked of the issuer once an organisation."""

import asyncio
from collections import defaultdict
from typing import Final

import httpx

from tests.load.children import ROLES

_SCOPE: Final = "publish read"


class Tokens:
    """Tokens by organisation, kept until a door says that one is no longer good."""

    def __init__(self, issuer: str, client: httpx.AsyncClient) -> None:
        """Ask the issuer at the address *issuer* through *client*."""
        self._issuer = issuer
        self._client = client
        self._kept: dict[str, str] = {}
        self._asking: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def of(self, org: str) -> str:
        """Return a token of *org*."""
        async with self._asking[org]:
            if org not in self._kept:
                self._kept[org] = await self._ask(org)
            return self._kept[org]

    def forget(self, org: str) -> None:
        """Drop the token of *org*: it was refused."""
        self._kept.pop(org, None)

    async def _ask(self, org: str) -> str:
        """Return a new token."""
        roles = [ROLES[org]] if org in ROLES else []
        asked = {"org": org, "roles": roles, "scope": _SCOPE}
        answer = await self._client.post(f"{self._issuer}/token", json=asked)
        answer.raise_for_status()
        return str(answer.json()["access_token"])
