"""What a topic held is kept or refused: anything else is a difference, and told where."""

from datetime import UTC, datetime

import pytest

from services.console.rules import Balance, Line, lines_of, overdue, summed

COUNCIL = "urn:dfe:la:931"
TRUST = "urn:ods:RNU"
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
ACCOUNT = {
    "reader": "timeline",
    "topic": "events.linked",
    "kept": {COUNCIL: 7},
    "refused": {COUNCIL: 1},
}


def balance(*lines, states=()):
    """Return a balance of these lines."""
    return Balance(AT, lines, (), states)


@pytest.mark.parametrize(
    ("held", "difference"),
    [
        ({COUNCIL: 8}, 0),
        ({COUNCIL: 9}, 1),
        ({COUNCIL: 7}, 1),
        ({}, 8),
        ({COUNCIL: 9, TRUST: 1}, 2),
        ({COUNCIL: 7, TRUST: 1}, 2),
    ],
)
def test_a_difference_is_never_made_up_for_by_another(held, difference):
    """One missing here and one too many there are two, not none."""
    assert balance(*lines_of(ACCOUNT, held)).difference == difference


def test_a_line_is_of_each_source_that_anybody_knows():
    """Also of one of which everything is missing."""
    found = lines_of(ACCOUNT, {TRUST: 2})
    assert [(line.source, line.difference) for line in found] == [
        (COUNCIL, -8),
        (TRUST, 2),
    ]


def test_what_waits_in_vain_is_missing():
    """It was taken and is in no state."""
    [line] = overdue("health_gateway", [{"what": "event", "source": TRUST, "n": 3}])
    assert (line.difference, line.source) == (3, TRUST)


def test_the_page_shows_a_row_a_reader():
    """With the sources that differ; and each source's states by its name."""
    states = (
        {"service": "a", "what": "event", "source": TRUST, "state": "linked", "n": 2},
        {"service": "b", "what": "event", "source": TRUST, "state": "linked", "n": 3},
        {
            "service": "b",
            "what": "message",
            "source": TRUST,
            "state": "refused",
            "n": 1,
        },
    )
    lines = (
        Line("timeline", "events.linked", COUNCIL, 5, 5, 0),
        Line("timeline", "events.linked", TRUST, 5, 3, 1),
    )
    said = summed(balance(*lines, states=states), {TRUST: "A trust"})
    assert said["difference"] == 1
    assert [(row["held"], row["sources"]) for row in said["rows"]] == [(10, [TRUST])]
    assert said["states"] == [
        {"source": "A trust", "messages": [("refused", 1)], "events": [("linked", 5)]}
    ]


def test_before_it_was_counted_nothing_is_claimed():
    """No balance is not a good one."""
    assert summed(None, {}) is None
