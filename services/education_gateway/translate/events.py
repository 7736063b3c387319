"""A CloudEvent from a school, council or trust becomes a Statement. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import orjson
from pydantic import ValidationError

from schemas.days import EARLIEST, LATEST
from schemas.events import CATALOGUE, EventType
from schemas.events.coded import carried_of
from schemas.history import london_day
from schemas.statement import Statement
from services.education_gateway.errors import EventRefused
from services.education_gateway.rules import Doubt, ahead, doubts, missing, unborn
from services.education_gateway.translate import doubles
from services.education_gateway.translate.doubles import Doubled
from services.runtime.wording import faults_of

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})", re.ASCII
)
_SENSITIVITIES: Final = ("normal", "restricted", "safeguarding")
_PRECISIONS: Final = (None, "day", "instant", "by")
_LONGEST: Final = 200
_WITHDRAWN: Final = "event.withdrawn.v1"
_FIRST: Final = EARLIEST.isoformat()
_BEYOND: Final = str(LATEST.year + 1)
_OCCURRED: Final = (
    f"must be a date, or an instant with offset, from {EARLIEST.year} to {LATEST.year}"
)
_KINDS: Final = "must be day, instant or by, or be left out"
_HALF: Final = (
    "says instant of a date without a time; write occurred as an instant with an offset, "
    "or leave this out"
)


def to_statement(
    event: object, *, sender: str, place: int, on: date | None = None
) -> Statement:
    """
    Return what *event*, a structured CloudEvent as JSON, states.

    A `purge` states that its record is taken back, whatever its type says of it. An event
    that somebody publishes, of which *on* is the latest day that has begun, must carry what
    its type must, and be of nobody who is not born; what a purge says besides has its form.
    Raises EventRefused with every fault found, `/`-separated from the event's root.
    """
    if not isinstance(event, Mapping):
        raise _refused("", "an event is a JSON object")
    if isinstance(event, Doubled):
        raise _refused(event.where, doubles.RULE)
    _check_sender(event, sender)
    kind = _type_of(event)
    faults = _attribute_faults(event)
    if on and _is_half_an_instant(event):
        faults.append(("/occurredprecision", _HALF))
    if event.get("purge") is True:
        faults += _malformed(event, kind) if on else []
        event, kind = _purge(event), CATALOGUE[_WITHDRAWN]
    data, left_out = _data(event, kind, faults)
    if on and (wrong := [*missing(data), *unborn(data.person, on)]):
        listed = [(f"/data/{name}", rule) for name, rule in wrong]
        raise EventRefused(listed, reason="not-understood")
    doubtful = [*doubts(data, london_day(event["occurred"])), *ahead(data, on)]
    return _statement(event, kind, data, doubtful, place=place, left_out=left_out)


def _malformed(event: Mapping[str, Any], kind: EventType) -> list[tuple[str, str]]:
    """Return what is wrong with the data of a purge, besides the person and what is missing."""
    data = event.get("data")
    if not isinstance(data, Mapping):
        return []
    names = [names[0] for names in carried_of(kind.data) if len(names) == 1]
    empty = [name for name in names if data.get(name, "") in (None, [])]
    found = [(f"/data/{name}", "must be said, or left out") for name in empty]
    try:
        kind.data.model_validate_json(orjson.dumps(data), strict=True)
    except ValidationError as invalid:
        found += faults_of(invalid, missing=False)
    return [one for one in found if one[0].split("/")[2] != "person"]


def _purge(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the withdrawal of every version of the record that *event* purges."""
    said = event.get("data")
    data = dict(said) if isinstance(said, Mapping) else {}
    record = event.get("sourcerecord", event.get("id"))
    withdraws = {"sourcerecord": record}
    kept = {"person": data["person"]} if "person" in data else {}
    return {**event, "data": kept | {"withdraws": withdraws, "reason": "purged"}}


def _refused(where: str, rule: str, reason: str = "not-understood") -> EventRefused:
    """Return a refusal with one fault."""
    return EventRefused([(where, rule)], reason=reason)


def _check_sender(event: Mapping[str, Any], sender: str) -> None:
    """Refuse an event whose source is not the organisation that sends it."""
    if not isinstance(event.get("source"), str):
        raise _refused("/source", "is required: the urn of your organisation")
    if event["source"] != sender:
        rule = "must be the organisation of your token"
        raise _refused("/source", rule, "not-the-sender")


def _type_of(event: Mapping[str, Any]) -> EventType:
    """Return the catalogue's entry for the event's type."""
    kind = CATALOGUE.get(event["type"]) if isinstance(event.get("type"), str) else None
    if kind is None:
        raise _refused("/type", "must be a type of the catalogue", "unknown-type")
    return kind


