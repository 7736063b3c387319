"""One event of the shared stream, as timeline, clocks and delivery keep it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """
    An event of one person, without identifiers.

    Entries belong to persons; which persons are one child is the map, kept apart, so
    that linking and un-linking rewrite nothing.
    """

    id: str
    type: str
    source: str
    """Organisation that sent it, a urn."""
    time: str
    """When the door received it, RFC 3339 UTC with microseconds and `Z`."""
    knownat: str
    """When identity placed it, the same form; never goes back."""
    occurred: str
    """`YYYY-MM-DD`, or an RFC 3339 instant with an offset, as the sender said it."""
    occurredprecision: str
    category: str
    sensitivity: str
    correlationid: str
    causationid: str
    """The message that brought it."""
    personref: str
    sourcerecord: str
    """Keyed hash of the sender's record id."""
    sourceversion: int
    data: Mapping[str, Any]
    """Event data without `person`. Of a withdrawal: `withdraws` holds the keyed hash."""
    revision: int = 1
    """Counts the translations of one version of a record; the newest one stands."""
