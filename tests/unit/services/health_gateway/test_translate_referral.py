"""A referral message becomes one statement, in the sender's words."""

import pytest

from schemas.statement import UNNUMBERED, Reversal, Statement
from tests.support.bars import (
    NHS_NUMBER,
    RECEIVER,
    SENDER,
    body_of,
    referral_bundle,
    resource_of,
)
from tests.support.fhir import read_message, to_statements
from tests.support.referred import CORRELATION, refused, stated

RECORD = "https://trust.example/Id/referral|REF-1001"


def mistaken(**more):
    """Return the statements of a referral that was entered in error."""
    bundle = referral_bundle(reason="update", status="entered-in-error", **more)

    return to_statements(read_message(body_of(bundle)))


def changed(kind, **members):
    """Return a referral in which the first resource of *kind* has other members."""
    bundle = referral_bundle()
    resource_of(bundle, kind).update(members)

    return bundle


class TestReferral:
    """
    What the sender said is kept; what the catalogue has no room for is left out.
    """

    def test_keeps_what_the_sender_said(self):
        """Every member comes from the resource that the references lead to."""
        assert stated(referral_bundle()) == Statement(
            place=1,
            type="referral.received.v1",
            occurred="2026-03-01T16:40:00+00:00",
            occurredprecision="instant",
            sourcerecord=RECORD,
            sourceversion=1772442900000 - UNNUMBERED,
            whole=RECORD,
            moment=1772442900000,
            person={
                "local_id": "https://trust.example/Id/patient|P88",
                "nhs_number": NHS_NUMBER,
                "date_of_birth": "2018-05-04",
                "family_name": "Vale",
                "given_name": "Ann",
                "other_ids": [f"ServiceRequest|{RECORD}"],
            },
            data={
                "service": "community-paediatrics",
                "code": "306261003",
                "code_system": "http://snomed.info/sct",
                "referred_by": SENDER,
                "referred_to": RECEIVER,
                "priority": "routine",
            },
            correlationid=CORRELATION,
            reversal=Reversal(
                RECORD,
                1772442900000 - UNNUMBERED,
                "",
                tuple((facet, facet) for facet in ("#cancelled", "#discharged")),
            ),
        )

    @pytest.mark.parametrize(
        ("code", "service"),
        [
            ("306291008", "camhs"),
            ("390866009", "camhs"),
            ("308452008", "slt"),
            ("306360000", "slt"),
            ("308453003", "ot"),
            ("306355004", "ot"),
            ("306358002", "physio"),
        ],
    )
    def test_knows_the_services(self, code, service):
        """SNOMED CT referral codes are named as the timeline names them."""
        assert stated(referral_bundle(code=code)).data["service"] == service

    def test_keeps_a_code_that_is_no_known_service(self):
        """Another code goes on alone, for those who know it."""
        data = stated(referral_bundle(code="3457005")).data

        assert data["code"] == "3457005"
        assert "service" not in data

    def test_does_not_take_another_systems_code_for_snomed(self):
        """The same digits of another code system name no service."""
        code = {"coding": [{"system": "https://trust.example", "code": "306261003"}]}

        assert "service" not in stated(changed("ServiceRequest", code=code)).data

    def test_prefers_the_coding_that_names_a_service(self):
        """A local code may stand before the SNOMED CT one."""
        local = {"system": "https://trust.example", "code": "CP1"}
        snomed = {"system": "http://snomed.info/sct", "code": "308452008"}
        code = {"coding": [local, snomed]}

        assert stated(changed("ServiceRequest", code=code)).data["service"] == "slt"

    def test_leaves_words_out_of_codes(self):
        """A sentence in place of a code is left out, and flagged."""
        code = {"coding": [{"system": "https://x.example", "code": "Ann needs help"}]}

        found = stated(changed("ServiceRequest", code=code))

        assert "code" not in found.data
        assert found.flags == ("field-left-out",)

    def test_leaves_an_unknown_priority_out(self):
        """The models accept any word as a priority; the catalogue does not."""
        found = stated(referral_bundle(priority="banana"))

        assert "priority" not in found.data
        assert found.flags == ("field-left-out",)


