"""Points in time as the wire writes them, made comparable."""

from datetime import datetime, time
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

_LONDON: Final = ZoneInfo("Europe/London")


@lru_cache(maxsize=65_536)
def moment(written: str) -> datetime:
    """Return an instant; a day is its beginning in London."""
    read = datetime.fromisoformat(written)
    if read.tzinfo is None:
        return datetime.combine(read.date(), time.min, _LONDON)
    return read
