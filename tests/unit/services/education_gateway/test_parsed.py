"""A body is JSON: one event, or an array of a bearable number of them."""

import pytest

from schemas.errors import Refused
from services.education_gateway.api.events import parsed, written


@pytest.mark.parametrize(
    ("body", "count"), [(b"{}", 1), (b"[{}]", 1), (b"[{},{}]", 2), (b"3", 1)]
)
def test_an_object_or_an_array_of_them(body, count):
    """What is not an array is one event, whatever it is."""
    assert len(parsed(body, most=2)) == count


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b"[{},{},{}]",
        b'{"id":"a\x00"}',
        rb'{"id":"a\u0000"}',
        rb'{"id":"\ud800"}',
        b'{"a":NaN}',
        b"[" * 100_000,
    ],
)
def test_anything_else_is_refused_whole(body):
    """Not JSON, too many, none, NUL, half a character, nested without end."""
    with pytest.raises(Refused) as raised:
        parsed(body, most=2)

    assert raised.value.reason == "not-understood"


def test_a_text_that_speaks_of_the_escape_is_no_nul():
    """A backslash before `u0000` is text like any other."""
    assert parsed(rb'{"id":"\\u0000"}', most=1) == [{"id": "\\u0000"}]


def test_what_is_nested_too_deep_is_refused():
    """What we could read and not write again is refused, not failed on."""
    [deep] = parsed(b'{"a":' + b"[" * 600 + b"]" * 600 + b"}", most=1)

    with pytest.raises(Refused):
        written(deep)
    assert written({"a": [1]}) == b'{"a":[1]}'
