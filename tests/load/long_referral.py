"""A BaRS-shaped referral as an urgent-care system sends it: 19 entries, about 35 kB."""

from typing import Any, Final
from uuid import UUID, uuid5

import orjson

from tests.load import bars
from tests.load.children import Child

ENTRIES: Final = 19
_BYTES: Final = 35_000
_SNOMED: Final = "http://snomed.info/sct"
_KINDS: Final = ("Observation", "QuestionnaireResponse", "Flag", "Procedure")
_DIV: Final = '<div xmlns="http://www.w3.org/1999/xhtml">{}</div>'

Resource = dict[str, Any]


def long_referral(child: Child, record: UUID, at: str) -> bytes:
    """Return the message that refers *child*, with what triage wrote down beside it."""
    bundle = orjson.loads(bars.referral(child, record, at))
    patient = next(
        entry["fullUrl"]
        for entry in bundle["entry"]
        if entry["resource"]["resourceType"] == "Patient"
    )
    missing = ENTRIES - len(bundle["entry"])
    spare = (_BYTES - len(orjson.dumps(bundle))) // missing
    for nth in range(missing):
        kind = _KINDS[nth % len(_KINDS)]
        own = str(uuid5(record, f"{kind}-{nth}"))
        resource = _filled(_resource(kind, own, patient, at), spare)
        bundle["entry"].append({"fullUrl": f"urn:uuid:{own}", "resource": resource})
    return orjson.dumps(bundle)


def _resource(kind: str, own: str, patient: str, at: str) -> Resource:
    """Return one finding of the triage."""
    coding = {"system": _SNOMED, "code": "271594007", "display": "Finding of triage"}
    code = {"coding": [coding, coding], "text": "Finding of triage"}
    said: dict[str, Resource] = {
        "Observation": {"status": "final", "code": code, "effectiveDateTime": at},
        "QuestionnaireResponse": {"status": "completed", "authored": at},
        "Flag": {"status": "active", "code": code},
        "Procedure": {"status": "completed", "code": code, "performedDateTime": at},
    }
    whole = {
        "resourceType": kind,
        "id": own,
        "meta": {
            "lastUpdated": at,
            "profile": [f"https://fhir.hl7.org.uk/StructureDefinition/UKCore-{kind}"],
        },
        "subject": {"reference": patient},
    }
    return whole | said[kind]


def _filled(resource: Resource, size: int) -> Resource:
    """Return *resource* with a narrative, and answers, that make it *size* bytes."""
    if resource["resourceType"] == "QuestionnaireResponse":
        resource["item"] = [
            {
                "linkId": str(nth),
                "text": f"Question {nth} of the pathway",
                "answer": [{"valueString": "The answer as it was given"}],
            }
            for nth in range(12)
        ]
    rest = size - len(orjson.dumps(resource)) - len(_DIV) - 60
    words = ("as triage noted it, " * (max(rest, 20) // 20 + 1))[: max(rest, 20)]
    return resource | {"text": {"status": "generated", "div": _DIV.format(words)}}
