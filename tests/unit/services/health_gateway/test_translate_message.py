"""A FHIR body is read whole or refused with the place and the rule, never the value."""

import json

import pytest

from services.health_gateway.errors import FhirRefused
from tests.support.bars import NHS_NUMBER, body_of, referral_bundle, resource_of
from tests.support.fhir import read_message, retold_of, stated


def refused(body):
    """Return the refusal of *body*."""
    with pytest.raises(FhirRefused) as found:
        read_message(body)

    return found.value


class TestStructure:
    """
    The R4B models and our own checks say where a message leaves FHIR R4.
    """

    @pytest.mark.parametrize(
        ("change", "issue", "where"),
        [
            ({"resourceType": "Patient"}, "value", "Bundle.resourceType"),
            ({"resourceType": None}, "required", "Bundle.resourceType"),
            ({"type": "collection"}, "value", "Bundle.type"),
            ({"type": None}, "required", "Bundle.type"),
            ({"type": 3}, "invalid", "Bundle.type"),
            ({"entry": None}, "required", "Bundle.entry"),
            ({"entry": []}, "required", "Bundle.entry"),
            ({"entry": {}}, "invalid", "Bundle.entry"),
            ({"entry": ["{}"]}, "invalid", "Bundle.entry[0]"),
            ({"entry": [{}]}, "required", "Bundle.entry[0].resource"),
            ({"timestamp": "2026-03-02"}, "value", "Bundle.timestamp"),
            ({"id": "not_an_id"}, "value", "Bundle.id"),
        ],
    )
    def test_refuses_a_bundle_that_is_not_a_message(self, change, issue, where):
        """Each fault of the Bundle itself has its issue type and its place."""
        found = refused(body_of(referral_bundle() | change))

        assert (found.status, found.issue, found.where) == (400, issue, where)

    @pytest.mark.parametrize(
        ("change", "issue", "where"),
        [
            ({"basedOn": {}}, "invalid", "Bundle.entry[1].resource.basedOn"),
            ({"intent": None}, "required", "Bundle.entry[1].resource.intent"),
            ({"status": None}, "required", "Bundle.entry[1].resource.status"),
            ({"status": "banana"}, "value", "Bundle.entry[1].resource.status"),
            (
                {"authoredOn": "2026-02-30"},
                "value",
                "Bundle.entry[1].resource.authoredOn",
            ),
            ({"subject": {"x": 1}}, "invalid", "Bundle.entry[1].resource.subject"),
            (
                {"resourceType": "Referral"},
                "value",
                "Bundle.entry[1].resource.resourceType",
            ),
            ({"resourceType": 3}, "value", "Bundle.entry[1].resource.resourceType"),
            (
                {"resourceType": None},
                "value",
                "Bundle.entry[1].resource.resourceType",
            ),
            (
                {"contained": [{"resourceType": "Nope"}]},
                "value",
                "Bundle.entry[1].resource.contained[0].resourceType",
            ),
        ],
    )
    def test_refuses_a_resource_that_is_not_r4(self, change, issue, where):
        """What the models throw, whatever its class, becomes one clear refusal."""
        bundle = referral_bundle()
        resource_of(bundle, "ServiceRequest").update(change)

        found = refused(body_of(bundle))

        assert (found.status, found.issue, found.where) == (400, issue, where)

    def test_names_every_place_with_the_same_fault(self):
        """A sender mends all missing elements at once."""
        bundle = referral_bundle()
        del resource_of(bundle, "ServiceRequest")["intent"]
        del resource_of(bundle, "Encounter")["class"]

        assert refused(body_of(bundle)).expressions == (
            "Bundle.entry[1].resource.intent",
            "Bundle.entry[3].resource.class",
        )

    def test_never_repeats_what_the_message_says(self):
        """An unknown member's name may hold a person's; the refusal is silent on it."""
        bundle = referral_bundle()
        resource_of(bundle, "Patient")["Ann Vale"] = NHS_NUMBER

        found = refused(body_of(bundle))

        assert found.where == "Bundle.entry[2].resource"
        assert not any(word in str(found) for word in ("Ann", "Vale", NHS_NUMBER))
        assert found.__context__ is None

    def test_wants_the_message_header_first(self):
        """FHIR's invariant bdl-12: the header is the first entry."""
        bundle = referral_bundle()
        bundle["entry"].reverse()

        found = refused(body_of(bundle))

        assert (found.issue, found.where) == ("invariant", "Bundle.entry[0].resource")


