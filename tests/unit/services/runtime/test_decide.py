"""Who may see what: nothing by default, and nothing by what may not be seen."""

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.agreement import AgreementsFile
from schemas.clocks import ClockRule, clocks_of
from schemas.history import history
from schemas.naming import Naming, namings
from services.runtime.decide import (
    DENIED,
    Viewer,
    agreements_of,
    decide,
    hears_of_clock,
    reach,
    visible,
    visible_clocks_rules,
)
from tests.support.entries import COUNCIL, SCHOOL, TRUST, entry, withdrawal

CONTRACTS = Path(__file__).parents[4] / "contracts"
SHIPPED = (CONTRACTS / "agreements" / "oxfordshire.yaml").read_bytes()
VERSION = hashlib.sha256(SHIPPED).hexdigest()
FILE = AgreementsFile.model_validate(yaml.safe_load(SHIPPED))
AGREEMENTS = agreements_of([(FILE, VERSION)])
RULES = [
    ClockRule.model_validate(yaml.safe_load(path.read_bytes()))
    for path in sorted((CONTRACTS / "clocks").glob("*.yaml"))
]
TODAY = date(2026, 11, 23)
ICB = "urn:ods:QU9"
NURSERY = "urn:dfe:urn:519001"
STRANGER = "urn:dfe:urn:990004"
ROLES = {
    COUNCIL: "send_officer",
    TRUST: "clinician",
    SCHOOL: "senco",
    ICB: "dco",
    NURSERY: "setting",
    STRANGER: "senco",
}

REQUEST = entry("ehcna.requested.v1", "2026-03-02", data={"school": SCHOOL})
REFERRAL = entry(
    "referral.received.v1", "2026-03-03", source=TRUST, data={"service": "slt"}
)
CONCERN = entry("concern.raised.v1", "2026-03-01", source=NURSERY)
CHILD = [REQUEST, REFERRAL, CONCERN]


def sight(org, entries, *roles, on=TODAY, agreements=AGREEMENTS):
    """Return the reach of *org* to the child of these entries."""
    viewer = Viewer(org, roles or (ROLES[org],), on)
    return reach(viewer, namings(entries), agreements)


def seen(org, entries, *roles):
    """Return the ids of what *org* sees."""
    return {e.id for e in visible(entries, sight(org, entries, *roles))}


def agreed(**changes):
    """Return one agreement of the trust, with changes, ready to be asked."""
    [plain] = [a for a in FILE.agreements if a.recipient == TRUST]
    changed = plain.model_dump() | changes
    file = {"agreements": [changed], "organisations": []}
    return agreements_of([(AgreementsFile.model_validate(file), "v")])


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
            (COUNCIL, 4),
            (TRUST, 4),
            (ICB, 4),
            (SCHOOL, 3),
            (NURSERY, 0),
            (STRANGER, 0),
        ],
    )
    def test_kinds(self, org, clocks):
        """A school sees no wait, and a setting that sees existence sees no clock."""
        found = sight(org, CHILD)

        assert len(visible_clocks_rules(found, RULES)) == clocks
        assert sum(hears_of_clock(found, rule) for rule in RULES) == clocks

    def test_fields_that_a_clock_reads_must_be_granted(self):
        """With the day of completion withheld the wait would be a wrong one."""
        less = agreed(
            grants=[
                {"categories": ["referral"], "mode": "content"},
                {"categories": ["assessment"], "mode": "content", "fields": ["service"]},
            ]
        )

        assert visible_clocks_rules(sight(TRUST, CHILD, agreements=less), RULES) == []

    def test_clock_events_need_every_sensitivity_that_drives_them(self):
        """Who may not see restricted events is not told of clocks that they drove."""
        found = sight(TRUST, CHILD, agreements=agreed(sensitivities=["normal"]))

        assert len(visible_clocks_rules(found, RULES)) == 4
        assert not any(hears_of_clock(found, rule) for rule in RULES)


class TestFile:
    """An agreement that could be misread does not start."""

    def test_recipients_are_named(self):
        """Pages can name every recipient, and say which agencies are not connected."""
        names = {agency.urn: agency for agency in FILE.organisations}

        assert {a.recipient for a in FILE.agreements} <= names.keys()
        assert [a.name for a in FILE.organisations if not a.connected]

    @pytest.mark.parametrize(
        "mistake",
        [
            {"grants": [{"categories": ["withdrawal"], "mode": "content"}]},
            {"grants": [{"categories": ["refferal"], "mode": "content"}]},
            {"grants": [{"categories": ["ehc"], "mode": "existence", "fields": ["a"]}]},
            {"grants": [{"categories": ["ehc", "ehc"], "mode": "content"}]},
            {"roles": ["headteacher"]},
            {"children": "everyone"},
            {"children": {"area": []}},
            {"sensitivities": ["secret"]},
            {"valid_util": "2026-01-01"},
        ],
    )
    def test_mistake_is_refused(self, mistake):
        """A misspelt or unknown word is an error, not a narrower agreement."""
        with pytest.raises(ValidationError):
            agreed(**mistake)


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


@given(SETS, st.sampled_from(ORGS))
def test_what_may_not_be_seen_changes_nothing(entries, org):
    """Each entry that is not shown could be absent: nothing shown would differ."""
    whole = page(org, entries)
    shown = {placed.entry.id for placed in whole[1]}

    for hidden in (e for e in entries if e.id not in shown):
        assert page(org, [e for e in entries if e is not hidden]) == whole
    assert page(org, [e for e in entries if e.id in shown]) == whole


@given(SETS, st.sampled_from(ORGS))
def test_order_changes_nothing(entries, org):
    """What is shown is a function of the set of entries."""
    assert page(org, entries[::-1]) == page(org, entries)


@given(SETS)
def test_sender_is_named_by_what_it_sent(entries):
    """Every sender is named, as a sender, by each thing it sent."""
    senders = {(n.org, n.category, n.sensitivity) for n in namings(entries) if n.own}

    assert senders == {(e.source, e.category, e.sensitivity) for e in entries}


def test_naming_that_stands_is_undone_by_nothing():
    """A naming that was kept as four words covers as it says."""
    kept = Naming(STRANGER, "ehc", "normal", own=False)

    assert reach(Viewer(STRANGER, ("senco",), TODAY), [kept], AGREEMENTS)