class TestLaterVersions:
    """
    An update, a cancellation and a mistake are about the referral they name.
    """

    def test_update_is_the_next_version_of_the_same_record(self):
        """The record stays and the version grows."""
        first = stated(referral_bundle(version="1"))
        second = stated(referral_bundle(version="2", reason="update"))

        assert (first.type, first.sourcerecord) == (second.type, second.sourcerecord)
        assert (first.sourceversion, second.sourceversion) == (1, 2)

    def test_cancellation_does_not_supersede_the_referral(self):
        """It is a record of its own, and happened when its record last changed."""
        updated = "2026-03-09T10:00:00+00:00"
        found = stated(
            referral_bundle(reason="update", status="revoked", last_updated=updated)
        )

        assert found.type == "referral.cancelled.v1"
        assert found.sourcerecord == RECORD + "#cancelled"
        assert found.data["service"] == "community-paediatrics"
        assert found.data["code"] == "306261003"
        assert found.occurred == updated

    @pytest.mark.parametrize(
        ("version", "limit"),
        [("3", {"upto": 3}), (None, {"until": "2026-03-10T12:00:00.000000Z"})],
    )
    def test_mistake_withdraws_the_record_as_it_was_so_far(self, version, limit):
        """What was said up to that version, or had been heard by then, should not be."""
        found, *_ = mistaken(**({"version": version} if version else {}))

        assert found.type == "event.withdrawn.v1"
        assert found.sourcerecord == RECORD + "#withdrawn"
        assert found.data == {
            "withdraws": {"sourcerecord": RECORD} | limit,
            "reason": "entered-in-error",
        }

    def test_mistake_withdraws_what_else_was_said_of_the_request(self):
        """Its cancellation too; not what an answer said, which is another message."""
        _, *found = mistaken(version="3")

        assert {one.data["withdraws"]["sourcerecord"] for one in found} == {
            RECORD + side for side in ("#cancelled", "#other", "#validation")
        }
        assert {one.data["withdraws"]["upto"] for one in found} == {3}
        assert {len(one.person) for one in found} == {0}
        assert {one.sourcerecord.removeprefix(RECORD) for one in found} == {
            f"{side}#withdrawn" for side in ("#cancelled", "#other", "#validation")
        }


class TestRecord:
    """
    Which record and which version: the sender's own, found in a fixed order.
    """

    def test_prefers_the_requests_identifier_then_its_id(self):
        """Without an identifier the record is ServiceRequest/id."""
        found = stated(referral_bundle(record=None))

        assert found.sourcerecord.startswith("ServiceRequest/c2b0a9de")

    def test_then_the_encounters_case_number(self):
        """BaRS's own samples have neither identifier nor id on the request."""
        bundle = referral_bundle(record=None)
        del resource_of(bundle, "ServiceRequest")["id"]

        assert stated(bundle).sourcerecord == "https://trust.example/Id/case|CASE-7"

    def test_then_the_bundles_id(self):
        """BaRS keeps Bundle.id through a conversation."""
        bundle = referral_bundle(record=None, bundle_id="conversation-1")
        del resource_of(bundle, "ServiceRequest")["id"]
        del resource_of(bundle, "Encounter")["identifier"]

        assert stated(bundle).sourcerecord == "conversation-1"

    def test_refuses_a_referral_without_any_id(self):
        """Nothing could ever update or cancel it."""
        bundle = referral_bundle(record=None, bundle_id=None)
        del resource_of(bundle, "ServiceRequest")["id"]
        del resource_of(bundle, "Encounter")["identifier"]

        assert refused(bundle).where == "Bundle.entry[1].resource.identifier"

    def test_an_id_that_a_withdrawal_could_not_name_stands_as_its_digest(self):
        """It has to fit into later events that name it; cut, it might be another's."""
        [one, other] = [stated(referral_bundle(record="R" * n)) for n in (200, 201)]
        again = stated(referral_bundle(record="R" * 200, reason="update"))

        assert one.sourcerecord == again.sourcerecord != other.sourcerecord
        assert one.sourcerecord.startswith("urn:sha256:")

    @pytest.mark.parametrize(
        ("changes", "version"),
        [
            ({"version": "7"}, 7),
            ({"version": "v7"}, 1772442900000 - UNNUMBERED),
            (
                {"last_updated": "2026-03-02T10:15:00.250+01:00"},
                1772442900250 - UNNUMBERED,
            ),
            (
                {"last_updated": None, "timestamp": "2026-03-02T09:15:01Z"},
                1772442901000 - UNNUMBERED,
            ),
        ],
    )
    def test_version_is_a_number_or_the_moment_of_the_last_change(
        self, changes, version
    ):
        """An integer versionId, else lastUpdated of the request, else of the Bundle."""
        assert stated(referral_bundle(**changes)).sourceversion == version

    def test_a_record_without_version_or_time_is_of_when_it_was_heard(self):
        """Two messages about it are put in the order in which they came."""
        found = stated(referral_bundle(last_updated=None, timestamp=None))

        assert found.sourceversion == 1773144000000 - UNNUMBERED
