"""Kafka doors of the education gateway."""

from collections.abc import Sequence
from dataclasses import replace

from schemas import topics
from schemas.errors import Refused
from schemas.statement import Statement
from services.education_gateway.translate import to_statement
from services.runtime.envelope import Record, event_data
from services.runtime.intake.following import follow
from services.runtime.intake.translating import LINGER, Translating
from services.runtime.reader import Reader


def readers(key: bytes) -> tuple[Reader, ...]:
    """Return what this service reads; *key* hashes record ids."""
    translating = Translating(translate, key)
    return (
        Reader(
            "education-gateway",
            (topics.EDUCATION_INBOUND,),
            translating.handle,
            linger=LINGER,
        ),
        Reader(
            "education-gateway-receipts",
            (topics.EVENTS_LINKED, topics.REFUSED),
            follow,
            gather=0.25,
        ),
    )


def translate(record: Record) -> Sequence[Statement]:
    """Return the one statement of an item; raises Refused."""
    said = record.attributes
    if "place" not in said or "causationid" not in said:
        rule = "the record does not name its message"
        raise Refused("not-ours", where="ce_causationid", rule=rule)
    place = int(said["place"])
    stated = to_statement(event_data(record), sender=said["source"], place=place)
    return [replace(stated, part=int(said.get("part", 0)))]
