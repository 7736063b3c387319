"""A record of any topic becomes a row of the ledger. Pure, and never refuses."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson

from schemas import topics
from services.console.codes import (
    CLOSED,
    DUPLICATE,
    HOPS,
    MESSAGE,
    NEW,
    PERSON_LINKED,
)
from services.runtime import instants, refs
from services.runtime.envelope import Headers, Record

_UUID: Final = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII
).fullmatch
_OURS: Final = re.compile(r"[cp]-[0-9a-f]{32}", re.ASCII).fullmatch
_COUNT: Final = re.compile(r"[0-9]{1,9}", re.ASCII).fullmatch
_OFFSET: Final = re.compile(r"[0-9]{1,18}", re.ASCII).fullmatch
_LINKED: Final = topics.EVENTS_LINKED.name
_CLOCKS: Final = topics.CLOCKS_CHANGED.name
_DELIVERIES: Final = topics.DELIVERIES_ATTEMPTED.name
_REFUSED: Final = topics.REFUSED.name

Ids = Mapping[str, str]
Form = Callable[[str], object]


class Hop(NamedTuple):
    """One row of the ledger, in the order of its columns. Ids are canonical text."""

    at: datetime
    topic: str
    partition: int
    position: int
    state: str
    reason: str | None
    message_ref: str | None
    place: int | None
    event_id: str | None
    request_id: str | None
    correlation_id: str | None
    child_ref: str | None
    person_ref: str | None
    mentions: list[str] | None
    source: str | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that could not be used, with all that is needed to publish it again."""

    ref: UUID
    message_ref: UUID | None
    topic: str
    partition: int
    position: int
    reason: str
    rule: str
    where: str
    at: datetime
    code_version: str
    attempt: int
    state: str
    key: bytes
    headers: Headers
    value: bytes


def hop(record: Record) -> Hop:
    """Return the ledger's row for *record*."""
    said = record.attributes
    first = _is_message(said)
    placed = record.topic == _LINKED and "place" in said
    state, reason = _outcome(record)
    return Hop(
        at=_moment(record),
        topic=record.topic,
        partition=record.partition,
        position=record.offset,
        state=state,
        reason=reason,
        message_ref=_uuid(said.get("causationid")),
        place=_count(said.get("place")),
        event_id=None if first else _uuid(said.get("id")),
        request_id=_uuid(said.get("requestid")) if first else None,
        correlation_id=None if placed else _uuid(said.get("correlationid")),
        child_ref=_own(said.get("subject")),
        person_ref=_own(said.get("personref")) if first else None,
        mentions=_mentions(record),
        source=clean(said["source"]) if "source" in said else None,
    )


def refusal(record: Record) -> Refusal:
    """Return what a record of `refused` says, however little of it is there."""
    said = _refused_said(record)
    message = _uuid(record.attributes.get("causationid"))
    own = _uuid(said.get("refusedid"))
    place = (record.topic, str(record.partition), str(record.offset))
    return Refusal(
        ref=UUID(own) if own else refs.made_id("refused", *place),
        message_ref=UUID(message) if message else None,
        topic=said.get("refusedtopic", ""),
        partition=_place(said.get("refusedpartition"), _COUNT),
        position=_place(said.get("refusedoffset"), _OFFSET),
        reason=said.get("reason", ""),
        rule=said.get("rule", ""),
        where=said.get("where", ""),
        at=_instant(said.get("refusedat")) or _moment(record),
        code_version=said.get("codeversion", ""),
        attempt=_count(said.get("attempt")) or 0,
        state=CLOSED if said.get("reason") == DUPLICATE else NEW,
        key=record.key,
        headers=[header for header in record.headers if header[0][:2] != "x_"],
        value=record.value,
    )


def heard(records: Sequence[Record]) -> dict[str, datetime]:
    """Return when each source was last heard at a door, among *records*."""
    latest: dict[str, str] = {}
    for record in records:
        said = record.attributes
        if _is_message(said):
            source = clean(said.get("source", ""))
            latest[source] = max(said.get("time", ""), latest.get(source, ""))
    return {
        source: _instant(time) or _moment(records[-1])
        for source, time in latest.items()
    }


def again(refused: Refusal) -> Headers:
    """Return the headers of the record when it is published again by a person."""
    kept = [header for header in refused.headers if header[0] != "ce_attempt"]
    return [*kept, ("ce_attempt", str(refused.attempt + 1).encode())]


def clean(text: str) -> str:
    """Return *text* without what Postgres cannot hold."""
    return text.replace("\x00", "")


def _is_message(said: Ids) -> bool:
    """Return whether attributes are those of an item of a message, not an event."""
    return said.get("type") == MESSAGE


def _outcome(record: Record) -> tuple[str, str | None]:
    """Return state and reason of the hop; a delivery's reason is its subscriber."""
    if record.topic == _REFUSED:
        return "refused", _refused_said(record).get("reason")
    if record.topic == _CLOCKS:
        return _change(record.attributes.get("type", "")), None
    if record.topic == _DELIVERIES:
        data = _data(record)
        subscriber = clean(str(data.get("subscriber") or ""))
        return clean(str(data.get("result") or "attempted")), subscriber or None
    return HOPS[record.topic], None


def _change(kind: str) -> str:
    """Return what happened to a clock, out of the type of its event."""
    words = clean(kind).split(".")
    return words[1] if len(words) > 1 else "changed"


def _mentions(record: Record) -> list[str] | None:
    """Return the ids that the body of *record* tells of: events, or persons."""
    if record.topic in {_CLOCKS, _DELIVERIES}:
        named = _listed(_data(record).get("events"))
    elif record.topic == _LINKED and record.attributes.get("type") == PERSON_LINKED:
        persons = _listed(_data(record).get("persons"))
        named = [record.attributes.get("id"), *persons]
    else:
        return None
    texts = [one for one in named if isinstance(one, str)]
    return sorted({own for one in texts if (own := _uuid(one) or _own(one))}) or None


def _listed(said: object) -> list[object]:
    """Return *said* if it is a list, else an empty one."""
    return said if isinstance(said, list) else []


def _data(record: Record) -> dict[str, Any]:
    """Return the body as an object; an empty one for what is none."""
    try:
        read = orjson.loads(record.value)
    except orjson.JSONDecodeError:
        return {}
    return read if isinstance(read, dict) else {}


def _refused_said(record: Record) -> dict[str, str]:
    """Return the `x_` headers without their prefix."""
    return {
        name[2:]: clean(value.decode("utf-8", "replace"))
        for name, value in record.headers
        if value is not None and name.startswith("x_")
    }


def _uuid(said: str | None) -> str | None:
    """Return *said* if it is a UUID in its usual form."""
    return said if said and _UUID(said) else None


def _own(said: str | None) -> str | None:
    """Return the 32 hexadecimal digits of a reference of ours to a child or person."""
    return said[2:] if said and _OURS(said) else None


def _count(said: str | None) -> int | None:
    """Return the number that *said* is."""
    return int(said) if said and _COUNT(said) else None


def _place(said: str | None, form: Form) -> int:
    """Return the partition or offset that *said* is, -1 for one that never was."""
    return int(said) if said and form(said) else -1


def _instant(said: str | None) -> datetime | None:
    """Return the instant that *said* names, if it does."""
    try:
        return instants.parsed(said or "")
    except ValueError:
        return None


def _moment(record: Record) -> datetime:
    """Return when Kafka was given *record*."""
    return datetime.fromtimestamp(record.at_ms / 1000, UTC)
