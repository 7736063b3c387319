"""Where everything is: by the environment, or as the demonstration has written down."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from services.console.codes import SERVICES

ISSUER: Final = "issuer"

_BASE: Final = "8100"
_HOST: Final = "127.0.0.1"
_KAFKA: Final = 19092


@dataclass(frozen=True, slots=True)
class Places:
    """Addresses of one installation."""

    addresses: Mapping[str, str]
    """URL of each service and of the issuer."""
    kafka: str
    postgres: str | None
    """None where nobody has said."""
    data: Path


def places(environment: Mapping[str, str]) -> Places:
    """
    Return where everything is.

    What the environment says holds; else the file that a running demonstration leaves
    in the data folder, unless that is on other ports than the environment says.
    """
    data = Path(environment.get("THROUGHLINE_DATA") or "var")
    base = environment.get("THROUGHLINE_PORT_BASE")
    usual = _counted(base or _BASE)
    card = _card(data / "demo.json")
    if base and card.get("addresses", {}).get(ISSUER) != usual[ISSUER]:
        card = {}
    addresses = usual | dict(card.get("addresses", {}))
    issuer = environment.get("THROUGHLINE_ISSUER")
    return Places(
        addresses | ({ISSUER: issuer.rstrip("/")} if issuer else {}),
        environment.get("THROUGHLINE_KAFKA")
        or card.get("kafka")
        or _kafka(base or _BASE),
        environment.get("THROUGHLINE_POSTGRES") or card.get("postgres"),
        data,
    )


def _counted(base: str) -> dict[str, str]:
    """Return the addresses on this machine, counted from the first port."""
    first = int(base) if base.isdecimal() else int(_BASE)
    names = (ISSUER, *SERVICES)
    return {name: f"http://{_HOST}:{first + n}" for n, name in enumerate(names)}


def _kafka(base: str) -> str:
    """Return the address of the first broker, which moves with the first port."""
    moved = int(base) - int(_BASE) if base.isdecimal() else 0
    return f"{_HOST}:{_KAFKA + moved}"


def _card(path: Path) -> dict[str, Any]:
    """Return what the demonstration wrote; nothing where there is none."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}
