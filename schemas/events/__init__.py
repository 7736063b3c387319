"""The event catalogue: one module a family, one entry a type."""

from schemas.events.catalogue import CATALOGUE, EventType, category_of

__all__ = ["CATALOGUE", "EventType", "category_of"]
