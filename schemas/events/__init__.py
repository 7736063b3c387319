"""The event catalogue: one module a family, one entry a type."""

from schemas.events.catalogue import CATALOGUE, category_of
from schemas.events.entry_type import EventType

__all__ = ["CATALOGUE", "EventType", "category_of"]
