"""What this service asks other services, in the name of whoever looks at a page."""

from typing import Any, Final

import httpx

from services.education_gateway.settings import Settings
from services.runtime import log
from services.runtime.problems import Problem, away
from services.runtime.settings import PORTS, Shared

Json = dict[str, Any]
_SECONDS: Final = 10.0


class Others:
    """Clocks and identity, asked with the caller's own token: they decide and audit."""

    def __init__(self, shared: Shared, settings: Settings) -> None:
        """Ask where *settings* say, else beside this service."""
        self._clocks = settings.clocks or _beside(shared, "clocks")
        self._identity = settings.identity or _beside(shared, "identity_linking")

    async def owed(self, token: str) -> Json:
        """Return what is asked of the token's organisation, and by it."""
        found = await _get(f"{self._clocks}/owed", token)
        if found is None:
            raise away()
        return found

    async def identifiers(self, token: str, child_ref: str) -> Json | None:
        """Return who the child is, where the agreement grants that; else None."""
        return await _get(f"{self._identity}/children/{child_ref}/identifiers", token)


def _beside(shared: Shared, service: str) -> str:
    """Return the address of another service of this installation."""
    return f"http://{shared.host}:{shared.port_base + PORTS[service]}"


async def _get(url: str, token: str) -> Json | None:
    """Return what a service answers; None for its 404, a 503 while it is away."""
    try:
        async with httpx.AsyncClient(timeout=_SECONDS, trust_env=False) as http:
            answer = await http.get(url, headers={"Authorization": f"Bearer {token}"})
    except httpx.HTTPError as error:
        log.get().warning("service_away", error=log.named(error))
        raise away() from None
    if answer.status_code in {httpx.codes.NOT_FOUND, httpx.codes.FORBIDDEN}:
        return None
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        raise Problem(401, "unauthorised", "Sign in.")
    if answer.is_error:
        raise away()
    read: Json = answer.json()
    return read
