"""
Every topic, in the order in which data moves.

A handler may only write to a later stage than it reads. Six partitions, fixed for
life: changing the count would send a person's later messages to another partition.
"""

from typing import Final, NamedTuple

PARTITIONS: Final = 6
MAX_MESSAGE_BYTES: Final = 6 * 1024 * 1024
"""Largest record, bytes: a body of 5 MB with its headers."""

_DAY_MS: Final = 24 * 60 * 60 * 1000
_FOR_EVER: Final = -1


class Topic(NamedTuple):
    """One line of the map."""

    name: str
    stage: int
    """Position on the path; `refused` is last because every stage may write to it."""
    key: str
    """What the record key holds, always one of our own references."""
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    retention_ms: int
    """Milliseconds that a record is kept; -1 is for ever."""


HEALTH_INBOUND: Final = Topic(
    "health.inbound",
    1,
    "person_ref",
    ("health_gateway",),
    ("health_gateway", "console"),
    30 * _DAY_MS,
)
EDUCATION_INBOUND: Final = Topic(
    "education.inbound",
    1,
    "person_ref",
    ("education_gateway",),
    ("education_gateway", "console"),
    30 * _DAY_MS,
)
EVENTS_TRANSLATED: Final = Topic(
    "events.translated",
    2,
    "person_ref",
    ("health_gateway", "education_gateway"),
    ("identity_linking", "console"),
    30 * _DAY_MS,
)
EVENTS_LINKED: Final = Topic(
    "events.linked",
    3,
    "child_ref",
    ("identity_linking",),
    (
        "clocks",
        "timeline",
        "delivery",
        "console",
        "health_gateway",
        "education_gateway",
    ),
    _FOR_EVER,
)
CLOCKS_CHANGED: Final = Topic(
    "clocks.changed",
    4,
    "child_ref",
    ("clocks",),
    ("delivery", "console"),
    _FOR_EVER,
)
DELIVERIES_ATTEMPTED: Final = Topic(
    "deliveries.attempted",
    5,
    "child_ref",
    ("delivery",),
    ("console",),
    _FOR_EVER,
)
REFUSED: Final = Topic(
    "refused",
    6,
    "as the original",
    (
        "health_gateway",
        "education_gateway",
        "identity_linking",
        "clocks",
        "timeline",
        "delivery",
    ),
    ("console", "health_gateway", "education_gateway"),
    90 * _DAY_MS,
)

ALL: Final = (
    HEALTH_INBOUND,
    EDUCATION_INBOUND,
    EVENTS_TRANSLATED,
    EVENTS_LINKED,
    CLOCKS_CHANGED,
    DELIVERIES_ATTEMPTED,
    REFUSED,
)


def settings_of(topic: Topic, *, brokers: int) -> dict[str, str]:
    """
    Return the configuration that *topic* must have on a cluster of *brokers*.

    One broker flushes each record, because a lone broker's acknowledgement is not a
    write to disk; more brokers answer for each other instead.
    """
    durable = (
        {"flush.messages": "1", "min.insync.replicas": "1"}
        if brokers == 1
        else {"min.insync.replicas": "2"}
    )
    return durable | {
        "cleanup.policy": "delete",
        "retention.ms": str(topic.retention_ms),
        "retention.bytes": "-1",
        "max.message.bytes": str(MAX_MESSAGE_BYTES),
    }
