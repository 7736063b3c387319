"""Days on which something about a child can happen, or be due, in these records."""

from datetime import date
from typing import Annotated, Final

from pydantic import Field

EARLIEST: Final = date(1900, 1, 1)
LATEST: Final = date(2199, 12, 31)
"""Systems write 9999-12-31 for no day at all; no clock can be counted from that."""

Day = Annotated[date, Field(ge=EARLIEST, le=LATEST)]
"""A day of the calendar, as `YYYY-MM-DD`."""
