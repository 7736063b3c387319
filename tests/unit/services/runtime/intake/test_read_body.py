"""A body at a door: read to its bound, and heard out a little past it."""

import pytest

from services.runtime.intake.door import read_body
from services.runtime.problems import Problem
from tests.support.sender import Sender

LIMIT = 10


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
