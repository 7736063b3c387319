"""What the health gateway reads from files and keeps beside its receipts."""

from services.health_gateway.store.conversations import (
    answers_known,
    note_request,
    settle_empty,
)
from services.health_gateway.store.mailboxes import lease
from services.health_gateway.store.tables import mesh, tables

__all__ = ["answers_known", "lease", "mesh", "note_request", "settle_empty", "tables"]
