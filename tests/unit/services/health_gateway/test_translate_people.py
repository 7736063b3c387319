"""Whom a message is about, and which organisations it names."""

import pytest

from services.health_gateway.translate import sender_of
from tests.support.bars import (
    NHS_NUMBER,
    NHS_NUMBER_SYSTEM,
    ODS_SYSTEM,
    OTHER_NHS_NUMBER,
    SENDER,
    body_of,
    referral_bundle,
    resource_of,
)
from tests.support.fhir import read_message
from tests.support.referred import refused, stated


def changed(kind, **members):
    """Return a referral in which the first resource of *kind* has other members."""
    bundle = referral_bundle()
    resource_of(bundle, kind).update(members)

    return bundle


class TestPerson:
    """
    The person is the Patient that the ServiceRequest points at, as the sender has it.
    """

    @pytest.mark.parametrize("subject", ["urn:uuid:nobody", "urn:uuid:request", "#p"])
    def test_refuses_a_subject_that_is_not_in_the_message(self, subject):
        """We never guess whom a referral is about, though there is just one Patient."""
        found = refused(changed("ServiceRequest", subject={"reference": subject}))

        assert found.where == "Bundle.entry[1].resource.subject"

    @pytest.mark.parametrize("reference", ["Patient/88", "Patient/88/_history/2"])
    def test_follows_a_reference_by_type_and_id(self, reference):
        """Patient/id is as good as a fullUrl, with or without a version."""
        bundle = changed("ServiceRequest", subject={"reference": reference})
        resource_of(bundle, "Patient")["id"] = "88"

        assert stated(bundle).person["nhs_number"] == NHS_NUMBER

    @pytest.mark.parametrize(
        ("url", "own", "reference"),
        [
            ("urn:uuid:0f3b2a54", None, "Patient/0f3b2a54"),
            (None, "0f3b2a54", "urn:uuid:0f3b2a54"),
        ],
    )
    def test_knows_a_uuid_by_address_and_by_type(self, url, own, reference):
        """Given as one, referred to as the other."""
        bundle = changed("ServiceRequest", subject={"reference": reference})
        entry = next(
            entry
            for entry in bundle["entry"]
            if entry["resource"]["resourceType"] == "Patient"
        )
        del entry["fullUrl"]
        entry |= {"fullUrl": url} if url else {}
        entry["resource"] |= {"id": own} if own else {}

        assert stated(bundle).person["nhs_number"] == NHS_NUMBER

    def test_takes_the_patient_meant_among_several(self):
        """A sibling who stands earlier in the message is not the subject."""
        bundle = referral_bundle()
        sibling = {"resourceType": "Patient", "identifier": [{"value": "P99"}]}
        bundle["entry"].insert(1, {"fullUrl": "urn:uuid:sib", "resource": sibling})
        found = stated(bundle)

        assert found.person["local_id"].endswith("P88")
        assert found.place == 2

    def test_newborn_without_nhs_number(self):
        """The sender's own id is enough; linking waits for the number."""
        assert "nhs_number" not in stated(referral_bundle(nhs_number=None)).person

    def test_refuses_a_patient_whom_nothing_identifies(self):
        """A name and a birthday are not an identifier."""
        found = refused(referral_bundle(nhs_number=None, local_id=None))

        assert (found.issue, found.where) == (
            "required",
            "Bundle.entry[2].resource.identifier",
        )

    @pytest.mark.parametrize(
        "system",
        ["http://fhir.nhs.net/Id/nhs-number", "https://fhir.nhs.uk/id/nhs-number"],
    )
    def test_knows_the_legacy_spellings_of_the_number(self, system):
        """An NHS number under an older system is no local id."""
        identifier = [{"system": system, "value": NHS_NUMBER}]
        person = stated(changed("Patient", identifier=identifier)).person

        assert person["nhs_number"] == NHS_NUMBER
        assert "local_id" not in person

    @pytest.mark.parametrize(
        "number", ["999 123 4519", "999123451", "99912345190", "\uff19991234519"]
    )
    def test_refuses_a_malformed_nhs_number(self, number):
        """Ten ASCII digits or nothing; the refusal does not repeat it."""
        found = refused(referral_bundle(nhs_number=number))

        assert (found.status, found.issue) == (400, "value")
        assert found.where == "Bundle.entry[2].resource.identifier[0].value"
        assert number not in str(found)

    def test_flags_a_wrong_check_digit(self):
        """NHS's own examples carry such numbers: kept, flagged, never linked on."""
        found = stated(referral_bundle(nhs_number="9991234510"))

        assert found.person["nhs_number"] == "9991234510"
        assert found.flags == ("nhs-number-check-failed",)

    def test_refuses_two_current_nhs_numbers(self):
        """One child has one number; an old one has to be marked as old."""
        both = [
            {"system": NHS_NUMBER_SYSTEM, "value": NHS_NUMBER},
            {"system": NHS_NUMBER_SYSTEM, "value": OTHER_NHS_NUMBER},
        ]
        marked = [both[0], both[1] | {"use": "old"}]

        assert refused(changed("Patient", identifier=both)).issue == "value"
        assert (
            stated(changed("Patient", identifier=marked)).person["nhs_number"]
            == NHS_NUMBER
        )

    def test_a_local_id_that_is_too_long_stands_as_its_digest(self):
        """Cut short it might be another child's."""
        [one, other] = [stated(referral_bundle(local_id="P" * n)) for n in (100, 101)]
        again = stated(referral_bundle(local_id="P" * 100))

        assert one.person["local_id"] == again.person["local_id"]
        assert one.person["local_id"] != other.person["local_id"]
        assert one.person["local_id"].startswith("urn:sha256:")

    def test_leaves_a_name_that_is_too_long_out(self):
        """The referral goes on without it, flagged."""
        found = stated(referral_bundle(family_name="V" * 101))

        assert "family_name" not in found.person
        assert found.flags == ("field-left-out",)

    def test_leaves_a_partial_birth_date_out(self):
        """A year of birth identifies nobody; the referral goes on without it."""
        found = stated(referral_bundle(birth_date="2018"))

        assert "date_of_birth" not in found.person
        assert found.flags == ("field-left-out",)

    def test_refuses_json_hidden_in_a_string(self):
        """The models would read it; two readers would see two messages."""
        hidden = ['{"system": "https://trust.example", "value": "P88"}']

        found = refused(changed("Patient", identifier=hidden))

        assert found.where == "Bundle.entry[2].resource.identifier[0]"

    @pytest.mark.parametrize("label", ["R", "V"])
    def test_restricted_patients_stay_restricted(self, label):
        """PDS's S-flag travels as the event's sensitivity."""
        found = stated(referral_bundle(confidentiality=label))

        assert found.sensitivity == "restricted"

    def test_unrestricted_patients_are_normal(self):
        """The label U says that nothing is restricted."""
        assert stated(referral_bundle(confidentiality="U")).sensitivity == "normal"


