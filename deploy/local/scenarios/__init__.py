"""The demonstration's children: one story told in full and two hundred others."""

from datetime import date
from typing import Final

TODAY: Final = date(2026, 9, 30)
"""The day on which the story is read: `make demo` sets `THROUGHLINE_TODAY` to it."""
