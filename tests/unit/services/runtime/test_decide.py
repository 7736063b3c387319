"""What may be shown of an event: nothing by default."""

from dataclasses import replace

import pytest

from services.runtime.decide import (
    decide,
    hears_of_clock,
    visible,
    visible_clocks_rules,
)
from services.runtime.terms import DENIED
from tests.support.agreements import (
    CHILD,
    CONCERN,
    COUNCIL,
    ICB,
    NURSERY,
    REFERRAL,
    REQUEST,
    SCHOOL,
    STRANGER,
    TRUST,
    VERSION,
    agreed,
    seen,
    sight,
)
from tests.support.clocks import RULES
from tests.support.entries import entry, withdrawal


class TestDecide:
    """Each decision says what it rests on; every refusal is one and the same."""

    def test_permitted(self):
        """A decision names the agreement and the version of its file."""
        found = decide(
            sight(SCHOOL, CHILD), category="ehc", sensitivity="normal", source=COUNCIL
        )

        assert found.permitted
        assert found.mode == "content"
        assert found.agreement == "school-appleford-vale"
        assert found.version == VERSION

    @pytest.mark.parametrize(
        ("category", "sensitivity"),
        [
            ("referral", "normal"),
            ("ehc", "safeguarding"),
            ("ehc", "unheard-of"),
            ("unheard-of", "normal"),
            ("withdrawal", "normal"),
        ],
    )
    def test_denied(self, category, sensitivity):
        """What the agreement does not say is denied, unknown words too."""
        found = decide(
            sight(SCHOOL, CHILD),
            category=category,
            sensitivity=sensitivity,
            source=COUNCIL,
        )

        assert found is DENIED

    def test_no_reach_is_denied(self):
        """Without a reach everything is denied, one's own included."""
        found = decide(None, category="ehc", sensitivity="normal", source=COUNCIL)

        assert found is DENIED

    def test_own_is_always_seen(self):
        """A sender sees what it sent, whatever it marked it as."""
        own = entry(
            "referral.received.v1",
            "2026-03-05",
            source=SCHOOL,
            sensitivity="safeguarding",
            data={"service": "slt"},
        )

        assert own in visible([*CHILD, own], sight(SCHOOL, [*CHILD, own]))


class TestVisible:
    """What is shown carries the data that the agreement names, and no more."""

    def test_existence_has_no_data(self):
        """A nursery sees that a request was made, and not what it says."""
        [request] = [
            e for e in visible(CHILD, sight(NURSERY, CHILD)) if e.id == REQUEST.id
        ]

        assert request == replace(REQUEST, data={})

    def test_fields_that_are_not_named_are_left_out(self):
        """The ICB sees when an assessment ended, and not what it found."""
        assessment = entry(
            "assessment.completed.v1",
            "2026-06-01",
            source=TRUST,
            data={"service": "slt", "completed_on": "2026-05-30", "outcome": "F80"},
        )
        entries = [REQUEST, assessment]

        shown = {e.id: e.data for e in visible(entries, sight(ICB, entries))}

        assert shown[assessment.id] == {"service": "slt", "completed_on": "2026-05-30"}

    def test_withdrawal_is_seen_with_what_it_takes_back(self):
        """Whoever sees a record sees that it was withdrawn, and others do not."""
        of_request, of_referral = withdrawal(REQUEST), withdrawal(REFERRAL)
        standing = entry("ehcna.decided.v1", "2026-04-01", data={"school": SCHOOL})
        entries = [*CHILD, of_request, of_referral, standing]

        shown = visible(entries, sight(SCHOOL, entries))

        assert of_request in shown
        assert of_referral.id not in {e.id for e in shown}

    def test_withdrawal_of_nothing_visible_is_not_seen(self):
        """A withdrawal that arrived first, or names another version, shows nothing."""
        early = withdrawal(entry("ehcna.decided.v1", "2026-05-01"))
        other = withdrawal(REQUEST, version=7)

        assert seen(SCHOOL, [*CHILD, early, other]) == {REQUEST.id, CONCERN.id}

    def test_withdrawal_of_what_exists_says_only_what_it_names(self):
        """Where only existence is granted, the reason is not shown either."""
        taken_back = withdrawal(REQUEST)
        entries = [*CHILD, taken_back]

        [shown] = [
            e
            for e in visible(entries, sight(NURSERY, entries))
            if e.id == taken_back.id
        ]

        assert shown.data == {"withdraws": taken_back.data["withdraws"]}


class TestClocks:
    """A clock is shown to those who see in full what it rests on."""

    @pytest.mark.parametrize(
        ("org", "clocks"),
        [
            (COUNCIL, 21),
            (TRUST, 12),
            (ICB, 19),
            (SCHOOL, 11),
            (NURSERY, 1),
            (STRANGER, 0),
        ],
    )
    def test_kinds(self, org, clocks):
        """A school sees no wait, and a setting the clock of advice alone."""
        found = sight(org, CHILD)

        assert len(visible_clocks_rules(found, RULES)) == clocks
        told = 0 if org == NURSERY else clocks  # it may not see what is restricted
        assert sum(hears_of_clock(found, rule) for rule in RULES) == told

    def test_fields_that_a_clock_reads_must_be_granted(self):
        """With the day of completion withheld the wait would be a wrong one."""
        less = agreed(
            grants=[
                {"categories": ["referral"], "mode": "content"},
                {
                    "categories": ["assessment"],
                    "mode": "content",
                    "fields": ["service"],
                },
            ]
        )

        assert visible_clocks_rules(sight(TRUST, CHILD, agreements=less), RULES) == []

    def test_clock_events_need_every_sensitivity_that_drives_them(self):
        """Who may not see restricted events is not told of clocks that they drove."""
        found = sight(TRUST, CHILD, agreements=agreed(sensitivities=["normal"]))

        assert len(visible_clocks_rules(found, RULES)) == 12
        assert not any(hears_of_clock(found, rule) for rule in RULES)
