"""Every service put together as its process does it, without running any."""

import importlib
from typing import Final
from unittest.mock import patch

from pydantic import SecretStr

from services.runtime.parts import Parts
from services.runtime.service import Service
from services.runtime.settings import PORTS, Shared

_NO_SECRET: Final = SecretStr("nothing is hashed with this")

Built = dict[str, tuple[Service, Parts]]


def built(mode: str = "development") -> Built:
    """
    Return each service with its parts, by name.

    An app builds and runs in one go; here what it hands over to run is kept instead.
    """
    found: Built = {}

    def keep(service: Service, parts: Parts) -> int:
        """Keep what would have been run."""
        found[service.name] = (service, parts)
        return 0

    with patch.object(Service, "run", keep):
        for name in PORTS:
            shared = Shared.model_validate({"secret": _NO_SECRET, "mode": mode})
            importlib.import_module(f"services.{name}.app").main(shared)
    return found
