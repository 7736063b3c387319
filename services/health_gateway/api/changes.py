"""What an operator asks of a retranslation, and how a change is told. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson

from schemas.events import category_of
from services.runtime import instants
from services.runtime.intake.comparing import Change, Told, Version
from services.runtime.intake.made import Made
from services.runtime.intake.reopening import Cursor, first
from services.runtime.problems import Problem

_OPEN: Final = "normal"
"""Sensitivity of which the values that change are shown; of others, their names."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an operator asks."""

    after: Cursor
    dry_run: bool


def wanted(body: bytes) -> Wanted:
    """Return what *body* asks; raises a 422."""
    try:
        said = orjson.loads(body)
        since, dry_run, after = (
            said["since"],
            said.get("dry_run", True),
            said.get("after"),
        )
        begin = first(instants.parsed(since)) if after is None else _cursor(after)
    except (ValueError, TypeError, KeyError, AttributeError):
        begin, dry_run = None, None
    if begin is None or not isinstance(dry_run, bool):
        detail = (
            "Send since, an instant; dry_run, true or false; and after, as answered."
        )
        raise Problem(422, "not-understood", detail)
    return Wanted(begin, dry_run)


def place_of(cursor: Cursor) -> str:
    """Return *cursor* as text."""
    return f"{instants.text(cursor[0])}/{cursor[1]}"


def _cursor(said: str) -> Cursor:
    """Return the place that *said* names; raises ValueError."""
    at, _, ref = said.partition("/")
    return instants.parsed(at), UUID(ref)


def left(ref: UUID, why: str) -> dict[str, Any]:
    """Return that a message stays as it is, and why."""
    return _line(ref) | {"left": why}


def shown(ref: UUID, change: Change, before: Mapping[Version, Made]) -> dict[str, Any]:
    """Return one change: the event that was, the one that takes its place, the words."""
    was, now = change.was, change.now
    place = now.statement.place if now else was.place if was else None
    return _line(ref) | {
        "person_ref": change.person_ref,
        "place": place,
        "was": _was(was) if was else None,
        "now": _now(now) if now else None,
        "words": _words(was, now, before),
        "left": change.left,
    }


def _line(ref: UUID) -> dict[str, Any]:
    """Return an empty line of a message."""
    line = dict.fromkeys(("person_ref", "place", "was", "now"))
    return {**line, "message_ref": str(ref), "words": {}, "left": ""}


def _was(told: Told) -> dict[str, Any]:
    """Return an event that was published."""
    return {
        "id": str(told.event_id),
        "type": told.type,
        "revision": told.revision,
        "mapping": told.mapping,
    }


def _now(made: Made) -> dict[str, Any]:
    """Return the event that takes its place."""
    said = made.statement
    return {
        "id": str(made.id),
        "type": said.type,
        "revision": made.revision,
        "mapping": made.mapping,
        "occurred": said.occurred,
        "category": category_of(said.type),
    }


def _words(
    was: Told | None, now: Made | None, before: Mapping[Version, Made]
) -> dict[str, Any]:
    """
    Return which members of the data change, each with its old value and its new one.

    Only where what was published can be made again to the byte; of what is restricted
    or about safeguarding without the values.
    """
    old = before.get(was.of) if was else None
    if was is None or now is None or old is None or old.digest != was.digest:
        return {}
    told, says = _data(old), _data(now)
    names = sorted(n for n in told | says if told.get(n) != says.get(n))
    kinds = {old.statement.sensitivity, now.statement.sensitivity}
    if kinds != {_OPEN}:
        return dict.fromkeys(names)
    return {name: [told.get(name), says.get(name)] for name in names}


def _data(made: Made) -> dict[str, Any]:
    """Return the data of an event, without whom it is about."""
    data: dict[str, Any] = orjson.loads(made.value)["data"]
    return data
