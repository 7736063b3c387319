"""Bytes to one JSON object, refusing what later readers would disagree about."""

import json
import re
from typing import Any, Final, NoReturn

from services.health_gateway.codes import NOT_JSON
from services.health_gateway.errors import FhirRefused

MAX_DEPTH: Final = 64
"""Levels of nesting. BaRS's own deepest example has 13."""

_ESCAPED_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""The escape itself, not an escaped backslash before the same five characters."""
_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")


def read_document(body: bytes) -> dict[str, Any]:
    """Return the JSON object that *body* holds."""
    if _holds_nul(body):
        raise _not_json("holds a NUL character")
    document = _parsed(_text(body))
    if not isinstance(document, dict):
        raise _not_json("is not a JSON object")
    _check_depth(document)
    if _SURROGATE.search(body):
        _check_surrogates(document)
    return document


def _holds_nul(body: bytes) -> bool:
    """Return whether *body* holds a NUL, plain or escaped: Postgres text takes none."""
    # The pattern alone would cost as much as the parse: look for its text first.
    escaped = b"\\u0000" in body and _ESCAPED_NUL.search(body) is not None
    return escaped or b"\0" in body


def _text(body: bytes) -> str:
    """Return *body* as text; a byte order mark is left out."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _not_json("is not UTF-8") from None


def _parsed(text: str) -> object:
    """Return what *text* says, or refuse it; a repeated member has no one meaning."""
    try:
        return json.loads(text, object_pairs_hook=_members, parse_constant=_constant)
    except RecursionError:
        raise _not_json(f"is nested deeper than {MAX_DEPTH} levels") from None
    except ValueError:  # also an integer of more digits than Python reads
        raise _not_json("is not JSON") from None


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return one object's members, each given once."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _not_json("names a member twice in one object")
    return members


def _constant(_: str) -> NoReturn:
    """Refuse NaN and the infinities, which Python reads and JSON does not have."""
    raise _not_json("is not JSON")


def _check_depth(document: dict[str, Any]) -> None:
    """Refuse nesting that the structural models could not follow."""
    level: list[Any] = [document]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return
    raise _not_json(f"is nested deeper than {MAX_DEPTH} levels")


def _check_surrogates(document: dict[str, Any]) -> None:
    """Refuse half a character, which no UTF-8 store can keep."""
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise _not_json("holds half of a surrogate pair") from None


def _not_json(what: str) -> Exception:
    """Return the refusal of a body that is not one clean JSON object."""
    return FhirRefused(NOT_JSON, "Bundle", rule=f"The body {what}")
