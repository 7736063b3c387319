"""Asks services over HTTP on behalf of an organisation (development tokens)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpx

from services.console.clients.places import ISSUER, Places
from services.console.errors import DownError

SECONDS: Final = 60.0
"""How long an answer may take before its service counts as down."""

_OPERATORS_ORG: Final = "urn:dfe:la:931"


@dataclass(frozen=True, slots=True)
class Hat:
    """As whom something is asked."""

    org: str
    roles: tuple[str, ...] = ()
    scope: str = "read"


OPERATOR: Final = Hat(_OPERATORS_ORG, ("operator",), "operate read")


class Asking:
    """One organisation that asks."""

    def __init__(self, places: Places, hat: Hat, http: httpx.Client) -> None:
        """Ask the services at *places*, over *http*, as *hat* says."""
        self._places = places
        self._hat = hat
        self._token = ""
        self._http = http

    def get(
        self, service: str, path: str, params: Mapping[str, str | int] | None = None
    ) -> httpx.Response:
        """Return what *service* answers."""
        request = self._http.build_request(
            "GET", self._url(service) + path, params=params
        )
        return self._send(service, request)

    def post(
        self, service: str, path: str, body: object, *, seconds: float = SECONDS
    ) -> httpx.Response:
        """Return what *service* answers to *body* as JSON, within *seconds*."""
        url = self._url(service) + path
        request = self._http.build_request("POST", url, json=body, timeout=seconds)
        return self._send(service, request)

    def publish(
        self, service: str, path: str, content: bytes, headers: Mapping[str, str]
    ) -> httpx.Response:
        """Return what the door answers to bytes, sent as they are."""
        url = self._url(service) + path
        request = self._http.build_request(
            "POST", url, content=content, headers=headers
        )
        return self._send(service, request)

    def _url(self, service: str) -> str:
        """Return where *service* is."""
        return self._places.addresses[service].rstrip("/")

    def _send(self, service: str, request: httpx.Request) -> httpx.Response:
        """Send with the token, which is fetched at first; raises DownError."""
        if not self._token:
            self._token = self._fetched()
        request.headers["Authorization"] = f"Bearer {self._token}"
        try:
            return self._http.send(request)
        except httpx.HTTPError:
            raise DownError(service, self._url(service)) from None

    def _fetched(self) -> str:
        """Return a token of the issuer; raises DownError, or ValueError for no org."""
        hat = self._hat
        asked = {"org": hat.org, "roles": list(hat.roles), "scope": hat.scope}
        url = f"{self._url(ISSUER)}/token"
        try:
            answer = self._http.post(url, json=asked)
        except httpx.HTTPError:
            raise DownError(ISSUER, self._url(ISSUER)) from None
        if not answer.is_success:
            raise ValueError("the issuer signs no token for that organisation")
        return str(answer.json()["access_token"])


def status(places: Places, service: str) -> dict[str, Any] | None:
    """Return what `/_status` of *service* says; None where it does not answer."""
    url = places.addresses[service].rstrip("/")
    try:
        said = httpx.get(f"{url}/_status", timeout=5, trust_env=False).json()
    except (httpx.HTTPError, ValueError):
        return None
    return said if isinstance(said, dict) else None


def roles_of(org: str) -> Sequence[str]:
    """Return the roles that people of *org* usually have."""
    usual = {
        "urn:dfe:la:": ("send_officer",),
        "urn:ods:": ("clinician", "dco"),
        "urn:dfe:urn:": ("senco", "setting"),
    }
    return next((r for start, r in usual.items() if org.startswith(start)), ())
