"""NUL characters in JSON, which Postgres's text cannot hold."""

from typing import Final

_ESCAPED: Final = b"\\u0000"
_BACKSLASH: Final = b"\\\\"


def holds_nul(body: bytes) -> bool:
    """
    Return whether JSON in *body* holds a NUL, plain or escaped.

    An escaped backslash before the same five characters is none: pairs of backslashes
    are taken out first. In time that grows with the length alone.
    """
    if b"\0" in body:
        return True
    if b"\\" not in body or _ESCAPED not in body:
        return False
    return _ESCAPED in body.replace(_BACKSLASH, b"")
