"""What every publishing door reads from a request before it looks at the content."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from starlette.requests import Request

from services.runtime import instants
from services.runtime.agreements import reached
from services.runtime.intake.messages import Message
from services.runtime.problems import Problem
from services.runtime.service import Service
from services.runtime.tokens import Caller

_CHARSET: Final = re.compile(
    r";\s*charset\s*=\s*\"?([^\";\s]*)", re.ASCII | re.IGNORECASE
)
_TO_COME: Final = (
    "X-Throughline-Received-At lies in the future: say when it was received, or move "
    "the day on with `throughline tick`."
)
_HEARD_OUT: Final = 4
"""As often the length that a body may have is read of one that is longer."""
_UTF_8: Final = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to publish, from a caller who may."""

    caller: Caller
    request_id: str
    correlation_id: str | None
    received_at: datetime
    content_type: str
    body: bytes

    def message(self, gateway: str, correlation_id: str | None = None) -> Message:
        """Return the message; *correlation_id* is ours, where the sender gave none."""
        return Message(
            gateway=gateway,
            sender=self.caller.org,
            request_id=self.request_id,
            correlation_id=self.correlation_id or correlation_id,
            received_at=self.received_at,
            content_type=self.content_type,
            body=self.body,
        )


async def asked(service: Service, request: Request) -> Asked:
    """Return the request; raises a problem that says what is wrong with it."""
    said = await headed(service, request)
    body = await read_body(request, service.settings.body_limit_bytes)
    return replace(said, body=body)


async def headed(service: Service, request: Request) -> Asked:
    """Return the request without its body, of which nothing has been read yet."""
    caller = await service.tokens.caller(request)
    caller.needs("publish")
    return Asked(
        caller=caller,
        request_id=request_id(request),
        correlation_id=_correlation_id(request),
        received_at=_received_at(service, caller, request),
        content_type=request.headers.get("content-type", ""),
        body=b"",
    )


def request_id(request: Request) -> str:
    """Return X-Request-ID in its usual form, or raise a 400."""
    return _uuid(request, "X-Request-ID") or _missing()


def _correlation_id(request: Request) -> str | None:
    """Return X-Correlation-ID in its usual form, if it was sent."""
    return _uuid(request, "X-Correlation-ID")


def _uuid(request: Request, name: str) -> str | None:
    """Return the UUID in header *name*; raises a 400 when it is something else."""
    said = request.headers.get(name)
    if said is None:
        return None
    try:
        return str(UUID(said))
    except ValueError:
        raise Problem(400, "bad-header", f"{name} must be a UUID.") from None


def _missing() -> str:
    """Raise the 400 for a request without an id."""
    detail = "Send X-Request-ID, a UUID; use the same one when you send again."
    raise Problem(400, "bad-header", detail)


def mirrored(request: Request, correlation_id: str) -> Mapping[str, str]:
    """Return the ids that every answer gives back."""
    said = request.headers.get("X-Request-ID")
    known = request.headers.get("X-Correlation-ID", correlation_id)
    own = {"X-Request-ID": said} if said else {}
    return own | {"X-Correlation-ID": known}


def _received_at(service: Service, caller: Caller, request: Request) -> datetime:
    """Return when the door received this: now, or what a scenario says."""
    said = request.headers.get("X-Throughline-Received-At")
    if said is None:
        return instants.now()
    if not service.settings.development or "scenario" not in caller.scopes:
        detail = "X-Throughline-Received-At needs development and the scope scenario."
        raise Problem(403, "not-permitted", detail)
    try:
        at = instants.parsed(said)
    except ValueError:
        detail = "X-Throughline-Received-At must be an instant with an offset."
        raise Problem(400, "bad-header", detail) from None
    if instants.london_day(at) > _latest(service):
        raise Problem(400, "bad-header", _TO_COME)
    return at


def _latest(service: Service) -> date:
    """Return the latest day that has begun, by the wall or by what is set."""
    wall = instants.london_day(instants.now())
    return max(reached(service.settings) or wall, wall)


async def read_body(request: Request, limit: int) -> bytes:
    """
    Return the body; raises a 413 for one that is longer than *limit* bytes.

    Raises a 415 for one that is compressed, or in other characters than UTF-8. Of what
    is too long no more is held, but some of it is heard: a client that listens only when
    it has sent everything would find the connection closed, and no answer.
    """
    check_coding(request)
    _check_characters(request)
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared) > limit * _HEARD_OUT:
        raise too_large(limit)
    body, length = bytearray(), 0
    async for chunk in request.stream():
        length += len(chunk)
        if length > limit * _HEARD_OUT:
            break
        if length <= limit:
            body += chunk
    if length > limit:
        raise too_large(limit)
    return bytes(body)


def check_coding(request: Request) -> None:
    """Raise a 415 for a body that would grow when it is read."""
    said = request.headers.get("content-encoding", "").strip().lower()
    if said not in {"", "identity"}:
        detail = "Send the body as it is, without Content-Encoding."
        headers = {"Accept-Encoding": "identity"}
        raise Problem(415, "unknown-media-type", detail, headers=headers)


def _check_characters(request: Request) -> None:
    """Raise a 415 for a body that says it is not in UTF-8."""
    said = _CHARSET.search(request.headers.get("content-type", ""))
    if said and said[1].lower() not in _UTF_8:
        raise Problem(415, "unknown-media-type", "Send the body in UTF-8.")


def too_large(limit: int) -> Problem:
    """Return the 413."""
    return Problem(413, "too-large", f"A body holds at most {limit} bytes; send less.")
