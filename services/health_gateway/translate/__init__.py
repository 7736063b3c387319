"""FHIR messages to statements, and the answers to their senders. Pure."""

from services.health_gateway.translate.answer import (
    outcome,
    outcome_of,
    outcome_of_scope,
    response_bundle,
)
from services.health_gateway.translate.headers import END_USER, end_user
from services.health_gateway.translate.message import (
    Message,
    read_message,
    reread_message,
)
from services.health_gateway.translate.referral import sender_of, to_statements

__all__ = [
    "END_USER",
    "Message",
    "end_user",
    "outcome",
    "outcome_of",
    "outcome_of_scope",
    "read_message",
    "reread_message",
    "response_bundle",
    "sender_of",
    "to_statements",
]
