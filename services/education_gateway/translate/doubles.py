"""Objects that name a member twice: they have no one meaning, and are not read. Pure."""

import json
from collections.abc import Sequence
from typing import Any, Final

import orjson

RULE: Final = "names a member twice in one object; say each of them once"
_ESCAPED_COLON: Final = b"\\u003"
"""The beginning of the only other way to write a colon."""


class Doubled(dict[str, Any]):
    """An event somewhere in which a member is named twice; holds the last of each."""

    where: str = ""
    """JSON pointer of the first such object, from the event's root."""


def marked(body: bytes, events: Sequence[Any]) -> list[Any]:
    """
    Return *events* as *body* has them, of which those that name a member twice are Doubled.

    Written out again, what was read holds fewer colons where a member was left out; only
    then is the body read the slow way that sees both.
    """
    if _all_are_there(body, events):
        return list(events)
    found = _read_slowly(body)
    return [
        _doubled(event, where)
        if isinstance(event, dict) and (where := _where(seen, "")) is not None
        else event
        for event, seen in zip(events, found or events, strict=True)
    ]


def _all_are_there(body: bytes, events: Sequence[Any]) -> bool:
    """Return whether nothing of *body* was left out when it was read."""
    try:
        again = orjson.dumps(events)
    except orjson.JSONEncodeError:  # too deep to be written: refused for that
        return True
    return body.count(b":") == again.count(b":") and _ESCAPED_COLON not in body


def _doubled(event: dict[str, Any], where: str) -> Doubled:
    """Return *event*, marked."""
    made = Doubled(event)
    made.where = where
    return made


def _read_slowly(body: bytes) -> list[Any] | None:
    """Return what *body* holds, with the objects that name a member twice as Doubled."""
    try:
        read = json.loads(
            body, object_pairs_hook=_members, parse_int=str, parse_float=str
        )
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, list) else [read]


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return one object."""
    read = dict(pairs)
    return read if len(read) == len(pairs) else Doubled(read)


def _where(value: Any, at: str) -> str | None:  # noqa: ANN401 - any JSON
    """Return the pointer of the first object that names a member twice, if any does."""
    if isinstance(value, Doubled):
        return at
    inner = list(value.items()) if isinstance(value, dict) else []
    if isinstance(value, list):
        inner = [(str(n), one) for n, one in enumerate(value)]
    found = (_where(one, f"{at}/{name}") for name, one in inner)
    return next((where for where in found if where is not None), None)
