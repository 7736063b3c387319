"""Doors of the clocks: records change them, days warn of them, a day's digest tells."""

from services.clocks.handlers.digesting import Digests
from services.clocks.handlers.keeping import Keeping, take_back

__all__ = ["Digests", "Keeping", "take_back"]
