"""What one record of a snapshot changes beside what was kept of it."""

import pytest

from services.runtime.snapshots.comparing import (
    Kept,
    Row,
    compared,
    is_shrunken,
    removed,
)


def row(known, **changes):
    """Return a record that says *known*."""
    said = {"own": "1", "known": known, "other": b"o", "carried": {}}
    return Row(**said | changes)


def kept(known, **changes):
    """Return a record as it was kept."""
    said = {"known": known, "other": b"o", "carried": {}, "version": 3}
    return Kept(**said | changes)


def test_what_is_new_is_added():
    """A record that nobody has heard of is a difference of its own."""
    found = compared(row({"a": "1"}), None)

    assert (found.change.kind, found.change.before, found.change.after) == (
        "added",
        {},
        {"a": "1"},
    )
    assert found.kept.version == 1


def test_the_same_again_changes_nothing():
    """Nothing is written and nothing is told."""
    assert compared(row({"a": "1"}), kept({"a": "1"})).kept is None


def test_a_difference_is_the_next_version():
    """Both values are told, and the version goes up."""
    found = compared(row({"a": "2"}), kept({"a": "1"}))

    assert (found.change.kind, found.change.version) == ("changed", 4)
    assert found.change.differs("a")
    assert not found.change.differs("b")


def test_a_difference_in_other_columns_makes_no_event_and_is_kept():
    """It is counted, and the next snapshot is compared with it."""
    found = compared(row({"a": "1"}, other=b"p"), kept({"a": "1"}))

    assert (found.change, found.others, found.kept.other) == (None, True, b"p")
    assert found.kept.version == 3


def test_a_blank_that_says_nothing_leaves_what_stood():
    """What was heard before stands, and is not told again when it is repeated."""
    silent = {"silent": frozenset({"a"})}

    assert compared(row({}, **silent), kept({"a": "K"})).kept is None
    assert compared(row({}), kept({"a": "K"})).change.after == {}


def test_what_is_gone_is_removed_and_may_come_back():
    """Coming back is being added again, under a version of its own."""
    gone = removed("1", kept({"a": "1"}))
    back = compared(row({"a": "1"}), gone.kept)

    assert (gone.change.kind, gone.kept.gone) == ("removed", True)
    assert (back.change.kind, back.change.before, back.change.version) == (
        "added",
        {},
        5,
    )


@pytest.mark.parametrize(
    ("known", "absent", "held"),
    [(100, 25, False), (100, 26, True), (0, 0, False), (1, 1, True)],
)
def test_a_state_that_shrinks_by_more_than_its_share_is_held(known, absent, held):
    """The share itself is still borne."""
    assert is_shrunken(known, absent, 0.25) is held
