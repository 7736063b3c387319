"""What becomes of a delivery: taken in, held for a person, refused, done."""

from datetime import date
from uuid import UUID

from schemas import topics
from schemas.errors import Refused
from services.education_gateway.store import failures
from services.education_gateway.store.deliveries import Job, Progress, job_of
from services.runtime.intake import awaiting, messages
from services.runtime.step import Step


async def taking(step: Step, ref: UUID, kind: str, as_at: date) -> None:
    """Note that a delivery was judged and is being taken in."""
    await step.conn.execute(
        "UPDATE files SET state = 'taking', judged = true, kind = $2, as_at = $3"
        " WHERE message_ref = $1",
        ref,
        kind,
        as_at,
    )
    await step.conn.execute(
        "UPDATE receipts SET reason = NULL, rule = NULL, place = NULL"
        " WHERE message_ref = $1 AND state = 'waiting'",
        ref,
    )


async def hold(step: Step, ref: UUID, kind: str, rule: str, where: str) -> None:
    """Leave a delivery for a person to decide about."""
    await step.conn.execute(
        "UPDATE files SET state = 'held', kind = $2 WHERE message_ref = $1", ref, kind
    )
    await step.conn.execute(
        "UPDATE receipts SET reason = 'held', rule = $2, place = $3"
        " WHERE message_ref = $1",
        ref,
        rule,
        where,
    )


async def refuse(
    step: Step, job: Job, refused: Refused, *, state: str, remedy: str = ""
) -> None:
    """Refuse a whole delivery, with what to do; its bytes stay where they are."""
    await failures.whole(step.conn, job.ref, refused, remedy)
    await step.conn.execute(
        "UPDATE files SET state = $2 WHERE message_ref = $1", job.ref, state
    )
    await step.conn.execute(
        "UPDATE receipts SET state = 'refused', reason = $2, rule = $3, place = $4"
        " WHERE message_ref = $1",
        job.ref,
        refused.reason,
        refused.rule,
        refused.where,
    )
    item = messages.Item(0, b"{}", refused=refused)
    topic = topics.EDUCATION_INBOUND
    step.publish(messages.refused_item(step, job.message(), job.ref, item, topic))


async def done(step: Step, ref: UUID, progress: Progress) -> None:
    """
    Note that a delivery has been taken in whole.

    One that changes nothing is translated all the same: there is nothing to wait for.
    """
    await step.conn.execute(
        "UPDATE files SET state = 'done' WHERE message_ref = $1", ref
    )
    await awaiting.arrived(step.conn, {ref: 1})
    counts = progress.counts
    taken = any(counts.get(one) for one in ("unchanged", "others", "added", "changed"))
    state = "refused" if counts.get("failed") and not taken else "translated"
    if not progress.sent:
        await step.conn.execute(
            "UPDATE receipts SET state = $2, reason = $3, rule = $4"
            " WHERE message_ref = $1 AND state = 'waiting'",
            ref,
            state,
            "rows-failed" if counts.get("failed") else None,
            "every row that differs failed" if counts.get("failed") else None,
        )


async def decide(
    step: Step, ref: UUID, sender: str, who: str, why: str, *, release: bool
) -> Job | None:
    """Release or reject a held delivery of *sender*; None where there is none."""
    row = await step.conn.fetchrow(
        "UPDATE files f SET state = $3, released = $4, decided_by = $5,"
        " decided_reason = $6 FROM receipts r WHERE f.message_ref = $1"
        " AND r.message_ref = f.message_ref AND r.sender = $2 AND f.state = 'held'"
        " RETURNING f.*, r.sender, r.request_id, r.received_at",
        ref,
        sender,
        "waiting" if release else "rejected",
        release,
        who,
        why,
    )
    return job_of(row) if row else None
