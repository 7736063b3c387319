"""Files at the door: as long as may be, and heard out a little past that."""

import pytest

from services.education_gateway.api.uploads import closing, received
from services.runtime.problems import Problem
from tests.support.sender import Sender

LIMIT = 10


async def test_a_file_as_long_as_may_be_is_taken():
    """To its last byte."""
    with closing(await received(Sender(LIMIT).request, LIMIT)) as upload:
        [(_, _, stream)] = upload.files
        stream.seek(0)
        assert stream.read() == b"x" * LIMIT


async def test_who_sends_a_little_too_much_is_heard_out():
    """Then it listens, and there is an answer."""
    sender = Sender(18, 18)
    with pytest.raises(Problem) as refused:
        await received(sender.request, LIMIT)

    assert (refused.value.status, sender.left) == (413, 0)


async def test_who_sends_without_end_is_not():
    """Twice what may be sent is heard, and no more."""
    sender = Sender(1000)
    with pytest.raises(Problem) as refused:
        await received(sender.request, LIMIT)

    assert (refused.value.status, sender.left) == (413, 1000 - 25)
