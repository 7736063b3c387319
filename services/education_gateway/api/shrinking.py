"""What a delivery lacks of its feed: so much that a person should look, or a whole table."""

from collections.abc import Collection
from datetime import date

from services.education_gateway.store.deliveries import Job
from services.education_gateway.store.narrowing import Narrowing
from services.education_gateway.translate.files.lacking import lacking
from services.education_gateway.translate.files.layout import Finding
from services.education_gateway.translate.files.survey import Survey
from services.runtime.postgres import Connection
from services.runtime.snapshots import store
from services.runtime.snapshots.comparing import is_shrunken
from services.runtime.step import Step

_DECIDE = "release it or reject it"
_WHOLE = "the whole table is missing: "


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
            said = f"{gone} of {known} records are gone, more than {share:.0%}"
            return _held(said, there), name
        if on and (last := heard.get(name, on)) < on:
            fewer = await _fewer(step, table, len(there), last, share)
            if fewer:
                return _held(fewer, there), name
    return None


def _held(said: str, there: Collection[bytes]) -> str:
    """Return the rule by which a delivery waits, and what a person does about it."""
    return f"{'' if there else _WHOLE}{said}; {_DECIDE}"


async def _fewer(
    step: Step, table: store.Table, now: int, last: date, share: float
) -> str:
    """Say where a return has far fewer records than that of *last* had."""
    then = await store.said_on(step.conn, table, last)
    if not is_shrunken(then, then - now, share):
        return ""
    return f"{now} records where {last} had {then}, more than {share:.0%} fewer"


async def left_out(conn: Connection, feed: int, whole: Survey) -> dict[str, Finding]:
    """
    Return a warning for each table of the feed that is not in a delivery taken in.

    What a return of its day took back, when a person released it, is no such table.
    """
    stands = {
        name: await store.stand(
            conn, store.Table(feed, name), but=_taken_back(whole, name)
        )
        for name in whole.unsaid
    }
    return lacking(stands)


def _taken_back(whole: Survey, name: str) -> date | None:
    """Return the day whose records a delivery takes back from a table that is not in it."""
    return whole.missed_on(name) if name in whole.keys else None
