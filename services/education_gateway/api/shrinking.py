"""Whether so much of a feed is gone that a person should look before it is taken in."""

from datetime import date

from services.education_gateway.store.deliveries import Job
from services.education_gateway.store.narrowing import Narrowing
from services.education_gateway.translate.files.survey import Survey
from services.runtime.snapshots import store
from services.runtime.snapshots.comparing import is_shrunken
from services.runtime.step import Step

_DECIDE = "release it or reject it"


async def shrunken(
    step: Step, feed: int, job: Job, whole: Survey, share: float, narrowing: Narrowing
) -> tuple[str, str] | None:
    """
    Return the rule, and which table, where more than *share* of one is gone; else None.

    Of a state, and of a return that comes again for its day, records are missed one by
    one. A return of a later day holds other records, so that their number is compared.
    """
    if job.corrects or job.released:
        return None
    heard = await store.heard_at(step.conn, feed)
    for name in whole.missed:
        table = store.Table(feed, name)
        there, on = whole.keys[name], whole.missed_on(name)
        known, keys = await store.absent(step.conn, table, there, on)
        silent = await narrowing.forgotten(step, job.sender, table, keys)
        gone, known = len(keys) - silent, known - silent
        if is_shrunken(known, gone, share):
            rule = (
                f"{gone} of {known} records are gone, more than {share:.0%}; {_DECIDE}"
            )
            return rule, name
        if on and (last := heard.get(name, on)) < on:
            fewer = await _fewer(step, table, len(there), last, share)
            if fewer:
                return fewer, name
    return None


async def _fewer(
    step: Step, table: store.Table, now: int, last: date, share: float
) -> str:
    """Return the rule where a return has far fewer records than that of *last* had."""
    then = await store.said_on(step.conn, table, last)
    if not is_shrunken(then, then - now, share):
        return ""
    return (
        f"{now} records where {last} had {then}, more than {share:.0%} fewer; {_DECIDE}"
    )
