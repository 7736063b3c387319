"""A CloudEvent from a school, council or trust becomes a Statement. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import orjson
from pydantic import ValidationError

from schemas.days import EARLIEST, LATEST
from schemas.events import CATALOGUE, EventType
from schemas.history import london_day
from schemas.statement import Statement
from services.education_gateway.errors import EventRefused
from services.education_gateway.rules import Doubt, doubts

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


def to_statement(event: object, *, sender: str, place: int) -> Statement:
    """
    Return what *event*, a structured CloudEvent as JSON, states.

    A `purge` states that its record is taken back, whatever its type says of it.
    Raises EventRefused with every fault found, `/`-separated from the event's root.
    """
    if not isinstance(event, Mapping):
        raise _refused("", "an event is a JSON object")
    _check_sender(event, sender)
    kind = _type_of(event)
    faults = _attribute_faults(event)
    if event.get("purge") is True:
        event, kind = _purge(event), CATALOGUE[_WITHDRAWN]
    data, left_out = _data(event, kind, faults)
    return _statement(event, kind, data, place=place, left_out=left_out)


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
    precision = event.get("occurredprecision")
    if not isinstance(said, str) or precision not in _PRECISIONS:
        return False
    try:
        return _precision(said) is not None and _FIRST <= said < _BEYOND
    except ValueError:
        return False


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
        faults += _faults(invalid)
    if faults:
        raise EventRefused(faults, reason="not-understood")
    return read, not data.keys() <= kind.data.model_fields.keys()


def _faults(invalid: ValidationError) -> list[tuple[str, str]]:
    """Return pointer and rule of each complaint, without the values."""
    errors = invalid.errors(
        include_input=False, include_url=False, include_context=False
    )
    return [
        ("/data/" + "/".join(str(part) for part in error["loc"]), error["msg"])
        for error in errors
    ]


def _statement(
    event: Mapping[str, Any],
    kind: EventType,
    data: Any,  # noqa: ANN401 - the model is the type's own
    *,
    place: int,
    left_out: bool,
) -> Statement:
    """Put together what is good."""
    occurred = event["occurred"]
    by = event.get("occurredprecision") == "by"
    doubtful = doubts(data, london_day(occurred))
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
