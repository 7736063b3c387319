"""BaRS-shaped referral messages to vary one thing at a time. Invented people only."""

import json
from typing import Any

NHS_NUMBER = "9991234519"
OTHER_NHS_NUMBER = "9990000018"
NHS_NUMBER_SYSTEM = "https://fhir.nhs.uk/Id/nhs-number"
ODS_SYSTEM = "https://fhir.nhs.uk/Id/ods-organization-code"
SENT_AT = "2026-03-02T09:15:00+00:00"
SENDER = "urn:ods:RNU"
RECEIVER = "urn:ods:RTH"

_DEFAULTS: dict[str, Any] = {
    "bundle_id": "5f3b2a54-5f53-4d0b-9f3f-1d0a2f7f9a10",
    "event": "servicerequest-request",
    "reason": "new",
    "status": "active",
    "category": "referral",
    "code": "306261003",
    "authored_on": "2026-03-01T16:40:00+00:00",
    "record": "REF-1001",
    "version": None,
    "last_updated": SENT_AT,
    "timestamp": SENT_AT,
    "priority": "routine",
    "nhs_number": NHS_NUMBER,
    "local_id": "P88",
    "birth_date": "2018-05-04",
    "family_name": "Vale",
    "given_name": "Ann",
    "confidentiality": None,
    "sender_ods": "RNU",
    "receiver_ods": "RTH",
}


def referral_bundle(**changes: Any) -> dict[str, Any]:
    """
    Return a valid new referral to community paediatrics with *changes* applied.

    A change to None leaves that element out.
    """
    unknown = changes.keys() - _DEFAULTS.keys()
    if unknown:
        raise TypeError(f"referral_bundle has no {sorted(unknown)}")
    said = _DEFAULTS | changes
    return _without_none(
        {
            "resourceType": "Bundle",
            "id": said["bundle_id"],
            "meta": {
                "versionId": "1.3.0",
                "lastUpdated": said["timestamp"],
                "profile": [
                    "https://fhir.nhs.uk/StructureDefinition/BARSBundleMessage"
                ],
            },
            "type": "message",
            "timestamp": said["timestamp"],
            "entry": [
                {"fullUrl": f"urn:uuid:{name}", "resource": resource}
                for name, resource in _resources(said).items()
            ],
        }
    )


def body_of(bundle: dict[str, Any]) -> bytes:
    """Return *bundle* as a sender would put it on the wire."""
    return json.dumps(bundle, ensure_ascii=False).encode()


def resource_of(bundle: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return the first resource of *kind* in *bundle*, to be changed in place."""
    resources = (entry["resource"] for entry in bundle["entry"])
    return next(found for found in resources if found["resourceType"] == kind)


def _resources(said: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the message's resources by the uuid that references call them."""
    return {
        "header": _header(said),
        "request": _request(said),
        "patient": _patient(said),
        "encounter": {
            "resourceType": "Encounter",
            "meta": {"lastUpdated": said["timestamp"]},
            "identifier": [
                {"system": "https://trust.example/Id/case", "value": "CASE-7"}
            ],
            "status": "finished",
            "class": {
                "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
                "code": "AMB",
            },
            "subject": {"reference": "urn:uuid:patient"},
        },
        "sender": _organisation(said["sender_ods"], "Vale Community Health"),
        "receiver": _organisation(said["receiver_ods"], "River Children's Services"),
        "role": {
            "resourceType": "PractitionerRole",
            "practitioner": {"reference": "urn:uuid:practitioner"},
            "organization": {"reference": "urn:uuid:sender"},
        },
        "practitioner": {
            "resourceType": "Practitioner",
            "name": [{"family": "Reed", "given": ["Jo"], "prefix": ["Dr"]}],
        },
        "service": {
            "resourceType": "HealthcareService",
            "providedBy": {"reference": "urn:uuid:receiver"},
            "name": "Community paediatrics",
        },
    }


def _header(said: dict[str, Any]) -> dict[str, Any]:
    """Return the MessageHeader, which says what happened and to what."""
    bars = "https://fhir.nhs.uk/CodeSystem"
    return {
        "resourceType": "MessageHeader",
        "id": "1d9862fa-c7cd-40ef-ab5b-128d9bcc4490",
        "meta": {"lastUpdated": said["timestamp"]},
        "eventCoding": {
            "system": f"{bars}/message-events-bars",
            "code": said["event"],
        },
        "destination": [
            {"endpoint": "https://throughline.example/$process-message"},
        ],
        "sender": {"reference": "urn:uuid:sender"},
        "source": {"name": "Vale EHR", "endpoint": "https://trust.example/bars"},
        "reason": said["reason"]
        and {
            "coding": [
                {"system": f"{bars}/message-reason-bars", "code": said["reason"]}
            ]
        },
        "focus": [{"reference": "urn:uuid:request"}],
        "definition": "https://fhir.nhs.uk/MessageDefinition/"
        "bars-message-servicerequest-request-referral",
    }


def _request(said: dict[str, Any]) -> dict[str, Any]:
    """Return the ServiceRequest in focus."""
    category = "https://fhir.nhs.uk/CodeSystem/message-category-servicerequest"
    return {
        "resourceType": "ServiceRequest",
        "id": "c2b0a9de-0b8d-4f3f-9d2e-1f0b7a3f9c11",
        "meta": {"versionId": said["version"], "lastUpdated": said["last_updated"]},
        "identifier": said["record"]
        and [{"system": "https://trust.example/Id/referral", "value": said["record"]}],
        "status": said["status"],
        "intent": "order",
        "category": said["category"]
        and [{"coding": [{"system": category, "code": said["category"]}]}],
        "priority": said["priority"],
        "code": said["code"]
        and {"coding": [{"system": "http://snomed.info/sct", "code": said["code"]}]},
        "subject": {"reference": "urn:uuid:patient"},
        "encounter": {"reference": "urn:uuid:encounter"},
        "authoredOn": said["authored_on"],
        "requester": {"reference": "urn:uuid:role"},
        "performer": [{"reference": "urn:uuid:service"}],
    }


def _patient(said: dict[str, Any]) -> dict[str, Any]:
    """Return the Patient whom the referral is about."""
    label = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
    identifiers = (
        {"system": NHS_NUMBER_SYSTEM, "value": said["nhs_number"]},
        {"system": "https://trust.example/Id/patient", "value": said["local_id"]},
    )
    return {
        "resourceType": "Patient",
        "meta": {
            "lastUpdated": said["timestamp"],
            "security": said["confidentiality"]
            and [{"system": label, "code": said["confidentiality"]}],
        },
        "identifier": [i for i in identifiers if i["value"]] or None,
        "name": [
            {"use": "nickname", "given": ["Annie"]},
            {
                "use": "official",
                "family": said["family_name"],
                "given": [said["given_name"]],
            },
        ],
        "gender": "female",
        "birthDate": said["birth_date"],
    }


def _organisation(ods: str | None, name: str) -> dict[str, Any]:
    """Return an Organization known by its ODS code."""
    return {
        "resourceType": "Organization",
        "identifier": ods and [{"system": ODS_SYSTEM, "value": ods}],
        "name": name,
    }


def _without_none(value: Any) -> Any:
    """Return *value* without members that are None or became empty."""
    if isinstance(value, dict):
        kept = {name: _without_none(inner) for name, inner in value.items()}
        return {name: inner for name, inner in kept.items() if inner not in (None, {})}
    if isinstance(value, list):
        return [_without_none(inner) for inner in value]
    return value
