"""HTTP doors of the health gateway. Every answer is FHIR, errors included."""

from services.health_gateway.api.routes import Door
from services.health_gateway.api.validating import Validation

__all__ = ["Door", "Validation"]
