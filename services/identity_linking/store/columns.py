"""Rows as the columns that a statement takes."""

from collections.abc import Sequence
from typing import Any


def columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """Return *rows* as *width* lists, one a column."""
    return [[row[i] for row in rows] for i in range(width)]
