"""FHIR STU3 as NEMS writes it: always a Bundle, always XML."""

from dataclasses import replace
from typing import Any

from services.health_gateway.codes import BAD_VALUE, NOT_FHIR, TOO_LARGE
from services.health_gateway.errors import FhirRefused, Issue
from services.health_gateway.rules.elements import TYPE, Release
from services.health_gateway.rules.faults import NOT_STU3
from services.health_gateway.rules.judging import MAX_BYTES
from services.health_gateway.rules.structure import check_structure
from services.health_gateway.rules.xml_text import read_xml


def judge_stu3(body: bytes) -> dict[str, Any]:
    """Return the Bundle that *body* holds, as STU3 JSON has it; raises FhirRefused."""
    if len(body) > MAX_BYTES:
        rule = f"The body must be of at most {MAX_BYTES} bytes"
        raise FhirRefused(TOO_LARGE, "Bundle", rule=rule)
    try:
        resource = read_xml(body, Release.STU3)
        check_structure(resource, Release.STU3)
    except FhirRefused as refused:
        raise FhirRefused.of(tuple(map(_of_stu3, refused.issues))) from None
    if resource[TYPE] != "Bundle":
        raise FhirRefused(
            BAD_VALUE, "Resource.resourceType", rule="This must be Bundle"
        )
    return resource


def _of_stu3(issue: Issue) -> Issue:
    """Return an issue in the words of the release that was meant."""
    fault = NOT_STU3 if issue.fault is NOT_FHIR else issue.fault
    return replace(issue, fault=fault, rule=issue.rule.replace("R4", "STU3"))
