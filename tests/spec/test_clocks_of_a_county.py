"""Every clock of a county, by the rules as data and by the simulator's own reckoning."""

from collections import Counter
from datetime import UTC, date

import pytest

from deploy.local.simulator import truth
from deploy.local.simulator.areas import area_of
from deploy.local.simulator.county import County
from schemas.clocks import clocks_of
from schemas.entry import Entry
from schemas.events import category_of
from tests.support.clocks import RULES

TODAY = date(2026, 9, 30)
COUNTY = County(area_of("931"), 12, 2, TODAY, 0.01)
_ENDS = {"referral.cancelled.v1": "#cancelled"}
"""The end of a referral is a record of its own, whatever its sender calls it."""


@pytest.fixture(scope="module")
def told():
    """Each timeline of the county, with the statements it is made of."""
    return [
        (one, group)
        for life in COUNTY.lives()
        for one, group in zip(
            truth.expected(life, COUNTY), truth.groups(life, COUNTY), strict=True
        )
    ]


def entry(number, said):
    """Return a statement as the services keep it."""
    return Entry(
        id=str(number),
        type=said.type,
        source=said.sender,
        time=said.received.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        knownat=said.received.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        occurred=said.occurred,
        occurredprecision="day",
        category=category_of(said.type),
        sensitivity="normal",
        correlationid=str(said.talk),
        causationid="m",
        personref=said.who.local_id,
        sourcerecord=said.record + _ENDS.get(said.type, ""),
        sourceversion=int(said.received.timestamp() if said.referral else said.version),
        data=said.data,
    )


def shown(clock):
    """Return a clock in the words of the truth."""
    found = clock.shown()
    names = ("clock", "owed_by", "started", "due", "state", "met_on", "explained")
    return tuple(found[name] for name in names)


def test_two_reckonings_agree(told):
    """Neither has a clock that the other has not, nor another day, debtor or state."""
    assert len(told) > 300
    for one, group in told:
        entries = [entry(number, said) for number, said in enumerate(group)]
        by_rules = Counter(map(shown, clocks_of(entries, RULES, TODAY)))
        by_hand = Counter(clock.shown(TODAY) for clock in one.clocks)

        assert by_rules - by_hand == by_hand - by_rules == Counter(), one.number


def test_every_rule_is_tried(told):
    """A rule that no child of the county starts would be compared with nothing."""
    tried = {clock.clock for one, _ in told for clock in one.clocks}

    assert tried >= {rule.clock for rule in RULES} - UNTRIED


UNTRIED = {"ehcp.transfer.send", "ehcp.transfer.inform"}
"""Clocks of events that the county does not have yet."""
