"""What every command that asks a service begins with."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from schemas.identifiers import is_organisation
from services.console.cli.answers import FAILED, USAGE, failed
from services.console.clients.asking import OPERATOR, SECONDS, Asking, Hat
from services.console.clients.places import places
from services.console.errors import DownError


def client() -> httpx.Client:
    """Return what speaks HTTP: to where it is told, whatever proxies there are."""
    return httpx.Client(timeout=SECONDS, trust_env=False)


@contextmanager
def asking(hat: Hat = OPERATOR) -> Iterator[Asking]:
    """Give one who asks as *hat*; what is down is said, and the command fails."""
    if not is_organisation(hat.org):
        raise failed(
            USAGE, "an organisation is urn:ods:…, urn:dfe:la:… or urn:dfe:urn:…"
        )
    try:
        with client() as http:
            yield Asking(places(os.environ), hat, http)
    except DownError as down:
        how = "`throughline doctor` says what else is wrong."
        raise failed(FAILED, f"{down}. Is it running? {how}") from None
    except ValueError as wrong:
        raise failed(USAGE, str(wrong)) from None
