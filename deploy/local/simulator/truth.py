"""What a right timeline of each child holds, written down and read back."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from pathlib import Path
from typing import Any, Final

from deploy.local.simulator.county import County
from deploy.local.simulator.faults import WITHDRAWAL
from deploy.local.simulator.law import Reckoned
from deploy.local.simulator.life import RNU, RTH, Life
from deploy.local.simulator.said import Said

VERSION: Final = 1
_READERS: Final = (RTH, RNU)
"""Who reads what the council may not."""
_UNSEEN_BY_TRUSTS: Final = frozenset({"person.identified.v1"})
"""No agreement lets a clinic see how numbers were traced."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One entry, as a timeline must show it."""

    type: str
    source: str
    occurred: str
    time: str
    correlationid: str
    state: str
    late: bool
    data: Mapping[str, Any]

    @property
    def key(self) -> str:
        """What tells entries apart: all of it, in one line."""
        fields = (getattr(self, name) for name in self.__slots__)
        return json.dumps([*fields], sort_keys=True)


@dataclass(frozen=True, slots=True)
class Expected:
    """One child's timeline."""

    number: int
    """Of the child in the county: no identifier of anyone."""
    reader: str
    """Who may see it and is asked for it."""
    hidden_from: tuple[str, ...]
    """Who must find nothing."""
    find: Mapping[str, str]
    entries: tuple[Seen, ...]
    clocks: tuple[Reckoned, ...]


@dataclass(frozen=True, slots=True)
class Header:
    """What the file is about."""

    area: str
    seed: int
    years: int
    scale: float
    until: str
    totals: Mapping[str, Mapping[str, int]]
    """By calendar year, what the council's return of that year must say."""


def expected(life: Life, county: County) -> Iterator[Expected]:
    """Yield the timelines that tell of one life: who shares no number stays apart."""
    owed = [
        (one.start.standing(county.last), one.reckoned(county.last))
        for one in life.owed
    ]
    for group in groups(life, county):
        mine = {id(said) for said in group}
        clocks = (clock for start, clock in owed if clock and id(start) in mine)
        yield _timeline(life, group, tuple(clocks), county.area.council)


def groups(life: Life, county: County) -> list[list[Said]]:
    """
    Return what is heard of each child that a life seems to be, to who may read it.

    What nobody may read is left out: nobody could say whether it is there.
    """
    heard = [s for s in life.said if not s.broken and s.received <= county.last]
    council = county.area.council
    return [group for group in _groups(heard) if _reader(_linked(group), council)]


def _groups(heard: Sequence[Said]) -> list[list[Said]]:
    """Return the statements of each child that numbers make of the persons said."""
    numbers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for said in heard:
        numbers[said.sender, said.who.local_id].update(said.who.numbers)
    joined: list[set[str]] = []
    for held in numbers.values():
        touching = [group for group in joined if group & held]
        joined = [group for group in joined if not group & held]
        joined.append(held.union(*touching))
    return [
        [s for s in heard if numbers[s.sender, s.who.local_id] & group]
        for group in joined
    ]


def _timeline(
    life: Life, group: Sequence[Said], clocks: tuple[Reckoned, ...], council: str
) -> Expected:
    """Return what its reader must see."""
    states = _states(group)
    reader = _reader(_linked(group), council) or council
    seen = [s for s in group if reader == council or s.type not in _UNSEEN_BY_TRUSTS]
    born = life.child.date_of_birth.isoformat()
    nhs = next((s.who.nhs_number for s in group if s.who.nhs_number), None)
    upn = next((s.who.upn for s in group if s.who.upn), None)
    number = {"nhs_number": nhs} if nhs else {"upn": upn}
    return Expected(
        number=life.child.number,
        reader=reader,
        hidden_from=() if reader == council else (council,),
        find={**{k: v for k, v in number.items() if v}, "date_of_birth": born},
        entries=tuple(_seen(said, states[id(said)]) for said in seen),
        clocks=clocks,
    )


def _states(group: Sequence[Said]) -> Mapping[int, str]:
    """Return what became of each statement: the highest version of a record stands."""
    highest: dict[tuple[tuple[str, str], bool], int] = defaultdict(int)
    for said in group:
        key = said.key, said.type == WITHDRAWAL
        highest[key] = max(highest[key], said.version)
    gone = {
        (s.sender, s.data["withdraws"]["sourcerecord"])
        for s in group
        if s.type == WITHDRAWAL
    }
    return {
        id(s): "withdrawn"
        if s.key in gone
        else "linked"
        if s.version == highest[s.key, s.type == WITHDRAWAL]
        else "superseded"
        for s in group
    }


def _linked(group: Sequence[Said]) -> list[Said]:
    """Return the statements that stand."""
    states = _states(group)
    return [said for said in group if states[id(said)] == "linked"]


def _reader(linked: Sequence[Said], council: str) -> str | None:
    """Return who may see the child: who said something of them, or is named."""
    standing = [s for s in linked if s.type != WITHDRAWAL]
    named = {s.sender for s in standing} | {
        value for s in standing for value in s.data.values() if isinstance(value, str)
    }
    return next((org for org in (council, *_READERS) if org in named), None)


def _seen(said: Said, state: str) -> Seen:
    """Return a statement as a timeline shows it, in a state."""
    at = said.received.astimezone(UTC)
    return Seen(
        type=said.type,
        source=said.sender,
        occurred=said.occurred,
        time=at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        correlationid=str(said.talk),
        state=state,
        late=said.late,
        data={k: v for k, v in said.data.items() if k != "withdraws"},
    )


def write(path: Path, header: Header, timelines: Iterable[Expected]) -> None:
    """Write one JSON object a line: the header, then each timeline."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        file.write(_line({"truth": VERSION, **_fields(header)}))
        for one in timelines:
            file.write(_line(_written(one)))


def read(path: Path) -> tuple[Header, list[Expected]]:
    """Return what `write` wrote; raises ValueError where it is something else."""
    with path.open(encoding="utf-8") as file:
        first = json.loads(file.readline())
        if not isinstance(first, dict) or first.pop("truth", None) != VERSION:
            raise ValueError("this is not a truth file of this version")
        return Header(**first), [_expected(json.loads(line)) for line in file]


def _line(value: Mapping[str, Any]) -> str:
    """Return one line."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")) + "\n"


def _fields(value: Any) -> dict[str, Any]:  # noqa: ANN401 - any of our dataclasses
    """Return the fields of a dataclass, one level deep."""
    return {name: getattr(value, name) for name in value.__slots__}


def _written(one: Expected) -> dict[str, Any]:
    """Return a timeline as the file holds it."""
    clocks = [
        {k: v.isoformat() if isinstance(v, date) else v for k, v in _fields(c).items()}
        for c in one.clocks
    ]
    return _fields(one) | {
        "entries": [_fields(entry) for entry in one.entries],
        "clocks": clocks,
    }


def _expected(line: dict[str, Any]) -> Expected:
    """Return the timeline that a line holds."""
    days = ("started", "met_on", "stopped_on")
    clocks = [
        clock | {name: date.fromisoformat(clock[name]) for name in days if clock[name]}
        for clock in line["clocks"]
    ]
    return Expected(
        **line
        | {
            "hidden_from": tuple(line["hidden_from"]),
            "entries": tuple(Seen(**entry) for entry in line["entries"]),
            "clocks": tuple(Reckoned(**clock) for clock in clocks),
        }
    )
