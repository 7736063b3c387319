"""Clocks: what is owed to a child, by whom and by when. Pure; rules are dated data."""

from schemas.clocks.clock import Clock, clocks_of, revision_of
from schemas.clocks.moments import Moment
from schemas.clocks.rule import ClockRule
from schemas.clocks.starting import clocks_started

__all__ = ["Clock", "ClockRule", "Moment", "clocks_of", "clocks_started", "revision_of"]
