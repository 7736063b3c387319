"""Answers in the format that was asked for: JSON, or XML of the same."""

from typing import Any, Final

import orjson
from fhir.resources.R4B import get_fhir_model_class

JSON: Final = "application/fhir+json"
XML: Final = "application/fhir+xml"


def accepted_format(accept: str | None) -> str | None:
    """
    Return the media type of an answer, None where nothing that is accepted is spoken.

    JSON wherever it will do. Source: RFC 9110 12.5.1; FHIR R4, RESTful API, content types.
    """
    if not accept:
        return JSON
    kinds = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    if any(kind in {"*/*", "application/*"} or kind.endswith("json") for kind in kinds):
        return JSON
    return XML if any(kind.endswith("xml") for kind in kinds) else None


def written(resource: dict[str, Any], media: str) -> bytes:
    """Return *resource* as bytes of that media type."""
    if media != XML:
        return orjson.dumps(resource)
    model = get_fhir_model_class(resource["resourceType"])
    xml: str | bytes = model.model_validate(resource).model_dump_xml()
    return xml.encode() if isinstance(xml, str) else xml
