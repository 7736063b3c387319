"""What a health record says happened, in the catalogue's words. One module a family."""

from services.health_gateway.translate.resources.reading import (
    SHAPES,
    deletions,
    statements,
)

TYPES = frozenset(SHAPES)
"""Types of resource that may say more than that they exist."""

__all__ = ["TYPES", "deletions", "statements"]
