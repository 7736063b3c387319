"""Doors of the health gateway: FHIR over HTTP, and a MESH mailbox."""

from services.health_gateway.api.answering import told
from services.health_gateway.api.mailbox import Polling, Reading
from services.health_gateway.api.retranslating import Retranslation
from services.health_gateway.api.routes import Door
from services.health_gateway.api.validating import Validation

__all__ = ["Door", "Polling", "Reading", "Retranslation", "Validation", "told"]
