"""What a message was translated into, beside what it says by today's mapping."""

from schemas.history import MOVED
from services.runtime.intake.comparing import senders_own

TRUST = "urn:ods:RNU"
RECORD = "0123456789abcdef" * 2


def test_no_mapping_decides_that_a_record_moved():
    """The withdrawal that tells an earlier person so is ours, and is not read again."""
    said = (TRUST, RECORD, 3)
    ours = (TRUST, f"{MOVED}{'f' * 32}", 1)

    assert senders_own([said, ours]) == {said}
