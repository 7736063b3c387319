"""Bundles of every kind: whose their entries are, and that none goes without a word."""

import pytest
from starlette.routing import Match

from deploy.documents.services import built
from services.health_gateway.errors import FhirRefused
from services.health_gateway.rules import is_release
from services.health_gateway.translate import Asked, withdrawn
from services.health_gateway.translate.answers import warnings_of
from tests.support.bars import NHS_NUMBER, NHS_NUMBER_SYSTEM
from tests.support.fhir import AT, heard, retold_of, stated, taken
from tests.support.resources import LOCAL, bundle_of, patient, service_request

PERSON = {
    "nhs_number": NHS_NUMBER,
    "local_id": "P-1",
    "family_name": "Thornbury",
    "given_name": "Wren",
    "date_of_birth": "2018-11-05",
}
COMPOSITION = {
    "resourceType": "Composition",
    "id": "c",
    "status": "final",
    "type": {"coding": [{"code": "x"}]},
    "subject": {"reference": "Patient/pat-1"},
    "date": "2026-03-02",
    "author": [{"display": "somebody"}],
    "title": "Letter",
}


def searching(query):
    """Return a referral that names its patient by a search."""
    return service_request("-", "sr-1", subject={"reference": query})


@pytest.mark.parametrize(
    ("query", "person"),
    [
        (f"Patient?identifier={LOCAL}|P-1", {"local_id": f"{LOCAL}|P-1"}),
        (
            f"Patient?identifier={NHS_NUMBER_SYSTEM}|{NHS_NUMBER}",
            {"nhs_number": NHS_NUMBER},
        ),
        (
            "Patient?identifier=https%3A%2F%2Ftrust.example%2FId%2Fpatient%7CP-1",
            {"local_id": f"{LOCAL}|P-1"},
        ),
    ],
)
def test_a_conditional_reference_names_the_patient_by_its_identifier(query, person):
    """Number or the sender's own id, whether or not the address is escaped."""
    bundle = bundle_of("transaction", searching(query))

    [said] = stated(bundle)

    assert said.person.items() >= person.items()
    assert said.type == "referral.received.v1"
    assert retold_of(bundle) == [said]


def test_a_conditional_reference_finds_the_patient_that_came_with_it():
    """All that is known of them leads to the child."""
    query = f"Patient?identifier={NHS_NUMBER_SYSTEM}|{NHS_NUMBER}"
    bundle = bundle_of("transaction", patient(PERSON, "pat-1"), searching(query))

    said = stated(bundle)

    assert {one.person["local_id"] for one in said} == {f"{LOCAL}|P-1"}
    assert {one.person["date_of_birth"] for one in said} == {"2018-11-05"}
    assert retold_of(bundle) == said


def test_a_search_for_something_else_names_nobody():
    """By name, or of another type of resource."""
    for query in ("Patient?family=Vale", "Group?identifier=x|1", "Patient?identifier="):
        assert stated(bundle_of("collection", searching(query))) == []


def test_every_entry_of_a_document_is_taken():
    """As those of a collection are: the letter, the patient and the referral."""
    whole = (COMPOSITION, patient(PERSON, "pat-1"), service_request("pat-1", "sr-1"))

    said = stated(bundle_of("document", *whole))

    assert {one.place for one in said} == {0, 1, 2}
    assert "referral.received.v1" in {one.type for one in said}


def test_a_bundle_within_another_is_not_dropped_without_a_word():
    """Its sender is told that it was not opened."""
    inner = bundle_of("collection", service_request("pat-1", "sr-1"))

    [piece] = taken(bundle_of("collection", inner)).pieces

    assert piece.statements == ()
    assert warnings_of(piece) == ("bundle-within",)


def test_nothing_of_a_type_that_r4_does_not_have_is_deleted():
    """It is not there, whatever its id."""
    with pytest.raises(FhirRefused) as refused:
        withdrawn(Asked("DELETE", "Banana", "1"), heard())

    assert (refused.value.status, refused.value.issue) == (404, "not-supported")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31T00:00:00Z"])
def test_a_date_that_stands_for_none_is_not_replaced_without_a_word(day):
    """The next best one is taken, and its sender is told."""
    [wrong] = stated(service_request("pat-1", "sr-1", authoredOn=day))
    [right] = stated(service_request("pat-1", "sr-1"))

    assert (wrong.occurred[:10], wrong.flags) == ("2026-03-02", ("date-beyond",))
    assert right.flags == ()


