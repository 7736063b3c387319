"""A child's clocks are a function of the set of entries: what does change them."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from schemas.clocks import clocks_of
from tests.support.clocks import RULES
from tests.support.entries import COUNCIL, SCHOOL, TRUST, entry, withdrawal

TODAY = date(2026, 11, 23)
TYPES = sorted({t for rule in RULES for moment in rule.moments for t in moment.types})

DAYS = st.dates(date(2026, 1, 1), date(2026, 11, 23)).map(date.isoformat)
DATA = st.fixed_dictionaries(
    {},
    optional={
        "body": st.sampled_from([TRUST, SCHOOL]),
        "received_on": DAYS,
        "decision": st.sampled_from(["assess", "refuse"]),
        "service": st.sampled_from(["slt", "camhs"]),
    },
)
ENTRIES = st.builds(
    entry,
    st.sampled_from(TYPES),
    DAYS,
    sourcerecord=st.integers(0, 9).map(str),
    sourceversion=st.integers(1, 2),
    id=st.uuids().map(str),
    source=st.sampled_from([COUNCIL, TRUST, SCHOOL]),
    correlationid=st.sampled_from(["", "a", "b"]),
    data=DATA,
)
SETS = st.lists(ENTRIES, max_size=12, unique_by=lambda e: e.id)


def found(*entries, today=TODAY):
    """Return the clocks of *entries*."""
    return clocks_of(entries, RULES, today)


def by_kind(*entries):
    """Return the only clock of each kind."""
    return {clock.clock: clock for clock in found(*entries)}


REQUEST = entry("ehcna.requested.v1", "2026-03-02", sourcerecord="EHC-1")


@given(SETS, st.randoms(use_true_random=False))
def test_order_of_arrival_changes_nothing(entries, random):
    """The same set in another order gives the same clocks, in the same order."""
    shuffled = random.sample(entries, len(entries))

    assert found(*shuffled) == found(*entries)


@given(SETS)
def test_adding_nothing_new_changes_nothing(entries):
    """Entries given twice count once."""
    assert found(*entries, *entries) == found(*entries)


@given(SETS)
def test_clocks_are_told_apart(entries):
    """No two clocks share an id, and none is met before it started."""
    clocks = found(*entries)

    assert len({clock.id for clock in clocks}) == len(clocks)
    assert all(c.met_on is None or c.met_on >= c.started for c in clocks)


@given(SETS, ENTRIES)
def test_safeguarding_drives_nothing(entries, one):
    """No entry about safeguarding changes a clock, whatever it says or supersedes."""
    hidden = entry(
        one.type,
        one.occurred,
        sourcerecord=one.sourcerecord,
        sourceversion=99,
        source=one.source,
        sensitivity="safeguarding",
        data=one.data,
    )

    assert found(*entries, hidden) == found(*entries)
    assert found(*entries, withdrawal(one, sensitivity="safeguarding")) == found(
        *entries
    )


def test_correction_moves_the_dates_and_keeps_the_id():
    """A corrected start computes anew under the same id, with another revision."""
    corrected = entry(
        "ehcna.requested.v1", "2026-03-09", sourcerecord="EHC-1", sourceversion=2
    )

    before = by_kind(REQUEST)["ehcp.final"]
    after = by_kind(REQUEST, corrected)["ehcp.final"]

    assert after.id == before.id
    assert after.revision != before.revision
    assert (after.due - before.due).days == 7
    assert after.events == (corrected.id,)


def test_correction_that_changes_no_date_keeps_the_revision():
    """A warning is not repeated because something else was corrected."""
    corrected = entry(
        "ehcna.requested.v1",
        "2026-03-02",
        sourcerecord="EHC-1",
        sourceversion=2,
        data={"request_source": "1"},
    )

    revisions = {by_kind(e)["ehcp.final"].revision for e in (REQUEST, corrected)}

    assert len(revisions) == 1


def test_day_changes_the_state_and_not_the_revision():
    """Time passing is no new revision."""
    early, late = (
        found(REQUEST, today=day) for day in (date(2026, 3, 3), date(2027, 3, 3))
    )

    assert {c.state for c in early} == {"running"}
    assert {c.state for c in late} == {"breached", "stopped"}
    assert [c.revision for c in early] == [c.revision for c in late]


def test_withdrawn_start_has_no_clock():
    """A request entered in error runs nothing, whichever came first."""
    assert found(REQUEST, withdrawal(REQUEST)) == []
    assert found(withdrawal(REQUEST), REQUEST) == []


def test_withdrawn_end_opens_the_clock_again():
    """A plan issued in error has not met anything."""
    plan = entry("ehcp.final_issued.v1", "2026-06-01")

    assert by_kind(REQUEST, plan)["ehcp.final"].state == "met"
    assert by_kind(REQUEST, plan, withdrawal(plan))["ehcp.final"].state == "breached"


def test_late_statement_takes_its_place():
    """A plan of which we hear months later met the clock on its day."""
    plan = entry(
        "ehcp.final_issued.v1", "2026-06-01", time="2026-11-20T09:00:00.000000Z"
    )

    assert by_kind(REQUEST, plan)["ehcp.final"].state == "met"


def test_shown_is_what_interfaces_promise():
    """A clock is shown with these members, dates as text, and no others."""
    plan = entry("ehcp.final_issued.v1", "2026-06-01")
    clock = by_kind(REQUEST, plan)["ehcp.final"]

    assert clock.shown() == {
        "id": clock.id,
        "clock": "ehcp.final",
        "owed_by": COUNCIL,
        "started": "2026-03-02",
        "due": "2026-07-20",
        "state": "met",
        "explained": None,
        "met_on": "2026-06-01",
        "regulation": "SEND Regulations 2014 (SI 2014/1530), reg. 13(2)",
        "events": [REQUEST.id, plan.id],
    }


def test_most_sensitive_entry_marks_the_clock():
    """A clock that rests on a restricted entry is restricted itself."""
    plan = entry("ehcp.final_issued.v1", "2026-06-01", sensitivity="restricted")
    clocks = by_kind(REQUEST, plan)

    assert clocks["ehcp.final"].sensitivity == "restricted"
    assert clocks["ehcna.decision"].sensitivity == "normal"
