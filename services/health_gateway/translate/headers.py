"""What BaRS puts beside a message: FHIR resources in base64, in headers."""

import base64
import binascii
from typing import Final

import orjson

from services.health_gateway.codes import BAD_VALUE
from services.health_gateway.errors import FhirRefused
from services.health_gateway.translate.nodes import Node
from services.health_gateway.translate.people import ods_urn

END_USER: Final = "NHSD-End-User-Organisation"


def end_user(header: str | None) -> str | None:
    """
    Return the organisation that the header names, None where it is absent.

    Source: BaRS API specification, header NHSD-End-User-Organisation.
    """
    if header is None:
        return None
    try:
        read = orjson.loads(base64.b64decode(header, validate=True))
    except (binascii.Error, ValueError):
        read = None
    if not isinstance(read, dict):
        rule = "This must be an Organization as JSON in base64"
        raise FhirRefused(BAD_VALUE, END_USER, rule=rule)
    return ods_urn(list(Node(read, END_USER).nodes("identifier")))