class TestDeletions:
    """What is deleted may be made again."""

    def test_a_deletion_reaches_what_was_heard_before(self):
        """It names no version of the sender's, so a higher one cannot be hidden by it."""
        found = withdrawn(Asked("DELETE", "Flag", "f"), heard()).pieces[0].statements

        assert {one.data["withdraws"].get("upto") for one in found} == {None}
        assert {one.data["withdraws"]["until"] for one in found} == {AT}
        assert {one.sourcerecord for one in found} == {
            "Flag/f#deleted",
            "Flag/f#other#deleted",
        }

    @pytest.mark.parametrize(
        "said",
        [
            {"response": {"status": "204", "etag": 'W/"3"'}},
            {"request": {"method": "DELETE", "url": "Flag/f/_history/3"}},
        ],
    )
    def test_a_history_says_which_version_a_deletion_was(self, said):
        """What the history tells of later versions stands, though heard with it."""
        deleted = {"request": {"method": "DELETE", "url": "Flag/f"}} | said
        history = {"resourceType": "Bundle", "type": "history", "entry": [deleted]}
        found = stated(history)

        assert {one.data["withdraws"]["upto"] for one in found} == {3}
        assert retold_of(history) == found

    @pytest.mark.parametrize("form", ["batch", "transaction"])
    @pytest.mark.parametrize("last", [True, False])
    def test_what_is_deleted_and_put_in_one_bundle_stands(self, form, last):
        """Wherever the deletion stands, it takes back what was there before, no more."""
        bundle = bundle_of(form, service_request("pat-1", "sr-1"))
        delete = {"request": {"method": "DELETE", "url": "ServiceRequest/sr-1"}}
        bundle["entry"].insert(1 if last else 0, delete)
        found = stated(bundle)
        gone = {
            one.data["withdraws"]["until"]
            for one in found
            if one.type == "event.withdrawn.v1"
        }

        assert gone == {"2026-03-10T11:59:59.999999Z"}
        assert "referral.received.v1" in {one.type for one in found}
        assert retold_of(bundle) == found

    def test_what_is_put_beside_a_deletion_of_another_changes_nothing(self):
        """The deletion reaches what was heard until that moment."""
        bundle = bundle_of("batch", service_request("pat-1", "sr-1"))
        delete = {"request": {"method": "DELETE", "url": "ServiceRequest/sr-2"}}
        bundle["entry"].append(delete)
        gone = [o for o in stated(bundle) if o.type == "event.withdrawn.v1"]

        assert {one.data["withdraws"]["until"] for one in gone} == {AT}


@pytest.mark.parametrize("kind", ["Patient", "Observation"])
def test_a_resource_by_itself_is_told_where_it_goes(kind):
    """The address of Bundles names the one of its type; a Bundle goes in."""
    with pytest.raises(FhirRefused) as found:
        taken({"resourceType": kind}, Asked(bundle_only=True))

    assert f"/FHIR/R4/{kind}" in found.value.issues[0].diagnostics
    assert taken(bundle_of("batch"), Asked(bundle_only=True)).form == "batch"


@pytest.mark.parametrize(
    ("said", "fits"),
    [
        ("application/fhir+json", True),
        ("application/fhir+json; fhirVersion=4.0", True),
        ('application/fhir+xml; charset=utf-8; fhirVersion="3.0"', False),
        ("application/fhir+json;fhirversion=5.0", False),
    ],
)
def test_a_content_type_may_name_the_release(said, fits):
    """Another release of FHIR than R4 is not read as if it were this one."""
    assert is_release(said) == fits


def message_of(header):
    """Return a message of a referral whose header says *header* of its event."""
    whole = bundle_of("message", service_request("pat-1", "sr-1"))
    first = {"resourceType": "MessageHeader", "source": {"endpoint": "urn:x"}}
    focus = [{"reference": "ServiceRequest/sr-1"}]
    whole["entry"].insert(0, {"resource": first | header | {"focus": focus}})

    return whole


@pytest.mark.parametrize(
    "header",
    [
        {"eventUri": "https://trust.example/events/admitted"},
        {"eventCoding": {"system": "https://fhir.nhs.uk/itk", "code": "ITK007C"}},
    ],
)
def test_a_message_of_another_standard_is_taken_as_a_collection(header):
    """Its entries say what they say; only the address of BaRS's messages wants BaRS."""
    found = taken(message_of(header))
    [said] = [one for piece in found.pieces for one in piece.statements]

    assert (found.form, found.message, said.place) == ("collection", None, 1)
    assert said.type == "referral.received.v1"
    assert "not-bars" in found.warnings
    with pytest.raises(FhirRefused):
        taken(message_of(header), Asked(message_only=True))


def test_an_event_of_bars_list_that_it_does_not_have_is_still_refused():
    """It is a message of BaRS, and a wrong one."""
    system = "https://fhir.nhs.uk/CodeSystem/message-events-bars"
    with pytest.raises(FhirRefused):
        taken(message_of({"eventCoding": {"system": system, "code": "banana"}}))


@pytest.mark.parametrize("form", ["document", "collection", "transaction", "batch"])
def test_a_bundle_that_is_put_as_a_resource_is_opened(form):
    """What it holds is on the timeline; it is answered as a resource."""
    whole = bundle_of(form, service_request("pat-1", "sr-1")) | {"id": "b"}
    found = taken(whole, Asked("PUT", "Bundle", "b"))

    assert found.form == "collection"
    assert [one.type for one in found.pieces[0].statements] == ["referral.received.v1"]
    with pytest.raises(FhirRefused):
        taken(whole, Asked("PUT", "Bundle", "c"))


@pytest.mark.parametrize(
    "resource",
    [
        {
            "resourceType": "ChargeItemDefinition",
            "url": "urn:x",
            "status": "draft",
            "replaces": ["urn:y"],
        },
        {
            "resourceType": "DocumentManifest",
            "status": "current",
            "source": "urn:x",
            "content": [{"reference": "Binary/1"}],
        },
        {
            "resourceType": "AuditEvent",
            "type": {"code": "rest"},
            "recorded": "2026-03-02T09:00:00Z",
            "agent": [{"requestor": True}],
            "source": {"type": [{"code": "4"}], "observer": {"display": "x"}},
        },
    ],
    ids=lambda resource: resource["resourceType"],
)
def test_what_has_a_text_where_others_have_a_reference_is_taken(resource):
    """A member of one name is another thing in another type."""
    assert stated(resource) == []


def test_a_bundle_may_be_posted_to_the_address_with_a_stroke_at_its_end():
    """As many clients join addresses."""
    _, parts = built()["health_gateway"]
    routes = [route for router in parts.routers for route in router.routes]
    asked = {"type": "http", "method": "POST", "path": "/FHIR/R4/", "headers": []}
    found = next(r for r in routes if r.matches(asked)[0] is Match.FULL)

    assert found.status_code == 201
