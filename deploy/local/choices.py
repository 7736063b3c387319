"""What the person who runs `make demo` chose, read once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.local.ports import DEFAULT_BASE, Ports, ports_from
from deploy.local.services import ROOT
from schemas.errors import Stopped

_CLUSTERS: Final = {"1": 1, "3": 3}


@dataclass(frozen=True)
class Choices:
    """Where the stack lives, and how large it is."""

    data: Path
    ports: Ports
    brokers: int
    today: str | None


def read(environment: Mapping[str, str]) -> Choices:
    """Read the choices out of the environment; stop at one that cannot be."""
    base = environment.get("THROUGHLINE_PORT_BASE") or str(DEFAULT_BASE)
    return Choices(
        data_folder(environment),
        ports_from(base),
        _brokers(environment.get("BROKERS") or "1"),
        environment.get("THROUGHLINE_TODAY") or None,
    )


def data_folder(environment: Mapping[str, str]) -> Path:
    """Return the folder in which all of a stack's data is kept."""
    return (ROOT / (environment.get("THROUGHLINE_DATA") or "var")).resolve()


def _brokers(said: str) -> int:
    """Read how many brokers there shall be."""
    if said not in _CLUSTERS:
        raise Stopped("BROKERS is 1 or 3: make demo BROKERS=3")
    return _CLUSTERS[said]
