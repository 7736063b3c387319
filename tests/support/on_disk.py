"""What lies below a folder, whoever wrote it there."""

import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

_DIGITS: Final = re.compile(rb"999[0-9]{7,}")
"""Begins with a synthetic NHS number; a pattern that begins so is searched for fast."""
_NUMBER: Final = re.compile(rb"(?=(999[0-9]{7}))")
"""A synthetic NHS number, also where one begins inside another."""


def texts_on_disk(folder: Path, texts: Collection[str]) -> set[str]:
    """Return which of *texts* some file below *folder* holds."""
    return {text for held in _held(folder) for text in texts if text.encode() in held}


def numbers_on_disk(folder: Path) -> set[str]:
    """Return every synthetic NHS number that some file below *folder* holds."""
    runs = (run for held in _held(folder) for run in _DIGITS.findall(held))
    return {number.decode() for run in runs for number in _NUMBER.findall(run)}


def _held(folder: Path) -> Iterator[bytes]:
    """Yield the bytes of each file; Kafka's empty indexes have no block on the disk."""
    for path in folder.rglob("*"):
        # Postgres removes files of its own while we look
        with suppress(FileNotFoundError):
            if path.is_file() and path.stat().st_blocks:
                yield path.read_bytes()
