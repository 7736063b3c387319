"""MNS signals about invented children: CloudEvents and history Bundles."""

import json
from typing import Any, Final

_PDS: Final = "https://api.service.nhs.uk/personal-demographics/FHIR/R4/Patient/"
_BACKPORT: Final = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/"
_AT: Final = "2026-03-02T09:00:00Z"
NUMBER: Final = "9992047313"


def signal(kind: str, number: str | None = NUMBER, **changes: Any) -> dict[str, Any]:
    """Return a signal as a CloudEvent; a change to None leaves a member out."""
    said = {
        "specversion": "1.0",
        "id": "236a1d4a-5d69-4fa9-9c7f-e72bf505aa5b",
        "source": "uk.nhs.personal-demographics-service",
        "type": kind,
        "time": _AT,
        "dataref": f"{_PDS}{number}" if number else None,
        "subject": number,
    } | changes
    return {name: value for name, value in said.items() if value is not None}


def legacy(kind: str, number: str = NUMBER, **data: Any) -> dict[str, Any]:
    """Return a signal of MNS's first version, which names the patient whole."""
    whom = {"dob": "2018-11-05", "familyName": "THORNBURY", "nhsNumber": number}
    asid = {"system": "https://fhir.nhs.uk/Id/nhsSpineASID", "value": "477121000324"}
    return {
        "id": "1dd1f17a-599d-40b8-9ee9-2c92756e2bc9",
        "type": kind,
        "subject": whom,
        "source": {"name": "NHS DIGITAL", "identifier": asid},
        "time": _AT,
        "data": {"versionId": 'W/"16"', "fullUrl": _PDS + number} | data,
    }


def bundle(
    kind: str,
    number: str | None = NUMBER,
    resource: dict[str, Any] | None = None,
    pointer: str = _PDS + NUMBER,
) -> dict[str, Any]:
    """Return a signal as a history Bundle, hydrated with *resource*."""
    subject = {"identifier": {"value": number}}
    context = [
        {"name": "event-type", "valueString": kind},
        {"name": "source", "valueUri": "https://fhir.nhs.uk/Id/nhsSpineASID/4771"},
        *([{"name": "subject", "valueReference": subject}] if number else []),
    ]
    about = [
        {"name": "event-number", "valueString": "1"},
        {"name": "timestamp", "valueInstant": _AT},
        {"name": "focus", "valueReference": {"reference": pointer}},
    ]
    status = {
        "resourceType": "Parameters",
        "meta": {"profile": [f"{_BACKPORT}backport-subscription-status-r4"]},
        "parameter": [
            {"name": "subscription", "valueReference": {"reference": "Subscription/s"}},
            {"name": "status", "valueCode": "active"},
            {"name": "type", "valueCode": "event-notification"},
            {"name": "notification-event", "part": about},
            {"name": "additional-context", "part": context},
        ],
    }
    held = [status] if resource is None else [status, resource]
    return {
        "resourceType": "Bundle",
        "id": "685aec28-70bb-4763-853b-2bdc07a44415",
        "type": "history",
        "timestamp": _AT,
        "entry": [_entry(one) for one in held],
    }


def _entry(resource: dict[str, Any]) -> dict[str, Any]:
    """Return one entry of a history."""
    request = {"method": "GET", "url": "https://api.service.nhs.uk/"}
    return {"resource": resource, "request": request, "response": {"status": "200"}}


def written(signal: dict[str, Any]) -> bytes:
    """Return a signal as it is sent."""
    return json.dumps(signal).encode()
