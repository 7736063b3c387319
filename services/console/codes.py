"""The words of the ledger."""

from typing import Final

from schemas import topics

HOPS: Final = {
    topics.HEALTH_INBOUND.name: "received",
    topics.EDUCATION_INBOUND.name: "received",
    topics.EVENTS_TRANSLATED.name: "translated",
    topics.EVENTS_LINKED.name: "linked",
    topics.CLOCKS_CHANGED.name: "clock",
    topics.DELIVERIES_ATTEMPTED.name: "delivered",
    topics.REFUSED.name: "refused",
}
"""What a message did to come to a topic."""

STAGES: Final = {topic.name: topic.stage for topic in topics.ALL}
"""Place of each topic on the path."""

INBOUND: Final = frozenset(topic.name for topic in topics.ALL if topic.stage == 1)

REPLAYABLE: Final = frozenset(HOPS) - {topics.REFUSED.name}
"""Topics to which a person may send a record back."""

MESSAGE: Final = "message.received.v1"
"""Type of a record that is one item of a message and not yet an event."""

PERSON_LINKED: Final = "person.linked.v1"

NEW: Final = "new"
REPLAYED: Final = "replayed"
CLOSED: Final = "closed"
"""Nobody needs to do anything: it had its effect before."""

DUPLICATE: Final = "duplicate"
"""Reason of what was refused because the same had come by another door."""

SHOWN_ATTRIBUTES: Final = (
    "id",
    "type",
    "source",
    "time",
    "causationid",
    "correlationid",
    "requestid",
    "place",
    "attempt",
    "subject",
    "personref",
    "category",
    "sensitivity",
    "mappingversion",
)
"""Attributes of a refused record that tell of nobody and that a person may be shown."""

SERVICES: Final = (
    "health_gateway",
    "education_gateway",
    "identity_linking",
    "clocks",
    "timeline",
    "delivery",
    "console",
)
"""Every service, in the order of the path and of their ports."""
