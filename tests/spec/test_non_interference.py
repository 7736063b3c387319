"""What a viewer gets is the same with and without what they may not see."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from schemas.clocks import clocks_of
from schemas.history import history
from schemas.naming import namings
from services.runtime.decide import Reach, visible, visible_clocks_rules
from tests.support.agreements import AGREEMENTS, ROLES, TODAY, sight
from tests.support.clocks import RULES
from tests.support.entries import entry, withdrawal

ORGS = sorted(ROLES)
ENTRIES = st.builds(
    entry,
    st.sampled_from(
        [
            "ehcna.requested.v1",
            "ehcna.decided.v1",
            "ehcp.school_consulted.v1",
            "referral.received.v1",
            "assessment.completed.v1",
            "concern.raised.v1",
        ]
    ),
    st.dates(date(2026, 1, 1), date(2026, 6, 30)).map(date.isoformat),
    id=st.uuids().map(str),
    sourcerecord=st.integers(0, 4).map(str),
    sourceversion=st.integers(1, 3),
    source=st.sampled_from(ORGS),
    sensitivity=st.sampled_from(["normal", "normal", "restricted", "safeguarding"]),
    data=st.fixed_dictionaries({}, optional={"school": st.sampled_from(ORGS)}),
)
WITHDRAWALS = st.builds(
    withdrawal,
    ENTRIES,
    version=st.sampled_from([None, 1, 2]),
    id=st.uuids().map(str),
    sensitivity=st.sampled_from(["normal", "restricted", "safeguarding"]),
)
SETS = st.lists(
    st.one_of(ENTRIES, ENTRIES, WITHDRAWALS), max_size=8, unique_by=lambda e: e.id
)


def page(org, entries):
    """Return all that *org* is shown of a child."""
    found = sight(org, entries)
    shown = visible(entries, found)
    rules = visible_clocks_rules(found, RULES)
    return found, history(shown), clocks_of(shown, rules, TODAY)


def granted(org, entries):
    """Return the ids of what *org* may see of a child that is within its reach."""
    role = ROLES[org]
    return {e.id for e in visible(entries, Reach(org, role, AGREEMENTS[org, role][0]))}


@given(SETS, st.sampled_from(ORGS))
def test_what_may_not_be_seen_changes_nothing(entries, org):
    """Without any or all of what its agreement does not grant, a page is the same."""
    whole, may = page(org, entries), granted(org, entries)

    for hidden in (e for e in entries if e.id not in may):
        assert page(org, [e for e in entries if e is not hidden]) == whole
    assert page(org, [e for e in entries if e.id in may]) == whole


@given(SETS, st.sampled_from(ORGS))
def test_order_changes_nothing(entries, org):
    """What is shown is a function of the set of entries."""
    assert page(org, entries[::-1]) == page(org, entries)


@given(SETS)
def test_sender_is_named_by_what_it_sent(entries):
    """Every sender is named, as a sender, by each thing it sent."""
    senders = {(n.org, n.category, n.sensitivity) for n in namings(entries) if n.own}

    assert senders == {(e.source, e.category, e.sensitivity) for e in entries}
