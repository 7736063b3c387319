"""What a sender is answered: OperationOutcomes, Bundles, and what this service takes."""

from services.health_gateway.translate.answers.bundles import (
    response_bundle,
    response_of,
    warnings_of,
)
from services.health_gateway.translate.answers.describing import (
    capability_statement,
    message_definitions,
)
from services.health_gateway.translate.answers.formats import (
    JSON,
    XML,
    accepted_format,
    written,
)
from services.health_gateway.translate.answers.outcomes import (
    OUTSIDE,
    accepted,
    informed,
    outcome,
    outcome_of,
    outcome_with,
)

__all__ = [
    "JSON",
    "OUTSIDE",
    "XML",
    "accepted",
    "accepted_format",
    "capability_statement",
    "informed",
    "message_definitions",
    "outcome",
    "outcome_of",
    "outcome_with",
    "response_bundle",
    "response_of",
    "warnings_of",
    "written",
]
