"""
A word on what was read otherwise than sent, from the door to the event.

The door writes it into the meta of what it passes on, for the translator sees nothing
else of the judgement.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import orjson

from schemas.statement import Statement
from services.health_gateway.translate.submission.pieces import Piece

FLAG: Final = "repaired"
"""Travels with the event: a publisher's repairs were made on its message."""
_TAG: Final = {"system": "urn:throughline:reading", "code": FLAG}


def marked(piece: Piece) -> Piece:
    """Return a piece of a repaired body, with the word on what it states and passes on."""
    if not piece.statements:
        return piece
    passed: dict[str, Any] = orjson.loads(piece.value)
    meta = passed.get("meta") or {}
    tags = [*(meta.get("tag") or ()), _TAG]
    value = orjson.dumps({**passed, "meta": {**meta, "tag": tags}})
    return replace(piece, value=value, statements=flagged(piece.statements))


def is_marked(passed: Mapping[str, Any]) -> bool:
    """Return whether the door wrote the word into what it passed on."""
    meta = passed.get("meta")
    tags = meta.get("tag") if isinstance(meta, dict) else None
    return isinstance(tags, list) and _TAG in tags


def flagged(said: Sequence[Statement]) -> tuple[Statement, ...]:
    """Return statements with the word as a flag."""
    return tuple(replace(one, flags=(*one.flags, FLAG)) for one in said)
