"""Bytes to one JSON object, refusing what later readers would disagree about."""

import json
from typing import Any, Final, NoReturn

import orjson

from services.health_gateway.codes import NOT_JSON
from services.health_gateway.errors import FhirRefused
from services.runtime.nul import holds_nul

MAX_DEPTH: Final = 64
"""Levels of nesting. BaRS's own deepest example has 13."""
MAX_LINES: Final = 500_000
"""Of a document laid out by level; a BaRS Bundle of the largest size has 330,000."""

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_ESCAPED_COLON: Final = b"\\u003"
"""The beginning of the only other way to write a colon."""
_TOO_DEEP: Final = b"\n" + b"  " * (MAX_DEPTH + 1)
"""A line of a document laid out by level, deeper than it may be."""
_WHY: Final = (
    ("surrogate", "holds half of a surrogate pair"),
    ("infinity", "holds a number that is too large"),
    ("depth", f"is nested deeper than {MAX_DEPTH} levels"),
)
"""Words of the parser's errors, and what they mean to a sender."""


def read_json(body: bytes) -> dict[str, Any]:
    """
    Return the JSON object that *body* holds; raises FhirRefused.

    Refused beside what is not JSON: NUL characters, half characters, numbers beyond a
    double, nesting past `MAX_DEPTH`, and a member named twice in one object.
    """
    if holds_nul(body):
        raise not_json("holds a NUL character")
    text = body.removeprefix(_BYTE_ORDER_MARK)
    document = _parsed(text)
    if not isinstance(document, dict):
        raise not_json("is not a JSON object")
    _check(text, document)
    return document


def not_json(what: str) -> FhirRefused:
    """Return the refusal of a body that is not one clean JSON object."""
    return FhirRefused(NOT_JSON, "Bundle", rule=f"The body {what}")


def _parsed(text: bytes) -> object:
    """Return what *text* says, or refuse it."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        why = str(error)
    try:
        text.decode()
    except UnicodeDecodeError:
        raise not_json("is not UTF-8") from None
    raise not_json(next((said for word, said in _WHY if word in why), "is not JSON"))


def _check(text: bytes, document: dict[str, Any]) -> None:
    """
    Refuse deep nesting and members named twice.

    Written out again, a document shows its levels by its indents, and holds fewer
    colons where a member was left out. Both take a tenth of a second parse's time.
    """
    try:
        laid_out = orjson.dumps(document, option=orjson.OPT_INDENT_2)
    except orjson.JSONEncodeError:  # 254 levels
        laid_out = _TOO_DEEP
    if _TOO_DEEP in laid_out:
        raise not_json(f"is nested deeper than {MAX_DEPTH} levels")
    if laid_out.count(b"\n") > MAX_LINES:
        raise not_json(f"holds more than {MAX_LINES} values")
    counted = text.count(b":") == laid_out.count(b":")
    if not counted or (b"\\" in text and _ESCAPED_COLON in text):
        _parsed_slowly(text)


def _parsed_slowly(text: bytes) -> None:
    """Refuse a member that is named twice in one object: it has no one meaning."""

    def members(pairs: list[tuple[str, Any]]) -> None:
        """Count the members of one object."""
        if len(dict(pairs)) != len(pairs):
            _twice()

    json.loads(text, object_pairs_hook=members)


def _twice() -> NoReturn:
    """Refuse."""
    raise not_json("names a member twice in one object")
