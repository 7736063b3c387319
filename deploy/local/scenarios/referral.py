"""A referral in the shape of the Booking and Referral Standard. Pure, plain dicts."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal
from uuid import uuid5

from pydantic import AwareDatetime, BaseModel, ConfigDict

from deploy.local.scenarios.message import NAMESPACE, instant

SNOMED: Final = "http://snomed.info/sct"
NHS_NUMBER: Final = "https://fhir.nhs.uk/Id/nhs-number"
ODS: Final = "https://fhir.nhs.uk/Id/ods-organization-code"
SERVICE_ID: Final = "https://fhir.nhs.uk/Id/dos-service-id"
BARS: Final = "https://fhir.nhs.uk"

Resource = dict[str, Any]


class Referral(BaseModel):
    """What one referral message says, in the sender's words."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    record: str
    """The sender's own number of the referral."""
    reason: Literal["new", "update"]
    status: Literal["active", "revoked", "entered-in-error"]
    priority: Literal["routine", "urgent"] = "routine"
    made_at: AwareDatetime
    """When the referral was made; an update keeps it."""
    sent_at: AwareDatetime
    """When this message was sent."""
    person: str
    """Who it is about: a name in `people`."""
    service: str
    code: str
    """SNOMED CT concept of what is asked for."""
    requested_by: str


def referral_bundle(
    referral: Referral, *, sender: str, person: Mapping[str, Any]
) -> Resource:
    """Return the message Bundle with which *sender* publishes *referral*."""
    resources = [*_core(referral, sender, person)]
    if referral.status == "active":
        resources += _context(referral)
    for resource in resources:
        resource["meta"] = {"lastUpdated": instant(referral.sent_at)}
    return {
        "resourceType": "Bundle",
        "id": _id(referral, "Bundle"),
        "meta": {
            "versionId": "1.4.0",
            "lastUpdated": instant(referral.sent_at),
            "profile": [f"{BARS}/StructureDefinition/BARSBundleMessage"],
        },
        "type": "message",
        "timestamp": instant(referral.sent_at),
        "entry": [
            {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}
            for resource in resources
        ],
    }


def _core(
    referral: Referral, sender: str, person: Mapping[str, Any]
) -> Iterator[Resource]:
    """Yield what every referral message holds, a cancellation too."""
    yield _header(referral)
    yield _service_request(referral)
    yield _patient(referral, person)
    yield _organisation(referral, "sender", sender)
    yield _organisation(referral, "requester", referral.requested_by)


def _header(referral: Referral) -> Resource:
    """Return the first entry: which kind of message this is, and from whom."""
    kind = "referral" if referral.status == "active" else "cancelled"
    return {
        "resourceType": "MessageHeader",
        "id": _id(referral, f"MessageHeader/{referral.reason}"),
        "eventCoding": _coding("message-events-bars", "servicerequest-request"),
        "destination": [
            {
                "endpoint": f"{SERVICE_ID}|throughline",
                "receiver": _to(referral, "Organization/sender"),
            }
        ],
        "sender": _to(referral, "Organization/sender"),
        "source": {"endpoint": f"{SERVICE_ID}|2000099999"},
        "reason": {"coding": [_coding("message-reason-bars", referral.reason)]},
        "focus": [_to(referral, "ServiceRequest")],
        "definition": f"{BARS}/MessageDefinition/"
        f"bars-message-servicerequest-request-{kind}",
    }


def _service_request(referral: Referral) -> Resource:
    """Return the referral itself."""
    request = {
        "resourceType": "ServiceRequest",
        "id": _id(referral, "ServiceRequest"),
        "identifier": [{"value": referral.record}],
        "status": referral.status,
        "intent": "order",
        "category": [
            {"coding": [_coding("message-category-servicerequest", "referral")]}
        ],
        "priority": referral.priority,
        "code": {"coding": [{"system": SNOMED, "code": referral.code}]},
        "subject": _to(referral, "Patient"),
        "authoredOn": instant(referral.made_at),
        "requester": _to(referral, "Organization/requester"),
        "performer": [_to(referral, "Organization/sender")],
    }
    if referral.status == "active":
        request["encounter"] = _to(referral, "Encounter")
        request["basedOn"] = [_to(referral, "CarePlan")]
    return request


def _patient(referral: Referral, person: Mapping[str, Any]) -> Resource:
    """Return the child as the sender knows them."""
    return {
        "resourceType": "Patient",
        "id": _id(referral, "Patient"),
        "identifier": [
            {"system": NHS_NUMBER, "value": person["nhs_number"]},
            {"value": person["local_id"]},
        ],
        "name": [
            {
                "use": "official",
                "family": person["family_name"],
                "given": [person["given_name"]],
            }
        ],
        "birthDate": str(person["date_of_birth"]),
    }


def _organisation(referral: Referral, part: str, urn: str) -> Resource:
    """Return the organisation *urn* in its *part* of this message."""
    return {
        "resourceType": "Organization",
        "id": _id(referral, f"Organization/{part}"),
        "identifier": [{"system": ODS, "value": urn.removeprefix("urn:ods:")}],
    }


def _context(referral: Referral) -> list[Resource]:
    """Return what a new referral must hold besides, each as small as it may be."""
    patient = _to(referral, "Patient")
    period = {"start": instant(referral.made_at)}
    return [
        _part(
            referral,
            "Encounter",
            status="finished",
            subject=patient,
            identifier=[{"value": referral.record}],
            period=period,
            **{"class": _act("AMB")},
        ),
        _part(referral, "CarePlan", status="completed", intent="plan", subject=patient),
        _part(referral, "HealthcareService", active=True, name=referral.service),
        _part(referral, "Practitioner", active=True),
        _part(
            referral,
            "PractitionerRole",
            practitioner=_to(referral, "Practitioner"),
            organization=_to(referral, "Organization/requester"),
        ),
        _consent(referral, patient),
    ]


def _consent(referral: Referral, patient: Resource) -> Resource:
    """Return the consent that the standard requires with a referral."""
    scope = "http://terminology.hl7.org/CodeSystem/consentscope"
    return _part(
        referral,
        "Consent",
        status="active",
        scope={"coding": [{"system": scope, "code": "patient-privacy"}]},
        category=[{"coding": [_coding("consent-categories-bars", "DRC")]}],
        patient=patient,
        policyRule={"coding": [_act("IMPLIED")]},
    )


def _part(referral: Referral, kind: str, **members: object) -> Resource:
    """Return the only resource of *kind* in this message."""
    return {"resourceType": kind, "id": _id(referral, kind), **members}


def _coding(system: str, code: str) -> Resource:
    """Return a coding in one of the standard's own code systems."""
    return {"system": f"{BARS}/CodeSystem/{system}", "code": code}


def _act(code: str) -> Resource:
    """Return a coding in HL7's act codes."""
    system = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
    return {"system": system, "code": code}


def _to(referral: Referral, part: str) -> Resource:
    """Return a reference to another part of the same message."""
    return {"reference": f"urn:uuid:{_id(referral, part)}"}


def _id(referral: Referral, part: str) -> str:
    """Return an id that stays the same in later messages of the same referral."""
    return str(uuid5(NAMESPACE, f"referral/{referral.record}/{part}"))
