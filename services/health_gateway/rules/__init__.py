"""What is FHIR R4 (NEMS: STU3) and what is not. Pure: bytes in, a resource out."""

from services.health_gateway.rules.elements import is_resource
from services.health_gateway.rules.json_text import MAX_DEPTH, read_json
from services.health_gateway.rules.judging import (
    MAX_BYTES,
    Judged,
    Media,
    is_release,
    judge,
    judge_resource,
    read,
    rejudge,
)
from services.health_gateway.rules.repairs import (
    STRICT,
    Repair,
    Repaired,
    Repairs,
)
from services.health_gateway.rules.structure import accepts, check_structure
from services.health_gateway.rules.stu3 import judge_stu3
from services.health_gateway.rules.xml_text import without_elements

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "STRICT",
    "Judged",
    "Media",
    "Repair",
    "Repaired",
    "Repairs",
    "accepts",
    "check_structure",
    "is_release",
    "is_resource",
    "judge",
    "judge_resource",
    "judge_stu3",
    "read",
    "read_json",
    "rejudge",
    "without_elements",
]
