"""Kafka doors of the health gateway."""

from collections.abc import Sequence

from schemas import topics
from schemas.errors import Refused
from schemas.statement import Statement
from services.health_gateway.store.table_files import TableFiles
from services.health_gateway.translate import Heard, Tables, retold
from services.runtime.envelope import Record
from services.runtime.intake.following import follow
from services.runtime.intake.translating import LINGER, Translating
from services.runtime.reader import Reader


def translator(key: bytes, files: TableFiles) -> Translating:
    """Return what translates by *files* as they are; *key* hashes record ids."""

    def translate(record: Record) -> Sequence[Statement]:
        """Return what a message states; raises Refused."""
        return translated(record, files.tables)

    return Translating(translate, key, files.version)


def readers(translating: Translating) -> tuple[Reader, ...]:
    """Return what this service reads."""
    return (
        Reader(
            "health-gateway",
            (topics.HEALTH_INBOUND,),
            translating.handle,
            most=200,
            linger=LINGER,
        ),
        Reader(
            "health-gateway-receipts",
            (topics.EVENTS_LINKED, topics.REFUSED),
            follow,
            gather=0.25,
        ),
    )


def translated(record: Record, tables: Tables) -> Sequence[Statement]:
    """Return what a record of the inbound topic states; raises Refused."""
    said = record.attributes
    if "causationid" not in said:
        rule = "the record does not name its message"
        raise Refused("not-ours", where="ce_causationid", rule=rule)
    heard = Heard(
        sender=said["source"],
        at=said["time"],
        message=said["causationid"],
        tables=tables,
        correlation=said.get("correlationid"),
    )
    return retold(record.value, heard, int(said["place"]))
