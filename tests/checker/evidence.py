"""What a comparison is made of: the journal of a load, and what the doors answered."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

Answer = Mapping[str, Any]
"""One JSON object as a service answered it."""


@dataclass(frozen=True, slots=True)
class Record:
    """One version of one record, as its sender sent it."""

    place: int
    sender: str
    door: str
    sourcerecord: str
    sourceversion: int
    type: str
    occurred: str
    child: int
    person: str
    """The sender's own identifier of the child, with the door it went through."""
    late: bool
    status: str = "accepted"

    @property
    def key(self) -> tuple[str, str, int]:
        """What makes two of them the same thing said twice."""
        return self.sender, self.sourcerecord, self.sourceversion


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """One request that a door took."""

    number: int
    """Its place in the order of acknowledgement."""
    request_id: str
    sender: str
    door: str
    message_ref: str | None
    """None where a door only said that it had this already."""
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """By what a reader may ask for a child."""

    number: int
    nhs_number: str
    upn: str
    date_of_birth: str


@dataclass(frozen=True, slots=True)
class Journal:
    """A load's own account of what was taken."""

    children: tuple[Known, ...]
    acknowledged: tuple[Acknowledgement, ...]
    given_up: tuple[Record, ...]
    """Records of requests that nobody answered: they may be there or not."""


@dataclass(frozen=True, slots=True)
class Collected:
    """All that was read, at one moment."""

    journal: Journal
    messages: Mapping[str, Answer | None]
    """By message_ref, from the door that took it; None where there is no such."""
    found: Mapping[int, frozenset[str]]
    """The child_refs that the searches for each child gave."""
    timelines: Mapping[str, Sequence[Answer] | None]
    """Entries by child_ref."""
    feed: Sequence[Answer]
    """The subscriber's events, in the order in which they were given."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be."""

    kind: str
    """
    `lost`, `doubled`, `out-of-order`, `misattributed`, `altered`, `extra`, `stale`,
    `not-shown-late`, `refused`, `unfinished` or `unacknowledged`.
    """
    where: str
    """`door`, `messages`, `timeline` or `feed`."""
    refs: tuple[str, ...]
    """Whom and what it concerns: references, never an identifier of a person."""

    def as_json(self) -> dict[str, Any]:
        """Return it for printing."""
        return asdict(self)
