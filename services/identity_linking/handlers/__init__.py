"""Kafka doors of identity: each event finds its child before it goes on."""

from services.identity_linking.handlers.linking import Linking
from services.identity_linking.handlers.taking_back import take_back

__all__ = ["Linking", "take_back"]
