"""Where digests go: a folder always, a mail server where one is configured."""

import asyncio
import smtplib
import ssl
from pathlib import Path
from typing import Final, Literal

from services.clocks.settings import Settings
from services.runtime.settings import Shared

_SECONDS: Final = 20.0
_PERMANENT: Final = 500
"""Reply codes from here on say that trying again is of no use (RFC 5321, 4.2.1)."""

Outcome = Literal["sent", "refused", "away"]


class Post:
    """Takes digests out of the house."""

    def __init__(self, shared: Shared, settings: Settings) -> None:
        """Send as *settings* say."""
        self._settings = settings
        self._folder = settings.digest_folder or shared.data / "outbox"

    async def send(self, name: str, address: str, content: bytes) -> Outcome:
        """Write one digest to the folder under *name*, and mail it to *address*."""
        return await asyncio.to_thread(self._send, name, address, content)

    def _send(self, name: str, address: str, content: bytes) -> Outcome:
        """Write, then mail; the same name is written over with the same bytes."""
        self._write(self._folder / f"{name}.eml", content)
        if not self._settings.smtp:
            return "sent"
        try:
            self._mail(address, content)
        except smtplib.SMTPRecipientsRefused as refused:
            return _outcome(max(code for code, _ in refused.recipients.values()))
        except smtplib.SMTPResponseException as refused:
            return _outcome(refused.smtp_code)
        except (smtplib.SMTPException, OSError):
            return "away"
        return "sent"

    def _write(self, path: Path, content: bytes) -> None:
        """Write a file that is either not there or whole."""
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(content)
        unfinished.replace(path)

    def _mail(self, address: str, content: bytes) -> None:
        """Hand one digest to the mail server."""
        said = self._settings
        host, _, port = said.smtp.rpartition(":")
        context = ssl.create_default_context()
        with (
            smtplib.SMTP_SSL(host, int(port), timeout=_SECONDS, context=context)
            if said.smtp_security == "tls"
            else smtplib.SMTP(host, int(port), timeout=_SECONDS)
        ) as server:
            if said.smtp_security == "starttls":
                server.starttls(context=context)
            if said.smtp_user:
                server.login(said.smtp_user, said.smtp_password.get_secret_value())
            server.sendmail(said.digest_from, [address], content)


def _outcome(code: int) -> Outcome:
    """Return what a reply code means for another attempt."""
    return "refused" if code >= _PERMANENT else "away"
