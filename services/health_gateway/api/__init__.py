"""HTTP doors of the health gateway. Every answer is FHIR, errors included."""

from services.health_gateway.api.routes import Door

__all__ = ["Door"]
