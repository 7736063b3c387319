"""
A BaRS-shaped referral, as a trust's system would send it to `$process-message`.

Shape: NHS England, Booking and Referral Standard, servicerequest-request/new, referral.
"""

import base64
from typing import Any, Final
from uuid import UUID, uuid5

import orjson

from tests.load.children import Child

_FHIR: Final = "https://fhir.nhs.uk"
_UKCORE: Final = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-"
_DEFINITION: Final = "bars-message-servicerequest-request-referral"
TARGET: Final = {"system": f"{_FHIR}/Id/dos-service-id", "value": "2000011147"}
"""The service that the referral is for."""

Resource = dict[str, Any]


def referral(child: Child, record: UUID, at: str) -> bytes:
    """Return the message that refers *child*, made at the instant *at*."""
    told = [_header, _service_request, _patient, _encounter, _care_plan, _consent]
    resources = [tell(child, record, at) for tell in told] + _organisations(record)
    bundle = {
        "resourceType": "Bundle",
        "id": str(record),
        "meta": {
            "versionId": "1.4.0",
            "lastUpdated": at,
            "profile": [f"{_FHIR}/StructureDefinition/BARSBundleMessage"],
        },
        "type": "message",
        "timestamp": at,
        "entry": [_entry(resource, at) for resource in resources],
    }
    return orjson.dumps(bundle)


def headers() -> dict[str, str]:
    """Return the headers that BaRS asks for beside the two ids."""
    organisation = {
        "resourceType": "Organization",
        "identifier": [{"system": f"{_FHIR}/Id/ods-organization-code", "value": "RNU"}],
    }
    return {
        "Accept": "application/fhir+json; version=1.4.0",
        "NHSD-Target-Identifier": _sealed(TARGET),
        "NHSD-End-User-Organisation": _sealed(organisation),
        "NHSD-Requesting-Software": _sealed({"resourceType": "Device"}),
    }


def _sealed(value: object) -> str:
    """Return *value* as base64 JSON."""
    return base64.b64encode(orjson.dumps(value)).decode()


def _entry(resource: Resource, at: str) -> Resource:
    """Return one entry of the Bundle."""
    stamped = {"meta": {"lastUpdated": at}} | resource
    return {"fullUrl": f"urn:uuid:{resource['id']}", "resource": stamped}


def _id(record: UUID, name: str) -> str:
    """Return the id of the resource called *name* in this message."""
    return str(uuid5(record, name))


def _to(record: UUID, name: str) -> dict[str, str]:
    """Return a reference to the resource called *name*."""
    return {"reference": f"urn:uuid:{_id(record, name)}"}


def _coded(system: str, code: str) -> Resource:
    """Return a CodeableConcept of one coding."""
    return {"coding": [{"system": system, "code": code}]}


def _header(_child: Child, record: UUID, _at: str) -> Resource:
    """Return the MessageHeader."""
    return {
        "resourceType": "MessageHeader",
        "id": _id(record, "header"),
        "eventCoding": {
            "system": f"{_FHIR}/CodeSystem/message-events-bars",
            "code": "servicerequest-request",
        },
        "destination": [
            {
                "endpoint": f"{TARGET['system']}|{TARGET['value']}",
                "receiver": _to(record, "receiver"),
            }
        ],
        "sender": _to(record, "sender"),
        "source": {"endpoint": f"{TARGET['system']}|2000099999"},
        "reason": _coded(f"{_FHIR}/CodeSystem/message-reason-bars", "new"),
        "focus": [_to(record, "request")],
        "definition": f"{_FHIR}/MessageDefinition/{_DEFINITION}",
    }


def _service_request(_child: Child, record: UUID, at: str) -> Resource:
    """Return the referral itself."""
    categories = f"{_FHIR}/CodeSystem/message-category-servicerequest"
    cases = f"{_FHIR}/CodeSystem/usecases-categories-bars"
    return {
        "resourceType": "ServiceRequest",
        "id": _id(record, "request"),
        "meta": {"versionId": "1", "lastUpdated": at},
        "identifier": [
            {"system": "https://rnu.example/referral", "value": str(record)}
        ],
        "status": "active",
        "intent": "order",
        "category": [_coded(categories, "referral"), _coded(cases, "a5t1")],
        "code": _coded("http://snomed.info/sct", "3457005"),
        "subject": _to(record, "patient"),
        "encounter": _to(record, "encounter"),
        "occurrencePeriod": {"start": at},
        "authoredOn": at,
        "requester": _to(record, "role"),
        "performer": [_to(record, "service")],
    }


def _patient(child: Child, record: UUID, _at: str) -> Resource:
    """Return the child, as health calls them."""
    number = {"system": f"{_FHIR}/Id/nhs-number", "value": child.nhs_number}
    return {
        "resourceType": "Patient",
        "id": _id(record, "patient"),
        "meta": {"profile": [f"{_UKCORE}Patient"]},
        "identifier": [number],
        "name": [{"family": child.family_name, "given": [child.given_name]}],
        "birthDate": child.date_of_birth,
    }


def _encounter(_child: Child, record: UUID, _at: str) -> Resource:
    """Return the encounter in which the referral was made."""
    act = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
    return {
        "resourceType": "Encounter",
        "id": _id(record, "encounter"),
        "status": "finished",
        "class": {"system": act, "code": "AMB"},
        "subject": _to(record, "patient"),
    }


def _care_plan(_child: Child, record: UUID, _at: str) -> Resource:
    """Return the completed plan that makes it a referral rather than a validation."""
    return {
        "resourceType": "CarePlan",
        "id": _id(record, "plan"),
        "status": "completed",
        "intent": "plan",
        "subject": _to(record, "patient"),
    }


def _consent(_child: Child, record: UUID, _at: str) -> Resource:
    """Return the consent to share."""
    scope = "http://terminology.hl7.org/CodeSystem/consentscope"
    category = "http://terminology.hl7.org/CodeSystem/consentcategorycodes"
    return {
        "resourceType": "Consent",
        "id": _id(record, "consent"),
        "status": "active",
        "scope": _coded(scope, "patient-privacy"),
        "category": [_coded(category, "idscl")],
        "patient": _to(record, "patient"),
        "policy": [{"uri": "https://rnu.example/consent"}],
    }


def _organisations(record: UUID) -> list[Resource]:
    """Return who sends, who receives, and by whose hand."""
    system = f"{_FHIR}/Id/ods-organization-code"
    made = [("sender", "RNU"), ("receiver", "RTH")]
    organisations: list[Resource] = [
        {
            "resourceType": "Organization",
            "id": _id(record, name),
            "identifier": [{"system": system, "value": code}],
        }
        for name, code in made
    ]
    return [*organisations, *_people(record)]


def _people(record: UUID) -> list[Resource]:
    """Return the practitioner, their role, and the service that is asked."""
    return [
        {"resourceType": "Practitioner", "id": _id(record, "practitioner")},
        {
            "resourceType": "PractitionerRole",
            "id": _id(record, "role"),
            "practitioner": _to(record, "practitioner"),
            "organization": _to(record, "sender"),
        },
        {
            "resourceType": "HealthcareService",
            "id": _id(record, "service"),
            "identifier": [dict(TARGET)],
            "providedBy": _to(record, "receiver"),
        },
    ]
