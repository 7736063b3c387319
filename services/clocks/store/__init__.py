"""Clocks, warnings and where open requests are found, as the service keeps them."""

from services.clocks.store import asked, behind, digests
from services.clocks.store.kept import (
    Published,
    drop,
    falling_due,
    keep,
    kept_of,
    move,
    next_change,
    restore,
    set_ticked,
    ticked,
    warn,
)

__all__ = [
    "Published",
    "asked",
    "behind",
    "digests",
    "drop",
    "falling_due",
    "keep",
    "kept_of",
    "move",
    "next_change",
    "restore",
    "set_ticked",
    "ticked",
    "warn",
]