class TestDecisionTable:
    """
    Event, reason, status and category together say what happened, or nothing.
    """

    @pytest.mark.parametrize(
        ("reason", "status", "name"),
        [
            ("new", "active", "referral.received.v1"),
            ("update", "active", "referral.received.v1"),
            ("update", "revoked", "referral.cancelled.v1"),
            ("update", "entered-in-error", "event.withdrawn.v1"),
        ],
    )
    def test_knows_a_row(self, reason, status, name):
        """Each supported combination is one type of the catalogue."""
        bundle = referral_bundle(reason=reason, status=status)

        assert read_message(body_of(bundle)).row.type == name

    @pytest.mark.parametrize(
        ("reason", "status", "category"),
        [
            ("new", "draft", "referral"),
            ("update", "completed", "referral"),
            ("delete", "active", "referral"),
            ("banana", "active", "referral"),
            ("update", "completed", "validation"),
        ],
    )
    def test_takes_what_the_table_does_not_have_as_other(
        self, reason, status, category
    ):
        """The standard's own examples break its table: a warning, and a plain event."""
        changes = {"reason": reason, "status": status, "category": category}

        found = read_message(body_of(referral_bundle(**changes)))

        assert found.row.type == "health.unclassified.v1"
        assert found.row.classification == "other"
        assert found.warnings[0] == "outside-the-table"

    def test_puts_up_with_an_absent_category(self):
        """Without a category it is taken for a referral, with a warning."""
        message = read_message(body_of(referral_bundle(category=None)))

        assert message.row.when.category == ("referral",)
        assert message.warnings == ("category-absent",)

    def test_reads_category_and_reason_by_their_systems(self):
        """Use case and local codes may stand before the standard's own."""
        bundle = referral_bundle()
        local = {"system": "https://trust.example", "code": "validation"}
        resource_of(bundle, "ServiceRequest")["category"].insert(0, {"coding": [local]})
        resource_of(bundle, "MessageHeader")["reason"]["coding"].insert(0, local)

        assert read_message(body_of(bundle)).warnings == ()

    def test_puts_up_with_the_standards_own_delete(self):
        """BaRS's example SERVREQ02 deletes; its table has no such reason."""
        bundle = referral_bundle(reason="delete", status="entered-in-error")

        message = read_message(body_of(bundle))

        assert message.row.type == "event.withdrawn.v1"
        assert message.warnings == ("reason-outside-the-table",)

    @pytest.mark.parametrize(
        ("event", "issue"),
        [
            ("booking-response", "invariant"),
            ("banana", "not-supported"),
        ],
    )
    def test_refuses_other_events(self, event, issue):
        """A booking's response is never sent to us; what is not BaRS is not read."""
        found = refused(body_of(referral_bundle(event=event)))

        assert (found.status, found.issue) == (400, issue)
        assert found.where == "Bundle.entry[0].resource.eventCoding.code"

    @pytest.mark.parametrize(
        ("name", "where"),
        [("reason", "reason"), ("focus", "focus")],
    )
    def test_wants_reason_and_focus(self, name, where):
        """Without them nobody can say what happened, or to which record."""
        bundle = referral_bundle()
        del resource_of(bundle, "MessageHeader")[name]

        found = refused(body_of(bundle))

        assert found.issue == "required"
        assert found.where == f"Bundle.entry[0].resource.{where}"

    def test_wants_an_event_coding(self):
        """FHIR allows a URI in its place; BaRS does not."""
        bundle = referral_bundle()
        header = resource_of(bundle, "MessageHeader")
        header["eventUri"] = "urn:x"
        del header["eventCoding"]

        assert refused(body_of(bundle)).where.endswith(".eventCoding")

    @pytest.mark.parametrize("focus", ["urn:uuid:nobody", "urn:uuid:patient", ""])
    def test_refuses_a_focus_that_is_no_service_request(self, focus):
        """The focus is followed, never guessed, though there is just one request."""
        bundle = referral_bundle()
        resource_of(bundle, "MessageHeader")["focus"] = [{"reference": focus or "x"}]

        found = refused(body_of(bundle))

        assert found.where == "Bundle.entry[0].resource.focus[0]"

    def test_refuses_two_requests_in_focus(self):
        """A message is about one referral; two have two answers."""
        bundle = referral_bundle()
        second = json.loads(json.dumps(bundle["entry"][1]))
        bundle["entry"].append(second | {"fullUrl": "urn:uuid:second"})
        focus = resource_of(bundle, "MessageHeader")["focus"]
        focus.append({"reference": "urn:uuid:second"})
        del second["resource"]["id"]

        assert refused(body_of(bundle)).where == "Bundle.entry[0].resource.focus[0]"

    def test_refuses_a_focus_that_two_entries_answer_to(self):
        """Two requests under one fullUrl: which one is meant is not ours to choose."""
        bundle = referral_bundle()
        bundle["entry"].append(json.loads(json.dumps(bundle["entry"][1])))

        assert refused(body_of(bundle)).where == "Bundle.entry[0].resource.focus[0]"


class TestRereading:
    """
    What a door took in is read again without the structural models.
    """

    def test_says_what_the_door_read(self):
        """The second reading means the same as the first."""
        assert retold_of(referral_bundle()) == stated(referral_bundle())