class TestOrganisations:
    """
    Organisations are named by their ODS code, whatever system it came under.
    """

    @pytest.mark.parametrize(
        "system",
        [
            "https://fhir.nhs.uk/id/ods-organization-code",
            "https://fhir.hl7.org.uk/Id/ODS-code",
            "https://fhir.nhs.uk/Id/ods-site-code",
            "https://fhir.nhs.uk/Id/ods-organisation-code",
        ],
    )
    def test_knows_the_spellings_of_ods(self, system):
        """Each spelling found in real messages gives the same name."""
        bundle = changed(
            "Organization", identifier=[{"system": system, "value": "rnu"}]
        )

        assert stated(bundle).data["referred_by"] == SENDER

    def test_prefers_the_organisation_to_its_site(self):
        """A trust that also gives its site's code is still the trust."""
        site = {"system": "https://fhir.nhs.uk/Id/ods-site-code", "value": "RNU01"}
        trust = {
            "system": ODS_SYSTEM,
            "value": "RNU",
        }
        bundle = changed("Organization", identifier=[site, trust])

        assert stated(bundle).data["referred_by"] == SENDER

    @pytest.mark.parametrize(
        "requester",
        [
            {"reference": "urn:uuid:sender"},
            {"reference": "urn:uuid:role"},
            {"reference": "urn:uuid:practitioner"},
            {
                "identifier": {
                    "system": ODS_SYSTEM,
                    "value": "RNU",
                }
            },
        ],
    )
    def test_follows_the_requester_to_an_organisation(self, requester):
        """An organisation, a role, a practitioner with one role, or a bare code."""
        bundle = changed("ServiceRequest", requester=requester)

        assert stated(bundle).data["referred_by"] == SENDER

    def test_does_not_choose_between_a_practitioners_roles(self):
        """Someone who works in two places may have referred from either."""
        bundle = changed(
            "ServiceRequest", requester={"reference": "urn:uuid:practitioner"}
        )
        second = resource_of(bundle, "PractitionerRole") | {
            "organization": {"reference": "urn:uuid:receiver"}
        }
        bundle["entry"].append({"fullUrl": "urn:uuid:role2", "resource": second})

        assert "referred_by" not in stated(bundle).data

    @pytest.mark.parametrize("reference", ["urn:uuid:nobody", "urn:uuid:patient"])
    def test_leaves_out_a_body_that_cannot_be_found(self, reference):
        """Who asked is worth having, not worth refusing a referral for."""
        found = stated(changed("ServiceRequest", requester={"reference": reference}))

        assert "referred_by" not in found.data
        assert found.flags == ("field-left-out",)


class TestSender:
    """
    The message's own word on who sent it, where it is unambiguous.
    """

    def test_names_the_sender(self):
        """MessageHeader.sender leads to an organisation with an ODS code."""
        assert sender_of(read_message(body_of(referral_bundle()))) == SENDER

    def test_is_silent_where_two_codes_are_given(self):
        """Two organisation codes name no one sender."""
        both = [{"system": ODS_SYSTEM, "value": ods} for ods in ("RNU", "RTH")]
        message = read_message(body_of(changed("Organization", identifier=both)))

        assert sender_of(message) is None

    def test_is_silent_where_no_sender_is_given(self):
        """The element is optional; the token says who it is."""
        bundle = referral_bundle()
        del resource_of(bundle, "MessageHeader")["sender"]

        assert sender_of(read_message(body_of(bundle))) is None
