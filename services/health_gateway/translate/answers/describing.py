"""What this service takes, as FHIR describes it: CapabilityStatement, MessageDefinition."""

from collections.abc import Iterable
from typing import Any, Final

from services.health_gateway.translate.decisions import DecisionTable
from services.health_gateway.translate.resources import TYPES

_VERSION: Final = "0.1.0"
_DATE: Final = "2026-03-01"
_EVENTS: Final = "https://fhir.nhs.uk/CodeSystem/message-events-bars"
_DEFINITIONS: Final = "https://fhir.nhs.uk/MessageDefinition/bars-message-"
_FOCUS: Final = {"booking-request": "Appointment"}
_WRITES: Final = ("create", "update", "delete")


def capability_statement(endpoint: str, table: DecisionTable) -> dict[str, Any]:
    """Return what this service does; it answers no searches and no reads."""
    return {
        "resourceType": "CapabilityStatement",
        "id": "throughline",
        "name": "Throughline",
        "status": "active",
        "date": _DATE,
        "kind": "instance",
        "version": _VERSION,
        "software": {"name": "Throughline health gateway", "version": _VERSION},
        "implementation": {
            "description": "BaRS-shaped messages and R4 resources. No conformance "
            "has been granted.",
            "url": endpoint,
        },
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "application/fhir+xml"],
        "rest": [_rest()],
        "messaging": [_messaging(table)],
    }


def _rest() -> dict[str, Any]:
    """Return what may be posted; any other R4 resource is taken as unclassified."""
    service = {
        "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
        "code": "OAuth",
    }
    return {
        "mode": "server",
        "security": {"service": [{"coding": [service]}]},
        "resource": [
            {
                "type": name,
                "versioning": "versioned",
                "interaction": [{"code": code} for code in _WRITES],
            }
            for name in sorted(TYPES)
        ],
        "interaction": [{"code": "transaction"}, {"code": "batch"}],
        "operation": [
            {
                "name": "process-message",
                "definition": "http://hl7.org/fhir/OperationDefinition/"
                "MessageHeader-process-message",
            }
        ],
    }


def _messaging(table: DecisionTable) -> dict[str, Any]:
    """Return the messages that are taken."""
    return {
        "documentation": f"Booking and Referral Standard {table.version}, as far as the "
        "decision table of this service reads it.",
        "supportedMessage": [
            {"mode": "receiver", "definition": _DEFINITIONS + event}
            for event in _taken(table)
        ],
    }


def message_definitions(table: DecisionTable, *, at: str) -> dict[str, Any]:
    """Return a searchset of the messages that are taken."""
    entries = [
        {
            "fullUrl": _DEFINITIONS + event,
            "resource": _definition(event),
            "search": {"mode": "match"},
        }
        for event in _taken(table)
    ]
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "timestamp": at,
        "total": len(entries),
        "entry": entries,
    }


def _definition(event: str) -> dict[str, Any]:
    """Return what a message of that event is about."""
    focus = _FOCUS.get(event, "ServiceRequest")
    return {
        "resourceType": "MessageDefinition",
        "id": event,
        "url": _DEFINITIONS + event,
        "name": event.title().replace("-", ""),
        "status": "active",
        "date": _DATE,
        "eventCoding": {"system": _EVENTS, "code": event},
        "category": "consequence",
        "focus": [
            {"code": "MessageHeader", "min": 1, "max": "1"},
            {"code": focus, "min": 1, "max": "1"},
            {"code": "Patient", "min": 0 if event in _FOCUS else 1, "max": "1"},
        ],
    }


def _taken(table: DecisionTable) -> Iterable[str]:
    """Return the events that are taken, in order."""
    return sorted(table.events - set(table.refused))
