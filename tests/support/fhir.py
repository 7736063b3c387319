"""FHIR resources as a trust would send them, read as the health gateway reads them."""

import json
from typing import Any, Final

from schemas.statement import Statement
from services.health_gateway.store import tables
from services.health_gateway.translate import (
    Asked,
    Heard,
    Message,
    Submission,
    retold,
    submission,
)
from services.health_gateway.translate.messages import message_statements
from services.runtime.settings import CONTRACTS
from tests.support.bars import SENDER

TABLES: Final = tables(CONTRACTS)
AT: Final = "2026-03-10T12:00:00.000000Z"
MESSAGE: Final = "5b0f0a9e-6c0a-5a7e-9a55-0d6a0f0c1b2d"


def heard(**changes: Any) -> Heard:
    """Return how a test's document was heard."""
    said = {"sender": SENDER, "at": AT, "message": MESSAGE, "tables": TABLES}
    return Heard(**(said | changes))


def taken(document: Any, asked: Asked | None = None, **changes: Any) -> Submission:
    """Return what a document, bytes or JSON, says; raises FhirRefused."""
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    return submission(raw, heard(**changes), asked or Asked())


def stated(document: Any, **changes: Any) -> list[Statement]:
    """Return every statement that a document makes."""
    return [s for piece in taken(document, **changes).pieces for s in piece.statements]


def retold_of(document: Any, **changes: Any) -> list[Statement]:
    """Return the same as the translator reads it from what the door passes on."""
    told = heard(**changes)
    return [
        said
        for piece in taken(document, **changes).pieces
        if piece.statements
        for said in retold(piece.value, told, piece.place)
    ]


def read_message(body: bytes) -> Message:
    """Return the message that *body* holds, as a door judges it; raises FhirRefused."""
    found = submission(body, heard(), Asked(message_only=True)).message
    assert found is not None
    return found


def to_statements(
    message: Message, *, correlationid: str | None = None
) -> tuple[Statement, ...]:
    """Return what *message* says happened."""
    return message_statements(message, heard(correlation=correlationid))
