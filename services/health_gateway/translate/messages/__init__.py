"""BaRS-shaped messages: what they are, and what the decision table says they mean."""

from services.health_gateway.translate.messages.reading import (
    RESPONSE,
    Message,
    is_of_another_standard,
    message_of,
)
from services.health_gateway.translate.messages.saying import (
    message_statements,
    sender_of,
)

__all__ = [
    "RESPONSE",
    "Message",
    "is_of_another_standard",
    "message_of",
    "message_statements",
    "sender_of",
]
