"""Kafka doors of the health gateway."""

from collections.abc import Sequence

from schemas import topics
from schemas.errors import Refused
from schemas.statement import Statement
from services.health_gateway.translate import reread_message, to_statements
from services.runtime.envelope import Record
from services.runtime.intake.following import follow
from services.runtime.intake.translating import Translating
from services.runtime.reading import Reader


def readers(key: bytes) -> tuple[Reader, ...]:
    """Return what this service reads; *key* hashes record ids."""
    translating = Translating(translate, key)
    return (
        Reader(
            "health-gateway", (topics.HEALTH_INBOUND,), translating.handle, most=200
        ),
        Reader(
            "health-gateway-receipts",
            (topics.EVENTS_LINKED, topics.REFUSED),
            follow,
            pause=0.1,
        ),
    )


def translate(record: Record) -> Sequence[Statement]:
    """Return what a message states; raises Refused."""
    if "causationid" not in record.attributes:
        rule = "the record does not name its message"
        raise Refused("not-ours", where="ce_causationid", rule=rule)
    message = reread_message(record.value)
    return to_statements(message, correlationid=record.attributes.get("correlationid"))
