"""FHIR to statements, and the answers to their senders. Pure."""

from services.health_gateway.translate.about import Heard
from services.health_gateway.translate.messages import Message, sender_of
from services.health_gateway.translate.retelling import retold
from services.health_gateway.translate.submission import (
    Asked,
    Piece,
    Submission,
    submission,
    withdrawn,
    without,
)
from services.health_gateway.translate.tables import Tables
from services.health_gateway.translate.trying import (
    Trial,
    tried,
    tried_notice,
    unwrapped,
)
from services.health_gateway.translate.whereabouts import notice_travelling, travelling

__all__ = [
    "Asked",
    "Heard",
    "Message",
    "Piece",
    "Submission",
    "Tables",
    "Trial",
    "notice_travelling",
    "retold",
    "sender_of",
    "submission",
    "travelling",
    "tried",
    "tried_notice",
    "unwrapped",
    "withdrawn",
    "without",
]
