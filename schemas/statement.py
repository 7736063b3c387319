"""What a sender states, in the catalogue's words, before anyone knows which child."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

UNNUMBERED: Final = 10**13
"""
Taken off the moment, in milliseconds since 1970, of a version to which its sender gave no
number: among themselves such versions are in order of time, and any number is later.
"""
IN_PASSING: Final = -2 * 10**13
"""Version of what another record says in passing: below all that a record says itself."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a version of a record says that decides how a later one is read."""

    record: str
    """The sender's own id of the whole record."""
    said: str
    instead: "Statement | None" = field(default=None, repr=False)
    """What is stated where the version before said something else."""
    only_after: str | None = None
    """The statement holds only where the version before said this."""


@dataclass(frozen=True, slots=True)
class Reversal:
    """What a version of a record says, and what of other versions does not hold beside it."""

    record: str
    """The sender's own id of the whole record."""
    version: int
    said: str
    """What it says, as `undoes` and `outdates` of other versions name it."""
    undoes: tuple[tuple[str, str], ...] = ()
    """What earlier versions said that no longer holds, each with its facet."""
    outdates: tuple[str, ...] = ()
    """What an earlier version says that counts no more where it comes after this one."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One event as a gateway's translator returns it. Holds identifiers: never log it."""

    place: int
    """Index in the array or of the Bundle's entry; 0 for a single event; a file's row."""
    type: str
    """A name in the catalogue."""
    occurred: str
    """`YYYY-MM-DD`, or an RFC 3339 instant with an offset, as the sender said it."""
    occurredprecision: str
    """`day`, `instant` or `by`."""
    sourcerecord: str
    """The sender's own record id, unchanged."""
    sourceversion: int
    person: Mapping[str, Any]
    """Members of `schemas.events.person.Person`, JSON values, none of them null."""
    data: Mapping[str, Any]
    """The rest of the event's data, JSON values, without `person`."""
    correlationid: str | None = None
    """As the sender said it; a UUID or any other text."""
    sensitivity: str = "normal"
    """`normal`, `restricted` or `safeguarding`."""
    facet: str = ""
    """Which side of a record it speaks of, where one place says one type of several."""
    mark: Mark | None = None
    """Where how it is read depends on the version of the record before it."""
    reversal: Reversal | None = None
    """Where a version of its record may take back what another one said."""
    in_passing: bool = False
    """Said by a record about another one: the first that says it holds."""
    restricted: bool | None = None
    """Whether the record of the person is restricted, where the message says."""
    flags: tuple[str, ...] = field(default=())
    """Data quality: `nhs-number-check-failed`, `upn-check-failed`, `field-left-out`."""
    warnings: tuple[tuple[str, str], ...] = field(default=())
    """Pointer and rule of what is doubtful and was taken in, for the sender alone."""
    whole: str = ""
    """The sender's own id of the whole record, where not all versions have a number."""
    moment: int = 0
    """When that version was made, so far as is said; milliseconds since 1970."""
    part: int = 0
    """Tells apart the events that one row of a file makes."""
