"""HTTP doors of the education gateway: events, their trial, and receipts."""

from services.education_gateway.api.events import Door
from services.education_gateway.api.validating import Validation

__all__ = ["Door", "Validation"]
