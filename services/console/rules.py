"""Who may use the console, and what may be asked for. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from schemas.agreement import Agency
from services.runtime import instants
from services.runtime.problems import Problem
from services.runtime.tokens import Caller

OPERATOR: Final = "operator"
SCOPE: Final = "operate"

_OURS: Final = re.compile(r"([cp])-([0-9a-f]{32})", re.ASCII)

Kind = Literal["any", "child", "person"]
_KINDS: Final[dict[str, Kind]] = {"c": "child", "p": "person"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """An id that can be traced."""

    kind: Kind
    id: UUID


def operator(caller: Caller) -> Caller:
    """Return *caller* if it may operate; raises a 403."""
    caller.needs(SCOPE)
    if OPERATOR not in caller.roles:
        raise Problem(403, "not-permitted", "This needs the role operator.")
    return caller


def wanted(said: object) -> Wanted:
    """
    Return what *said* asks for: a UUID, a child or a person by our reference.

    Raises a 422 for anything else, which might be a name or a number of a person.
    """
    text = said.strip() if isinstance(said, str) else ""
    ours = _OURS.fullmatch(text)
    if ours:
        return Wanted(_KINDS[ours[1]], UUID(ours[2]))
    return Wanted("any", uuid_of(text))


def uuid_of(said: object) -> UUID:
    """Return the UUID that *said* is, or raise a 422."""
    try:
        return UUID(said if isinstance(said, str) else "")
    except ValueError:
        detail = "Give a UUID, or a reference that begins with c- or p-."
        raise Problem(422, "not-understood", detail) from None


def references(said: object) -> list[UUID]:
    """Return the references to be replayed, each once, or raise a 422."""
    if not isinstance(said, list) or not said:
        raise Problem(422, "not-understood", "Give refs, a list of references.")
    return list(dict.fromkeys(uuid_of(one) for one in said))


def reason(said: object, *, shortest: int) -> str:
    """Return why something is done, in a few words at least, or raise a 422."""
    text = said.strip() if isinstance(said, str) else ""
    if len(text) < shortest:
        raise Problem(422, "not-understood", "Give a reason in a few words.")
    return text


def waiting(services: Sequence[dict[str, object]]) -> int:
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
