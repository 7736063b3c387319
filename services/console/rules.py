"""What may be asked for, and what an operator is told. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, Protocol
from uuid import UUID

from schemas.agreement import Agency
from services.runtime import instants

Held = Mapping[str, int]
"""How many there are, by source."""

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


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the balance: what a reader took, and what has become of it."""

    reader: str
    topic: str
    source: str
    held: int
    """What the topic held, up to where the reader has read."""
    kept: int
    refused: int

    @property
    def difference(self) -> int:
        """What is missing; below 0, what is there without having come."""
        return self.held - self.kept - self.refused

    def shown(self) -> dict[str, object]:
        """Return it as the door shows it."""
        return {
            "reader": self.reader,
            "topic": self.topic,
            "source": self.source,
            "held": self.held,
            "kept": self.kept,
            "refused": self.refused,
            "difference": self.difference,
        }


@dataclass(frozen=True, slots=True)
class Balance:
    """Whether what came in is there, at one moment."""

    at: datetime
    lines: tuple[Line, ...]
    unchecked: tuple[str, ...]
    """What could not be counted: a service that is away, or a ledger that is behind."""
    states: tuple[Mapping[str, object], ...]
    """The table of states: `service`, `what`, `source`, `state`, `n`."""

    @property
    def difference(self) -> int:
        """What is missing or too many, over all lines; 0 is good."""
        return sum(abs(line.difference) for line in self.lines)

    def shown(self) -> dict[str, object]:
        """Return it as the door shows it."""
        return {
            "at": instants.text(self.at),
            "difference": self.difference,
            "unchecked": list(self.unchecked),
            "lines": [line.shown() for line in self.lines],
            "states": [dict(row) for row in self.states],
        }


class Counted(Protocol):
    """What knows the last balance."""

    last: Balance | None


def summed(balance: Balance | None, names: Mapping[str, str]) -> dict[str, Any] | None:
    """
    Return *balance* as the page shows it.

    A row a reader, with the sources that differ; and the states of each source's
    messages and events, the source by its name.
    """
    if balance is None:
        return None
    readers: dict[tuple[str, str], list[Line]] = {}
    for line in balance.lines:
        readers.setdefault((line.reader, line.topic), []).append(line)
    rows = [
        {
            "reader": reader,
            "topic": topic,
            "held": sum(line.held for line in lines),
            "kept": sum(line.kept for line in lines),
            "refused": sum(line.refused for line in lines),
            "difference": sum(abs(line.difference) for line in lines),
            "sources": [line.source for line in lines if line.difference],
        }
        for (reader, topic), lines in readers.items()
    ]
    return {
        "at": instants.text(balance.at),
        "difference": balance.difference,
        "unchecked": balance.unchecked,
        "rows": rows,
        "states": _states(balance, names),
    }


def _states(balance: Balance, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return for each source how many messages and events are in which state."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    for row in balance.states:
        counts = found.setdefault(str(row["source"]), {"message": {}, "event": {}})
        state, n = str(row["state"]), row["n"]
        told = counts[str(row["what"])]
        told[state] = told.get(state, 0) + (n if isinstance(n, int) else 0)
    rows = [
        {
            "source": names.get(source, source),
            "messages": sorted(said["message"].items()),
            "events": sorted(said["event"].items()),
        }
        for source, said in found.items()
    ]
    return sorted(rows, key=lambda row: str(row["source"]))


def lines_of(account: Mapping[str, Any], held: Held) -> list[Line]:
    """Return the lines of what one reader says that it has made of one topic."""
    kept, refused = account["kept"], account["refused"]
    return [
        Line(
            account["reader"],
            account["topic"],
            source,
            held.get(source, 0),
            kept.get(source, 0),
            refused.get(source, 0),
        )
        for source in sorted({*held, *kept, *refused})
    ]


def overdue(service: str, rows: Sequence[Mapping[str, Any]]) -> list[Line]:
    """Return a line for what a gateway has waited for in vain: it is in no state."""
    return [
        Line(f"{service}, waiting", row["what"], row["source"], row["n"], 0, 0)
        for row in rows
    ]
