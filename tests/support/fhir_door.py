"""Sending to the FHIR doors of a running stack, and waiting for what follows."""

import json
from typing import Any, Final
from uuid import uuid4

import httpx

from tests.support.agencies import TRUST, Agencies
from tests.support.local_stack import until

FHIR: Final = "application/fhir+json"


def send(
    agencies: Agencies,
    method: str,
    path: str,
    resource: Any = None,
    *,
    org: str = TRUST,
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    """Send *resource* to the FHIR door; return the answer."""
    said = {"Content-Type": FHIR, "X-Request-ID": str(uuid4())} | agencies.as_(org)
    raw = None if resource is None else json.dumps(resource).encode()
    url = agencies.url("health_gateway", f"/FHIR/R4{path}")
    return agencies.http.request(
        method, url, content=raw, headers=said | (headers or {})
    )


def put(agencies: Agencies, resource: dict[str, Any], **more: Any) -> httpx.Response:
    """Put *resource* under its own id."""
    path = f"/{resource['resourceType']}/{resource['id']}"
    return send(agencies, "PUT", path, resource, **more)


def settled(
    agencies: Agencies, answer: httpx.Response, org: str = TRUST
) -> dict[str, Any]:
    """Return the receipt of an accepted request once nothing of it is on its way."""
    url = agencies.url("health_gateway", answer.headers["Location"])

    def receipt() -> dict[str, Any]:
        """Return what the door says of it."""
        said: dict[str, Any] = agencies.http.get(url, headers=agencies.as_(org)).json()
        return said

    def done() -> bool:
        """Return whether every event has gone on."""
        said = receipt()
        states = {event["state"] for event in said["events"]}
        return said["state"] != "waiting" and "translated" not in states

    until(done)
    return receipt()