def _attribute_faults(event: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what is wrong with the attributes."""
    checks = (
        ("/specversion", event.get("specversion") == "1.0", 'must be "1.0"'),
        ("/id", _is_text(event.get("id")), "is required: text of at most 200"),
        ("/occurred", _is_occurred(event), _OCCURRED),
        ("/occurredprecision", event.get("occurredprecision") in _PRECISIONS, _KINDS),
        ("/sourcerecord", _is_text(event.get("sourcerecord", "x")), "must be text"),
        ("/sourceversion", _is_version(event), "must be a whole number from 0"),
        ("/correlationid", _is_text(event.get("correlationid", "x")), "must be text"),
        (
            "/sensitivity",
            event.get("sensitivity", "normal") in _SENSITIVITIES,
            "must be normal, restricted or safeguarding",
        ),
        ("/purge", type(event.get("purge", False)) is bool, "must be true or false"),
        ("/purge", _is_purgeable(event), "takes back no withdrawal: correct that"),
    )
    return [(where, rule) for where, good, rule in checks if not good]


def _is_purgeable(event: Mapping[str, Any]) -> bool:
    """Return whether the event does not purge a withdrawal."""
    return event.get("purge") is not True or event["type"] != _WITHDRAWN


def _is_text(value: object) -> bool:
    """Return whether *value* is text of a bearable length."""
    return isinstance(value, str) and 0 < len(value) <= _LONGEST


def _is_version(event: Mapping[str, Any]) -> bool:
    """Return whether the version, if any, is a whole number that a table can hold."""
    version = event.get("sourceversion", 1)
    return type(version) is int and 0 <= version < 2**53


def _is_occurred(event: Mapping[str, Any]) -> bool:
    """Return whether `occurred` names a day or an instant that exists."""
    said = event.get("occurred")
    if not isinstance(said, str):
        return False
    try:
        return _precision(said) is not None and _FIRST <= said < _BEYOND
    except ValueError:
        return False


def _is_half_an_instant(event: Mapping[str, Any]) -> bool:
    """Return whether an instant is promised where `occurred` is a bare date."""
    occurred = event.get("occurred")
    said = isinstance(occurred, str) and _DAY.fullmatch(occurred)
    return bool(said) and event.get("occurredprecision") == "instant"


def _precision(occurred: str) -> str | None:
    """Return `day` or `instant`; raises ValueError for a date that does not exist."""
    if _DAY.fullmatch(occurred):
        date.fromisoformat(occurred)
        return "day"
    if _INSTANT.fullmatch(occurred):
        datetime.fromisoformat(occurred)
        return "instant"
    return None


def _data(
    event: Mapping[str, Any], kind: EventType, faults: list[tuple[str, str]]
) -> tuple[Any, bool]:
    """Return the data, judged by the catalogue, and whether members were left out."""
    data = event.get("data")
    if not isinstance(data, Mapping):
        faults.append(("/data", "is required: a JSON object"))
        raise EventRefused(faults, reason="not-understood")
    try:
        read = kind.data.model_validate_json(orjson.dumps(data), strict=True)
    except ValidationError as invalid:
        faults += faults_of(invalid)
    if faults:
        raise EventRefused(faults, reason="not-understood")
    return read, not data.keys() <= kind.data.model_fields.keys()


def _statement(
    event: Mapping[str, Any],
    kind: EventType,
    data: Any,  # noqa: ANN401 - the model is the type's own
    doubtful: Sequence[Doubt],
    *,
    place: int,
    left_out: bool,
) -> Statement:
    """Put together what is good."""
    occurred = event["occurred"]
    by = event.get("occurredprecision") == "by"
    written = data.model_dump(mode="json", exclude_none=True, exclude_unset=True)
    return Statement(
        place=place,
        type=kind.name,
        occurred=occurred,
        occurredprecision="by" if by else str(_precision(occurred)),
        sourcerecord=event.get("sourcerecord", event["id"]),
        sourceversion=event.get("sourceversion", 1),
        person=written.pop("person"),
        data=written,
        correlationid=event.get("correlationid"),
        sensitivity=event.get("sensitivity", "normal"),
        flags=_flags(doubtful, left_out=left_out),
        warnings=tuple((one.where, one.rule) for one in doubtful),
    )


def _flags(doubtful: Sequence[Doubt], *, left_out: bool) -> tuple[str, ...]:
    """Return the words that travel with the event, each once."""
    words = dict.fromkeys(one.flag for one in doubtful if one.flag)
    return (*words, *(["field-left-out"] if left_out else []))
