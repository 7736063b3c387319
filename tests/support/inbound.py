"""A message at a door, as services see it before anything is known of it."""

from datetime import UTC, datetime

from services.runtime.intake.messages import Item, Message

AT = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)


def inbound(**changes):
    """Return a message of the council at the education gateway, and its one item."""
    said = {
        "gateway": "education_gateway",
        "sender": "urn:dfe:la:931",
        "request_id": "6f0c9b1e-7a0a-4c3f-9a51-0d5f1f5f0a01",
        "correlation_id": None,
        "received_at": AT,
        "content_type": "application/cloudevents+json",
        "body": b"{}",
    }
    item = Item(0, b"{}", "p-1", "ehcna.advice_requested.v1")
    return Message(**said | changes), item
