"""What a health record says happened, in the catalogue's words. One module a family."""

from services.health_gateway.translate.resources.reading import statements
from services.health_gateway.translate.resources.shapes import SHAPES
from services.health_gateway.translate.resources.taking_back import deletions

TYPES = frozenset(SHAPES)
"""Types of resource that may say more than that they exist."""

__all__ = ["TYPES", "deletions", "statements"]
