"""What may be asked for, and what an operator is told. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from schemas.agreement import Agency
from services.runtime import instants

Kind = Literal["any", "child", "person"]

_OURS: Final = re.compile(r"([cp])-([0-9a-f]{32})", re.ASCII)
_KINDS: Final[dict[str, Kind]] = {"c": "child", "p": "person"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """An id that can be traced."""

    kind: Kind
    id: UUID


def wanted(said: object) -> Wanted | None:
    """
    Return what *said* asks for: a UUID, a child or a person by our reference.

    None for anything else, which might be a name or a number of a person.
    """
    text = said.strip() if isinstance(said, str) else ""
    ours = _OURS.fullmatch(text)
    if ours:
        return Wanted(_KINDS[ours[1]], UUID(ours[2]))
    own = uuid_of(text)
    return Wanted("any", own) if own else None


def uuid_of(said: object) -> UUID | None:
    """Return the UUID that *said* is, if it is one."""
    try:
        return UUID(said if isinstance(said, str) else "")
    except ValueError:
        return None


def references(said: object) -> list[UUID] | None:
    """Return the references to be replayed, each once; None unless all are UUIDs."""
    listed = said if isinstance(said, list) else []
    found = [uuid_of(one) for one in listed]
    known = [one for one in found if one]
    return list(dict.fromkeys(known)) if known and len(known) == len(found) else None


def waiting(services: Sequence[Mapping[str, object]]) -> int:
    """Return how many records all *services* have committed and not yet published."""
    counts = [service["waiting"] for service in services]
    return sum(count for count in counts if isinstance(count, int))


def sources(
    agencies: Sequence[Agency], heard: Mapping[str, datetime]
) -> list[dict[str, object]]:
    """
    Return when each source was last heard, to the minute.

    Agencies that are not connected are named as such: their silence says nothing.
    """
    names = {agency.urn: agency for agency in agencies}
    return [
        {
            "source": urn,
            "name": names[urn].name if urn in names else urn,
            "connected": urn in heard or names[urn].connected,
            "last_heard": instants.minute(heard[urn]) if urn in heard else None,
        }
        for urn in sorted(names.keys() | heard.keys())
    ]
