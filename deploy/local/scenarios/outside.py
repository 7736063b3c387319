"""How an organisation's own system reaches Throughline: over HTTP, with its token."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from schemas.errors import ThroughlineError

DEFAULT_PORT_BASE: Final = 8100

ROLES: Final = {
    "urn:dfe:la:": "send_officer",
    "urn:dfe:urn:519001": "setting",
    "urn:ods:": "clinician",
    "urn:dfe:urn:": "senco",
}
"""Who acts for an organisation: the first line that the organisation begins with."""

_SCOPE: Final = "publish read scenario"
_NOT_NOW: Final = frozenset({408, 429, 502, 503, 504})
_BACK_OFF: Final = (0.1, 0.2, 0.5, 1.0, 2.0, *(5.0,) * 11)
"""Seconds between tries, about a minute in all."""

Pause = Callable[[float], Awaitable[None]]


class DemoFailedError(ThroughlineError):
    """The demonstration cannot go on; the text says what was asked and answered."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where each part listens, as contract and environment say."""

    port_base: int = DEFAULT_PORT_BASE

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Addresses":
        """Return the addresses that *environment* asks for."""
        base = environment.get("THROUGHLINE_PORT_BASE", str(DEFAULT_PORT_BASE))
        return cls(int(base))

    def url(self, place: int) -> str:
        """Return the address of the part *place* ports after the first."""
        return f"http://127.0.0.1:{self.port_base + place}"

    @property
    def issuer(self) -> str:
        """Return the development token issuer."""
        return self.url(0)

    @property
    def health(self) -> str:
        """Return the health gateway."""
        return self.url(1)

    @property
    def education(self) -> str:
        """Return the education gateway."""
        return self.url(2)

    @property
    def identity(self) -> str:
        """Return identity linking."""
        return self.url(3)

    @property
    def timeline(self) -> str:
        """Return the timeline."""
        return self.url(5)

    @property
    def delivery(self) -> str:
        """Return the feed."""
        return self.url(6)


class Organisation:
    """One organisation's system. It holds a token, and asks again when told to wait."""

    def __init__(
        self,
        name: str,
        http: httpx.AsyncClient,
        addresses: Addresses,
        pause: Pause = asyncio.sleep,
    ) -> None:
        """Keep what reaches Throughline; the token is asked for when first needed."""
        self.name = name
        self.addresses = addresses
        self._http = http
        self._pause = pause
        self._token: str | None = None

    async def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        **said: Any,  # noqa: ANN401 - handed to httpx as it is
    ) -> httpx.Response:
        """Return the answer to a request, with a new token where the old one lapsed."""
        answer = await self._asked(method, url, headers or {}, said)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._token = None
            answer = await self._asked(method, url, headers or {}, said)
        return answer

    async def _asked(
        self, method: str, url: str, headers: Mapping[str, str], said: dict[str, Any]
    ) -> httpx.Response:
        """Return the answer to a request that carries this organisation's token."""
        if self._token is None:
            self._token = await self._new_token()
        signed = {**headers, "Authorization": f"Bearer {self._token}"}
        return await self._patiently(method, url, headers=signed, **said)

    async def _new_token(self) -> str:
        """Return a token that the development issuer signed for this organisation."""
        role = next(r for org, r in ROLES.items() if self.name.startswith(org))
        wanted = {"org": self.name, "roles": [role], "scope": _SCOPE}
        url = f"{self.addresses.issuer}/token"
        answer = await self._patiently("POST", url, json=wanted)
        if answer.is_error:
            raise DemoFailedError(f"the issuer answered {answer.status_code}")
        return str(answer.json()["access_token"])

    async def _patiently(
        self,
        method: str,
        url: str,
        **said: Any,  # noqa: ANN401 - handed to httpx as it is
    ) -> httpx.Response:
        """Return the first answer that is not "not now", within about a minute."""
        for seconds in _BACK_OFF:
            answer = await self._once(method, url, **said)
            if answer is not None and answer.status_code not in _NOT_NOW:
                return answer
            await self._pause(seconds)
        place = httpx.URL(url).copy_with(path="/")
        raise DemoFailedError(f"{place} does not answer; is it running?")

    async def _once(
        self,
        method: str,
        url: str,
        **said: Any,  # noqa: ANN401 - handed to httpx as it is
    ) -> httpx.Response | None:
        """Return the answer, or None where nothing answers at all."""
        try:
            return await self._http.request(method, url, **said)
        except httpx.TransportError:
            return None
