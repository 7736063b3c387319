"""What is fresh changes the clocks of the rules that it touches, and no others."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.clocks import clocks_of
from schemas.clocks.touching import touched
from schemas.events import CATALOGUE, category_of
from tests.spec.test_clocks_of_a_set import DATA, DAYS, TODAY
from tests.support.clocks import OTHER_COUNCIL, RULES
from tests.support.entries import COUNCIL, SCHOOL, TRUST, entry

WITHDRAWAL = "event.withdrawn.v1"


@st.composite
def said(draw, records):
    """Return an event of any kind, of a record of its own."""
    kind = draw(st.sampled_from(sorted(CATALOGUE.keys() - {WITHDRAWAL})))
    return entry(
        kind,
        draw(DAYS),
        id=draw(st.uuids().map(str)),
        sourcerecord=draw(records),
        source=draw(st.sampled_from([COUNCIL, OTHER_COUNCIL, TRUST, SCHOOL])),
        category=category_of(kind),
        correlationid=draw(st.sampled_from(["", "a"])),
        data=draw(DATA),
    )


def events(prefix):
    """Return lists of events whose records begin with *prefix*."""
    records = st.uuids().map(lambda own: f"{prefix}-{own}")
    return st.lists(said(records), max_size=8)


@given(events("old"), events("new"))
def test_clocks_of_untouched_rules_stay_as_they_are(old, fresh):
    """Counting only what is touched gives what counting everything gives."""
    every = [*old, *fresh]
    concerned = touched(RULES, every, fresh)
    others = [rule for rule in RULES if rule not in concerned]

    before, after = clocks_of(old, others, TODAY), clocks_of(every, others, TODAY)
    assert before == after


def test_a_council_that_is_heard_first_touches_what_it_may_owe():
    """A school asked; who owes the decision is known once a council says anything."""
    asked = entry("ehcna.requested.v1", "2026-03-02", source=SCHOOL, id="1", data={})
    told = entry("annual_review.held.v1", "2026-03-03", id="2", sourcerecord="r")

    concerned = {rule.clock for rule in touched(RULES, [asked, told], [told])}

    assert "ehcna.decision" in concerned
