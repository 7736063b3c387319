"""Where each type of resource says what, one module a family."""

from collections.abc import Mapping
from typing import Final

from services.health_gateway.translate.resources import (
    appointments,
    episodes,
    findings,
    letters,
    patients,
    referrals,
)
from services.health_gateway.translate.resources.meaning import Shape, other

SHAPES: Final[Mapping[str, Shape]] = {
    **referrals.SHAPES,
    **appointments.SHAPES,
    **episodes.SHAPES,
    **findings.SHAPES,
    **letters.SHAPES,
    **patients.SHAPES,
}
"""Types of resource that may say more than that they exist."""
ELSE: Final = Shape(other, when=(("effectiveDateTime",), ("issued",), ("date",)))
"""Every other type."""
