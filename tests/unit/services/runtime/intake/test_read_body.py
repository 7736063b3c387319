"""A body at a door: read to its bound, and heard out a little past it."""

import pytest
from starlette.requests import Request

from services.runtime.intake.door import read_body
from services.runtime.problems import Problem

LIMIT = 10


class Sender:
    """A client that sends its body in pieces of five bytes."""

    def __init__(self, length, declared=None):
        """Send *length* bytes."""
        self.left = length
        said = [(b"content-length", b"%d" % declared)] if declared else []
        scope = {"type": "http", "method": "POST", "headers": said}
        self.request = Request(scope, self.receive)

    async def receive(self):
        """Return the next piece."""
        piece = b"x" * min(5, self.left)
        self.left -= len(piece)
        return {"type": "http.request", "body": piece, "more_body": self.left > 0}


async def test_a_body_as_long_as_may_be_is_read():
    """To its last byte."""
    assert await read_body(Sender(LIMIT).request, LIMIT) == b"x" * LIMIT


@pytest.mark.parametrize("declared", [None, 23])
async def test_who_sends_a_little_too_much_is_heard_out(declared):
    """Then it listens, and there is an answer."""
    sender = Sender(23, declared)
    with pytest.raises(Problem) as refused:
        await read_body(sender.request, LIMIT)

    assert (refused.value.status, sender.left) == (413, 0)


@pytest.mark.parametrize("declared", [None, 1000])
async def test_who_sends_without_end_is_not(declared):
    """A few times what may be sent, and nothing at all where the length is said."""
    sender = Sender(1000, declared)
    with pytest.raises(Problem) as refused:
        await read_body(sender.request, LIMIT)

    assert refused.value.status == 413
    assert sender.left == (1000 if declared else 1000 - 45)
