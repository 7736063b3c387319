"""Sending the scenario's messages, and reading what became of them."""

import base64
import json
from typing import Any, Final

import httpx

from deploy.local.scenarios.message import Message, instant
from deploy.local.scenarios.outside import DemoFailedError, Organisation

_ODS: Final = "https://fhir.nhs.uk/Id/ods-organization-code"
_SERVICE_ID: Final = "https://fhir.nhs.uk/Id/dos-service-id"


async def send(sender: Organisation, message: Message) -> str | None:
    """
    Return the message_ref of *message*, sent as often as its sender sends it.

    None where the door had it already and does not say under which reference.
    """
    refs = [await _send_once(sender, message) for _ in range(message.times)]
    return next((ref for ref in refs if ref), None)


async def _send_once(sender: Organisation, message: Message) -> str | None:
    """Return the message_ref that the door answered with, if it says one."""
    answer = await sender.ask(
        "POST",
        door_of(sender, message),
        content=message.body,
        headers=headers_of(message),
    )
    if message.door == "health":
        return _health_ref(message, answer)
    return _education_ref(message, answer)


def door_of(sender: Organisation, message: Message) -> str:
    """Return the address that *message* goes to."""
    if message.door == "health":
        return f"{sender.addresses.health}/$process-message"
    return f"{sender.addresses.education}/events"


def headers_of(message: Message) -> dict[str, str]:
    """Return the headers of *message*."""
    headers = {
        "Content-Type": message.content_type,
        "X-Request-ID": str(message.request_id),
        "X-Correlation-ID": str(message.correlation_id),
        "X-Throughline-Received-At": instant(message.received_at),
    }
    return headers | (_bars(message) if message.door == "health" else {})


def _bars(message: Message) -> dict[str, str]:
    """Return the headers that the Booking and Referral Standard asks for besides."""
    organisation = {
        "resourceType": "Organization",
        "identifier": [
            {"system": _ODS, "value": message.sender.removeprefix("urn:ods:")}
        ],
    }
    return {
        "Accept": message.content_type,
        "NHSD-Target-Identifier": _in_base64(
            {"system": _SERVICE_ID, "value": "throughline"}
        ),
        "NHSD-End-User-Organisation": _in_base64(organisation),
        "NHSD-Requesting-Software": _in_base64({"resourceType": "Device"}),
    }


def _in_base64(value: dict[str, Any]) -> str:
    """Return *value* as the standard writes JSON into a header."""
    return base64.b64encode(json.dumps(value).encode()).decode()


def _education_ref(message: Message, answer: httpx.Response) -> str | None:
    """Return the message_ref of an array or event of which nothing was refused."""
    if answer.status_code != httpx.codes.ACCEPTED:
        raise _failure(message, answer)
    receipt = answer.json()
    refused = [i["place"] for i in receipt["items"] if i["status"] == "refused"]
    if refused:
        places = ", ".join(map(str, refused))
        raise DemoFailedError(f"{message.name}: refused at {places}")
    return str(receipt["message_ref"])


def _health_ref(message: Message, answer: httpx.Response) -> str | None:
    """Return the message_ref of a Bundle that was taken now or before."""
    if answer.is_success or _is_duplicate(answer):
        where = answer.headers.get("Location", "")
        return where.rsplit("/", 1)[-1] or None
    raise _failure(message, answer)


def _is_duplicate(answer: httpx.Response) -> bool:
    """Return whether the health door had the same ids and bytes before: a success."""
    if answer.status_code != httpx.codes.CONFLICT:
        return False
    issues = answer.json().get("issue", [])
    return any(issue.get("code") == "duplicate" for issue in issues)


def _failure(message: Message, answer: httpx.Response) -> DemoFailedError:
    """Return what to say of a message that was not taken, without its content."""
    return DemoFailedError(
        f"{message.name}: the {message.door} door answered {answer.status_code} "
        f"to request {message.request_id}"
    )
