"""HTTP doors of the clocks: how one is counted, and what is asked of an organisation."""

from services.clocks.api.explaining import Door
from services.clocks.api.owed import Owed

__all__ = ["Door", "Owed"]
