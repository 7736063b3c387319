"""Whose children an agreement covers, and which role acts."""

from dataclasses import replace
from datetime import date

import pytest

from schemas.naming import Naming, namings
from services.runtime.decide import reach, visible_clocks_rules
from services.runtime.terms import Viewer
from tests.support.agreements import (
    AGREEMENTS,
    CHILD,
    CONCERN,
    COUNCIL,
    ICB,
    NURSERY,
    REFERRAL,
    REQUEST,
    SCHOOL,
    STRANGER,
    TODAY,
    TRUST,
    agreed,
    seen,
    sight,
)
from tests.support.clocks import RULES
from tests.support.entries import entry, withdrawal


class TestReach:
    """An agreement covers the children of a circle or of an area, or none."""

    @pytest.mark.parametrize(
        ("org", "ids"),
        [
            (COUNCIL, {REQUEST.id, REFERRAL.id, CONCERN.id}),
            (TRUST, {REQUEST.id, REFERRAL.id, CONCERN.id}),
            (ICB, {REQUEST.id, REFERRAL.id}),
            (SCHOOL, {REQUEST.id, CONCERN.id}),
            (NURSERY, {REQUEST.id, CONCERN.id}),
            (STRANGER, set()),
        ],
    )
    def test_each_partner_sees_its_part(self, org, ids):
        """Whoever sent or is named in an event sees what it was granted, no more."""
        assert seen(org, CHILD) == ids

    def test_without_an_agreement_nothing_is_seen(self):
        """An event that names a body without an agreement shows it nothing."""
        named = entry("ehcp.school_consulted.v1", "2026-04-01", data={"school": ICB})
        unknown = Viewer("urn:ods:X9999", ("clinician",), TODAY)

        assert reach(unknown, namings([named]), AGREEMENTS) is None

    def test_being_named_in_a_hidden_event_shows_nothing(self):
        """A school named in a referral, which it may not see, sees no child."""
        referral = replace(REFERRAL, data={"referred_by": STRANGER})

        assert sight(STRANGER, [REQUEST, referral]) is None

    def test_being_named_in_a_safeguarding_event_shows_nothing(self):
        """Nor does an event of a granted category that is about safeguarding."""
        hidden = entry(
            "ehcp.school_consulted.v1",
            "2026-04-01",
            data={"school": STRANGER},
            sensitivity="safeguarding",
        )

        assert sight(STRANGER, [REQUEST, hidden]) is None

    def test_area_is_that_of_a_council_of_the_child(self):
        """Of a child of whom only another council has spoken, the ICB sees nothing."""
        elsewhere = entry("ehcna.requested.v1", "2026-03-02", source="urn:dfe:la:825")

        assert sight(ICB, [REQUEST])
        assert sight(ICB, [elsewhere]) is None

    def test_area_needs_an_event_that_may_be_seen(self):
        """A council known only by what the ICB may not see makes no area."""
        assert sight(ICB, [entry("concern.raised.v1", "2026-03-01")]) is None

    def test_outside_its_area_an_agency_sees_its_own(self):
        """What it sent itself it sees, and nothing else of that child."""
        elsewhere = entry("ehcna.requested.v1", "2026-03-02", source="urn:dfe:la:825")
        own = entry("referral.received.v1", "2026-03-03", source=ICB)

        assert seen(ICB, [elsewhere, own]) == {own.id}
        assert visible_clocks_rules(sight(ICB, [elsewhere, own]), RULES) == []

    def test_withdrawn_naming_names_nobody(self):
        """A body named in error does not go on seeing the child."""
        consulted = entry(
            "ehcp.school_consulted.v1", "2026-04-01", data={"school": STRANGER}
        )

        assert sight(STRANGER, [REQUEST, consulted])
        assert sight(STRANGER, [REQUEST, consulted, withdrawal(consulted)]) is None

    def test_corrected_naming_names_another(self):
        """When the sender corrects whom it named, the first one is out."""
        first, second = (
            entry(
                "ehcp.school_consulted.v1",
                "2026-04-01",
                sourcerecord="C",
                sourceversion=version,
                data={"school": school},
            )
            for version, school in ((1, STRANGER), (2, SCHOOL))
        )

        assert sight(STRANGER, [first, second]) is None
        assert sight(SCHOOL, [first, second])

    @pytest.mark.parametrize("again", ["correction", "withdrawal"])
    def test_hidden_change_takes_no_naming_away(self, again):
        """A change that the body may not see does not show by what it loses."""
        consulted = entry(
            "ehcp.school_consulted.v1", "2026-04-01", data={"school": STRANGER}
        )
        change = (
            withdrawal(consulted, sensitivity="safeguarding")
            if again == "withdrawal"
            else replace(
                consulted,
                id="next",
                sourceversion=2,
                sensitivity="safeguarding",
                data={},
            )
        )

        assert seen(STRANGER, [consulted, change]) == {consulted.id}

    def test_who_took_everything_back_sees_its_own_only(self):
        """A trust that wrote of the wrong child stops seeing the rest of it."""
        taken_back = withdrawal(REFERRAL)
        entries = [REQUEST, REFERRAL, taken_back]

        assert seen(TRUST, entries) == {REFERRAL.id, taken_back.id}

    @pytest.mark.parametrize(
        ("on", "holds"),
        [("2026-03-01", True), ("2026-03-31", True), ("2026-04-01", False)],
    )
    def test_last_day_of_an_agreement(self, on, holds):
        """An agreement holds on its first and last day and not after."""
        until = agreed(valid_from="2026-03-01", valid_until="2026-03-31")
        found = sight(TRUST, CHILD, on=date.fromisoformat(on), agreements=until)

        assert (found is not None) is holds

    def test_before_its_first_day(self):
        """An agreement of tomorrow grants nothing today."""
        later = agreed(valid_from="2026-11-24")

        assert sight(TRUST, CHILD, agreements=later) is None


class TestRoles:
    """One role acts, and what another could see is not added."""

    def test_first_role_with_an_agreement_acts(self):
        """Roles that the organisation has no agreement for are passed over."""
        found = sight(COUNCIL, CHILD, "clinician", "send_officer", "operator")

        assert found.role == "send_officer"

    def test_operator_sees_no_child(self):
        """The console's agreement grants nothing, nor does another role add to it."""
        assert sight(COUNCIL, CHILD, "operator") is None
        assert sight(COUNCIL, CHILD, "operator", "send_officer") is None

    def test_token_without_a_role_is_a_system(self):
        """A feed's token reads as `system`."""
        viewer = Viewer(TRUST, (), TODAY)

        assert reach(viewer, namings(CHILD), AGREEMENTS).role == "system"

    def test_role_without_an_agreement_sees_nothing(self):
        """A role that nobody agreed on does not fall back to `system`."""
        assert sight(TRUST, CHILD, "dco") is None


def test_naming_that_stands_is_undone_by_nothing():
    """A naming that was kept as four words covers as it says."""
    kept = Naming(STRANGER, "ehc", "normal", own=False)

    assert reach(Viewer(STRANGER, ("senco",), TODAY), [kept], AGREEMENTS)
