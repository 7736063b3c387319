"""Kafka doors of identity: each event finds its child before it goes on."""

from services.identity_linking.handlers.linking import Linking

__all__ = ["Linking"]
