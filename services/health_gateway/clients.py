"""
The MESH mailbox, which is emptied by whoever it belongs to.

Source: MESH API; mesh-client, which is synchronous, so that each call has a thread.
Reading takes nothing away: only what is acknowledged is no longer listed.
"""

import asyncio
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

import requests
import urllib3
from mesh_client import MeshClient, MeshError

from schemas.errors import NotNow
from services.health_gateway.settings import Settings

T = TypeVar("T")

MOST: Final = 500
"""Messages that one listing names."""
_SECONDS: Final = 30
"""How long MESH may take for one answer."""
_EVERYWHERE: Final = frozenset({401, 403, 407, 425, 429, 502, 503, 504})
_GONE: Final = frozenset({404, 410})
_AWAY: Final = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    MeshError,
    OSError,
)
_DAMAGED: Final = (zlib.error, EOFError)


class MailboxAway(NotNow):
    """MESH does not answer, or does not let us in; *status* is its HTTP status."""

    def __init__(self, status: int | None) -> None:
        """Keep the status, None where there was no answer."""
        super().__init__("MESH does not answer, or not to us")
        self.status = status

    @property
    def is_everywhere(self) -> bool:
        """Whether it is about more than the one message that was asked for."""
        return self.status is None or self.status in _EVERYWHERE


@dataclass(frozen=True, slots=True)
class Letter:
    """One message in the mailbox, all its chunks together."""

    id: str
    sender: str
    """The mailbox that it came from; MESH's own reports have none."""
    workflow: str
    content_type: str
    body: bytes | None = field(repr=False)
    """None where it was too large, or its compression was damaged."""
    is_report: bool = False
    """Whether MESH itself reports on something that we sent."""


class Mailbox:
    """One mailbox, opened with what an operator was given for it."""

    def __init__(self, settings: Settings) -> None:
        """Open nothing yet; *settings* say which mailbox and how it is opened."""
        key = settings.mesh_shared_key.get_secret_value().encode()
        self.name: Final = settings.mesh_mailbox
        self._client = MeshClient(
            settings.mesh_url,
            settings.mesh_mailbox,
            settings.mesh_password.get_secret_value(),
            shared_key=key,
            cert=settings.mesh_client_certificate,
            verify=settings.mesh_authority,
            max_retries=0,
            timeout=_SECONDS,
            application_name="throughline",
        )

    async def validate(self) -> None:
        """Tell MESH that the mailbox is in use, as it wants every day."""
        await _in_thread(self._client.handshake)

    async def waiting(self) -> list[str]:
        """Return the ids of the messages that wait, at most `MOST`."""
        return await _in_thread(lambda: self._client.list_messages(MOST))

    async def letter(self, own: str, most: int) -> Letter | None:
        """Return a message of at most *most* bytes; None for one that has gone."""
        try:
            return await _in_thread(lambda: self._read(own, most))
        except MailboxAway as away:
            if away.status in _GONE:
                return None
            raise

    async def acknowledge(self, own: str) -> None:
        """
        Take a message out of the mailbox; harmless when it has gone.

        One that MESH does not let go is listed again, and has no second effect.
        """
        try:
            await _in_thread(lambda: self._client.acknowledge_message(own))
        except MailboxAway as away:
            if away.is_everywhere:
                raise

    def close(self) -> None:
        """Hang up until the next call."""
        self._client.close()  # type: ignore[no-untyped-call]

    def _read(self, own: str, most: int) -> Letter:
        """Return a message, read to its end unless it is too large."""
        came = self._client.retrieve_message(own)
        try:
            return Letter(
                id=own,
                sender=came.sender or "",
                workflow=came.workflow_id or "",
                content_type=came.content_type or "",
                body=_body(came.read, most),
                is_report=(came.message_type or "").upper() == "REPORT",
            )
        finally:
            came.close()  # type: ignore[no-untyped-call]


def _body(read: Callable[[int], bytes], most: int) -> bytes | None:
    """Return what *read* gives until its end; None where it is too much or damaged."""
    found = bytearray()
    try:
        while piece := read(most + 1 - len(found)):
            found += piece
            if len(found) > most:
                return None
    except _DAMAGED:
        return None
    return bytes(found)


async def _in_thread(call: Callable[[], T]) -> T:
    """Return what *call* does, in a thread; raises MailboxAway and nothing else of MESH."""
    try:
        return await asyncio.to_thread(call)
    except _AWAY as error:
        answer = getattr(error, "response", None)
        raise MailboxAway(getattr(answer, "status_code", None)) from None
