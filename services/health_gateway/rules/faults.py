"""Faults that only the judging of a body finds."""

from typing import Final

from services.health_gateway.codes import Fault

NOT_XML: Final = Fault(
    "not-xml",
    400,
    "REC_BAD_REQUEST",
    "invalid",
    "Send one FHIR resource as XML in UTF-8, without a document type.",
)
REPAIRED: Final = Fault(
    "repaired",
    200,
    "",
    "structure",
    "It was read as if sent rightly; mend the sender, for this ends when agreed.",
)
"""A warning: only this publisher has it."""
NOT_STU3: Final = Fault(
    "not-fhir",
    400,
    "REC_BAD_REQUEST",
    "invalid",
    "Correct the elements named in expression to FHIR STU3 and send it again.",
)
