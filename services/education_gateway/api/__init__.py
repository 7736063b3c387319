"""HTTP doors of the education gateway: events, their trial, files, and receipts."""

from services.education_gateway.api.events import Door
from services.education_gateway.api.files import FileDoor
from services.education_gateway.api.validating import Validation

__all__ = ["Door", "FileDoor", "Validation"]
