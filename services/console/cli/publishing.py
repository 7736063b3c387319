"""`publish` and `message`: sending, and what became of it."""

import io
import json
import re
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple
from urllib.parse import urlencode
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

FILES: Final = "/files"
_FHIR_XML: Final = b"http://hl7.org/fhir"
_MARKS: Final = b"\xef\xbb\xbf \t\r\n"
_JSON: Final = re.compile(rb"\{|\[\s*[\[{\"]")
"""How a JSON object begins, or an array; a heading of a table does not."""
_KINDS: Final = ((b"<", "application/xml"), (b"PK\x03\x04", "application/zip"))
_GATEWAYS: Final = ("education_gateway", "health_gateway")
_FHIR: Final = "application/fhir+json"

File = Annotated[
    str,
    typer.Argument(
        help="A file, a folder of files that belong together, or - for standard input."
    ),
]
RequestId = Annotated[
    str, typer.Option("--request-id", help="A UUID; the same one when sent again.")
]
ReceivedAt = Annotated[
    str, typer.Option("--received-at", help="An instant (development scenarios).")
]
Feed = Annotated[str, typer.Option(help="Of files: the feed; else their kind.")]
AsAt = Annotated[str, typer.Option(help="Of files: the day of which they speak.")]
Corrects = Annotated[
    str, typer.Option(help="Of files: the message_ref whose failed rows they correct.")
]


class Door(NamedTuple):
    """Where a body goes, and as what."""

    service: str
    path: str
    content_type: str


def publish(  # noqa: PLR0913, PLR0917 - each is an option of the command
    file: File,
    as_: As,
    request_id: RequestId = "",
    received_at: ReceivedAt = "",
    feed: Feed = "",
    as_at: AsAt = "",
    corrects: Corrects = "",
    as_json: AsJson = False,  # noqa: FBT002, ARG001 - the answer is JSON anyway
) -> None:
    """Send FHIR, an event, an array of events, or files of a feed; print the answer."""
    body = _read(file)
    door = door_of(body)
    if door.path == FILES:
        asked = {"feed": feed, "as_at": as_at, "corrects": corrects}
        door = door._replace(path=files_path(file, asked))
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
    except (ValueError, RecursionError) as error:
        if _JSON.match(body.lstrip(_MARKS)):
            raise failed(INVALID, _unread(error)) from None
        return _file_door(body)
    if isinstance(said, dict) and "resourceType" in said:
        return _fhir_door(said)
    kind = "cloudevents-batch" if isinstance(said, list) else "cloudevents"
    return Door("education_gateway", "/events", f"application/{kind}+json")


def _unread(error: Exception) -> str:
    """Return that JSON cannot be read, and where, without anything that it holds."""
    said = "this begins as JSON and cannot be read as JSON"
    if isinstance(error, json.JSONDecodeError):
        said += f": {error.msg}, at line {error.lineno}, column {error.colno}"
    elif isinstance(error, UnicodeDecodeError):
        said += f": it is not UTF-8, at byte {error.start + 1}"
    elif isinstance(error, RecursionError):
        said += ": it is nested too deep"
    return f"{said}; mend it and publish it again"


def _file_door(body: bytes) -> Door:
    """Return where what is not JSON goes: FHIR in XML to health, any other file to /files."""
    if not body.strip():
        raise failed(INVALID, "this is empty, so no door takes it")
    if _FHIR_XML in body[:4096]:
        raise failed(INVALID, "FHIR is published as JSON")
    starts = [kind for start, kind in _KINDS if body.lstrip(_MARKS).startswith(start)]
    return Door("education_gateway", FILES, starts[0] if starts else "text/csv")


def files_path(file: str, asked: Mapping[str, str]) -> str:
    """Return the path of the door for files with what is asked of them."""
    name = "" if file == "-" else Path(file).name
    said = {key: value for key, value in {**asked, "name": name}.items() if value}
    return f"{FILES}?{urlencode(said)}" if said else FILES


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
        if Path(file).is_dir():
            return _packed(Path(file))
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise failed(USAGE, f"cannot read the file: {error.strerror}") from None


def _packed(folder: Path) -> bytes:
    """Return the files of a folder, which belong together, as one archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in sorted(folder.iterdir()):
            if one.is_file() and not one.name.startswith("."):
                archive.write(one, one.name)
    return packed.getvalue()


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
