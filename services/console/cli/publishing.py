"""`publish` and `message`: sending, and what became of it."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple
from uuid import UUID, uuid4

import httpx
import typer

from services.console.cli.answers import (
    FAILED,
    INVALID,
    NOT_FOUND,
    PROBLEMS,
    USAGE,
    body_of,
    exit_code,
    failed,
    print_json,
    print_line,
    remark,
)
from services.console.cli.asking import asking
from services.console.cli.options import As, AsJson
from services.console.clients.asking import Asking, Hat
from services.console.errors import DownError

_GATEWAYS: Final = ("education_gateway", "health_gateway")
_FHIR: Final = "application/fhir+json"

File = Annotated[str, typer.Argument(help="A file, or - for standard input.")]
RequestId = Annotated[
    str, typer.Option("--request-id", help="A UUID; the same one when sent again.")
]
ReceivedAt = Annotated[
    str, typer.Option("--received-at", help="An instant (development scenarios).")
]


class Door(NamedTuple):
    """Where a body goes, and as what."""

    service: str
    path: str
    content_type: str


def publish(
    file: File,
    as_: As,
    request_id: RequestId = "",
    received_at: ReceivedAt = "",
    as_json: AsJson = False,  # noqa: FBT002, ARG001 - the answer is JSON anyway
) -> None:
    """Send a FHIR resource, an event or an array of events; print the answer."""
    body = _read(file)
    door = door_of(body)
    headers = {"Content-Type": door.content_type, "X-Request-ID": _uuid(request_id)}
    scope = "publish read"
    if received_at:
        headers["X-Throughline-Received-At"] = received_at
        scope = "publish read scenario"
    with asking(Hat(as_, scope=scope)) as asks:
        answer = asks.publish(door.service, door.path, body, headers)
    remark(f"X-Request-ID: {headers['X-Request-ID']}")
    _print(answer)


def message(ref: str, as_: As, as_json: AsJson = False) -> None:  # noqa: FBT002, ARG001
    """Print what became of a message that this organisation sent."""
    if not _is_uuid(ref):
        raise failed(NOT_FOUND, "a message_ref is a UUID")
    with asking(Hat(as_)) as asks:
        answers, down = _asked(asks, f"/messages/{ref}")
    found = next((answer for answer in answers if answer.is_success), None)
    if found is None and down:
        raise failed(FAILED, f"{down[0]}; without it this cannot be said")
    print_json(body_of(found or answers[0]))


def door_of(body: bytes) -> Door:
    """Return where *body* goes, by what it holds; ends the command if nowhere."""
    try:
        said = json.loads(body)
    except ValueError:
        raise failed(INVALID, "this is not JSON, so no door takes it") from None
    if isinstance(said, dict) and "resourceType" in said:
        return _fhir_door(said)
    kind = "cloudevents-batch" if isinstance(said, list) else "cloudevents"
    return Door("education_gateway", "/events", f"application/{kind}+json")


def _fhir_door(said: dict[str, Any]) -> Door:
    """Return where a FHIR resource goes: a message, another Bundle, or one resource."""
    kind = str(said["resourceType"])
    path = f"/FHIR/R4/{kind}"
    if kind == "Bundle":
        path = "/$process-message" if said.get("type") == "message" else "/FHIR/R4"
    elif not kind.isalpha():
        raise failed(INVALID, "resourceType names no FHIR resource")
    return Door("health_gateway", path, _FHIR)


def _read(file: str) -> bytes:
    """Return the bytes of *file*, or of standard input for `-`."""
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise failed(USAGE, f"cannot read the file: {error.strerror}") from None


def _print(answer: httpx.Response) -> None:
    """Print an answer as it came, and end with the code that it stands for."""
    text = answer.text.strip()
    if text:
        print_line(text)
    code = exit_code(answer.status_code)
    if code:
        raise failed(code, f"{answer.status_code} {answer.reason_phrase}")
    if any(item["status"] == "refused" for item in _items(answer)):
        raise failed(PROBLEMS, "some items were refused; the answer says which and why")


def _items(answer: httpx.Response) -> list[dict[str, Any]]:
    """Return the items of an education answer; none of a FHIR one."""
    try:
        said = answer.json()
    except ValueError:
        return []
    return said.get("items", []) if isinstance(said, dict) else []


def _asked(asks: Asking, path: str) -> tuple[list[httpx.Response], list[DownError]]:
    """Return what both gateways answer, and which of them are down."""
    answers, down = [], []
    for gateway in _GATEWAYS:
        try:
            answers.append(asks.get(gateway, path))
        except DownError as error:
            down.append(error)
    return answers, down


def _uuid(said: str) -> str:
    """Return the request id that was given, or a new one."""
    if said and not _is_uuid(said):
        raise failed(USAGE, "--request-id must be a UUID")
    return said or str(uuid4())


def _is_uuid(said: str) -> bool:
    """Return whether *said* is a UUID."""
    try:
        UUID(said)
    except ValueError:
        return False
    return True
