"""Resources of R4 as a trust's system would send them. Invented people only."""

import copy
from collections.abc import Sequence
from typing import Any

from tests.support.bars import NHS_NUMBER_SYSTEM

SNOMED = "http://snomed.info/sct"
LOCAL = "https://trust.example/Id/patient"


def reference_to(patient_id: str) -> dict[str, str]:
    """Return a reference to a patient by type and id."""
    return {"reference": f"Patient/{patient_id}"}


def patient(person: dict[str, Any], own: str, **changes: Any) -> dict[str, Any]:
    """Return a Patient with all that is known of *person*."""
    numbers = (
        {"system": NHS_NUMBER_SYSTEM, "value": person.get("nhs_number")},
        {"system": LOCAL, "value": person.get("local_id")},
    )
    return {
        "resourceType": "Patient",
        "id": own,
        "meta": {"versionId": "1", "lastUpdated": "2026-03-01T09:00:00Z"},
        "identifier": [number for number in numbers if number["value"]],
        "name": [{"family": person["family_name"], "given": [person["given_name"]]}],
        "birthDate": person["date_of_birth"],
    } | changes


def service_request(
    patient_id: str,
    own: str,
    *,
    code: str = "306261003",
    version: str = "1",
    **more: Any,
) -> dict[str, Any]:
    """Return an active referral that names its patient by reference alone."""
    return {
        "resourceType": "ServiceRequest",
        "id": own,
        "meta": {"versionId": version, "lastUpdated": "2026-03-02T09:00:00Z"},
        "status": "active",
        "intent": "order",
        "code": {"coding": [{"system": SNOMED, "code": code}]},
        "subject": reference_to(patient_id),
        "authoredOn": "2026-03-02",
    } | more


def task(
    request_id: str, own: str, status: str, *, whose: str | None = None, **more: Any
) -> dict[str, Any]:
    """Return a Task about a referral; it names a patient only where *whose* says so."""
    named = {"for": reference_to(whose)} if whose else {}
    return {
        "resourceType": "Task",
        "id": own,
        "meta": {"versionId": "1", "lastUpdated": "2026-03-03T09:00:00Z"},
        "status": status,
        "intent": "order",
        "focus": {"reference": f"ServiceRequest/{request_id}"},
        "lastModified": "2026-03-03T09:00:00Z",
        **named,
    } | more


def appointment(patient_id: str, own: str, status: str, **more: Any) -> dict[str, Any]:
    """Return an Appointment of a patient."""
    return {
        "resourceType": "Appointment",
        "id": own,
        "meta": {"versionId": "1", "lastUpdated": "2026-03-04T09:00:00Z"},
        "status": status,
        "start": "2026-04-01T09:00:00+01:00",
        "end": "2026-04-01T09:30:00+01:00",
        "participant": [{"actor": reference_to(patient_id), "status": "accepted"}],
    } | more


def observation(patient_id: str, own: str) -> dict[str, Any]:
    """Return an Observation, which no type of the catalogue says."""
    return {
        "resourceType": "Observation",
        "id": own,
        "meta": {"versionId": "1", "lastUpdated": "2026-03-04T09:00:00Z"},
        "status": "final",
        "code": {"coding": [{"system": SNOMED, "code": "271594007"}]},
        "subject": reference_to(patient_id),
    }


def bundle_of(form: str, *resources: dict[str, Any]) -> dict[str, Any]:
    """Return a Bundle of *form* that puts each resource, or posts one without an id."""
    return {
        "resourceType": "Bundle",
        "type": form,
        "entry": [_entry(resource) for resource in resources],
    }


def _entry(resource: dict[str, Any]) -> dict[str, Any]:
    """Return one entry."""
    kind, own = resource["resourceType"], resource.get("id")
    request = (
        {"method": "PUT", "url": f"{kind}/{own}"}
        if own
        else {"method": "POST", "url": kind}
    )
    return {"resource": resource, "request": request}


def with_value(document: Any, path: Sequence[str | int], value: object) -> Any:
    """Return a copy of *document* with *value* at *path*."""
    changed = copy.deepcopy(document)
    holder = changed
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return changed
