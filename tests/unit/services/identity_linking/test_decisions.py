"""A decision can be taken back from what was published of it."""

from datetime import UTC, datetime

import orjson
import pytest

from services.identity_linking import translate
from services.identity_linking.translate import Decided

FOUNDED = Decided(1, "c-1", ("p-1",), "founded", ())
JOINED = Decided(9, "c-1", ("p-3", "p-4"), "joined", ("upn+birth+name",), ("c-3",))
UNLINKED = Decided(
    epoch=12,
    child_ref="c-9",
    persons=("p-1",),
    reason="unlinked",
    evidence=("steward",),
    parted=("p-3", "p-4"),
)


@pytest.mark.parametrize("decided", [FOUNDED, JOINED, UNLINKED])
def test_the_record_says_all_that_was_decided(decided):
    """Epoch, child, persons, reason, what was joined and who was parted come back."""
    record = translate.linked_record(decided, datetime(2026, 3, 2, tzinfo=UTC), {})

    assert translate.decided(orjson.loads(record.value)) == decided


def test_a_decision_from_before_says_nothing_of_parting():
    """The member is optional: a record without it is read as before."""
    record = translate.linked_record(FOUNDED, datetime(2026, 3, 2, tzinfo=UTC), {})
    body = orjson.loads(record.value)
    del body["parted"]

    assert translate.decided(body) == FOUNDED
