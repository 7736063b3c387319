"""What identity published and Postgres no longer knows is taken back into its tables."""

from services.identity_linking import store, translate
from services.runtime import instants
from services.runtime.envelope import Record, event_data
from services.runtime.rereading import remember_sent
from services.runtime.step import Step


async def take_back(step: Step, records: list[Record]) -> None:
    """
    Take back decisions with their epochs, and the last time of knowing.

    What was linked is not published again when its translation is read again: that gives
    back the identifiers, which the shared stream does not carry.
    """
    await remember_sent(step, records)
    latest = max(record.attributes["knownat"] for record in records)
    decisions = [r for r in records if r.attributes["type"] == translate.PERSON_LINKED]
    for record in decisions:
        decided = translate.decided(event_data(record))
        at = instants.parsed(record.attributes["knownat"])
        await store.restore_decision(step.conn, decided, at=at)
    told = {
        record.attributes["personref"]: (
            record.attributes["source"],
            record.key.decode(),
        )
        for record in records
        if record.attributes["type"] != translate.PERSON_LINKED
    }
    await store.restore_senders(step.conn, told)
    await store.restore_knownat(step.conn, instants.parsed(latest))
