"""
Deliveries of files are taken in behind the door, in steps whose source is the delivery.

A delivery is read once whole before anything of it counts: one that cannot be read to
its end, or that is older than what was taken, is refused, and one that has shrunk too
much is held for a person. Then its records follow, a part at a time; how far it is moves
in the step that sends them, so a crash anywhere neither doubles nor loses a row.
"""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from schemas.errors import Refused
from services.education_gateway.api.batch import Batch
from services.education_gateway.api.shrinking import left_out, shrunken
from services.education_gateway.settings import Settings
from services.education_gateway.store import deliveries, failures, outcomes
from services.education_gateway.store.deliveries import Job, Progress
from services.education_gateway.store.mappings import Mappings
from services.education_gateway.store.narrowing import Narrowing
from services.education_gateway.store.unpacking import unzipped
from services.education_gateway.translate.files import opening, survey
from services.education_gateway.translate.files.layout import BrokenFileError
from services.education_gateway.translate.files.opening import Part
from services.education_gateway.translate.files.survey import Survey
from services.runtime import instants
from services.runtime.parts import Timer
from services.runtime.service import Service
from services.runtime.snapshots import store
from services.runtime.step import Step

TOGETHER: Final = 500
"""Records in one step."""
_TURN: Final = "files"


class Elsewhere(Exception):  # noqa: N818 - not an error: another process has gone on
    """The delivery is no longer where this process left it."""


@dataclass(slots=True)
class Work:
    """One delivery on its way in."""

    job: Job
    survey: Survey
    progress: Progress


class Files:
    """Takes in what the doors for files have only kept."""

    def __init__(
        self,
        service: Service,
        settings: Settings,
        mappings: Mappings,
        narrowing: Narrowing,
    ) -> None:
        """Take in the files of *service*, and of whom *narrowing* lets them speak."""
        self._narrowing = narrowing
        self._service = service
        self._settings = settings
        self._mappings = mappings

    @property
    def timer(self) -> Timer:
        """What looks for deliveries."""
        return Timer(0.5, self.turn)

    async def turn(self) -> None:
        """Take in everything that waits."""
        while job := await self._service.steps.turn(_TURN, self._claimed):
            with ExitStack() as held:
                try:
                    await self._take(job, held)
                except Elsewhere:
                    return

    async def _claimed(self, step: Step) -> Job | None:
        """Return the next delivery, leased to this process."""
        return await deliveries.claim(step, self._service.instance)

    async def _take(self, job: Job, held: ExitStack) -> None:
        """Take in one delivery, from where it was left."""
        parts = await self._parts(job, held)
        try:
            whole = await asyncio.to_thread(self._read, job, parts, held)
        except BrokenFileError as broken:
            await self._refuse(job, broken)
            return
        work = Work(job, whole, job.progress)
        if not await self._judge(work):
            return
        for number, opened in enumerate(whole.delivery.files):
            if number >= work.progress.file:
                await self._records(work, number, opened)
        if not job.corrects:
            await self._removals(work)
        await self._step(work, self._done)

    async def _parts(self, job: Job, held: ExitStack) -> list[Part]:
        """Return the files of a delivery, each in a nameless file of its own."""
        parts = []
        async with self._service.pool.acquire() as conn:
            for number, name in enumerate(await deliveries.names(conn, job.ref)):
                stream = held.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - *held* is one
                async for chunk in deliveries.content(conn, job.ref, number):
                    stream.write(chunk)
                parts.append(Part(name, stream))
        return parts

    def _read(self, job: Job, parts: Sequence[Part], held: ExitStack) -> Survey:
        """Return what the delivery is, read to its end; raises BrokenFileError."""
        unpacked = [one for part in parts for one in unzipped(part, held)]
        mapping = self._mappings.of(job.sender, job.feed)
        delivery = opening.delivery(unpacked, mapping)
        received = instants.london_day(job.received_at)
        as_at = job.stated_as_at or delivery.as_at or received
        return survey.surveyed(delivery, feed=job.feed, as_at=as_at)

    async def _refuse(self, job: Job, broken: BrokenFileError) -> None:
        """Refuse a delivery of which nothing has been taken in."""

        async def work(step: Step) -> None:
            """Say why."""
            refused = Refused("not-understood", where=broken.where, rule=broken.rule)
            remedy = broken.remedy
            await outcomes.refuse(step, job, refused, state="refused", remedy=remedy)

        await self._service.steps.turn(_TURN, work)

    async def _judge(self, work: Work) -> bool:
        """Return whether the delivery may be taken in; refuse or hold it otherwise."""
        if work.progress != Progress():
            return True

        async def judge(step: Step) -> bool:
            """Judge it by what was taken before."""
            job, whole = work.job, work.survey
            if await deliveries.at(step, job.ref) != work.progress:
                raise Elsewhere
            kind = whole.delivery.layout.kind
            feed = await store.feed_id(step.conn, job.sender, job.feed)
            if old := await self._older(step, feed, work):
                refused = Refused("out-of-date", where=old, rule=_OLDER)
                await outcomes.refuse(
                    step, job, refused, state="refused", remedy=_SEND_NEWER
                )
                return False
            share, narrow = self._settings.held_share, self._narrowing
            if shrunk := await shrunken(step, feed, job, whole, share, narrow):
                await outcomes.hold(step, job.ref, kind, *shrunk)
                return False
            await outcomes.taking(step, job.ref, kind, whole.as_at)
            await failures.remark(step.conn, job.ref, whole.delivery.remarks)
            if not job.corrects:
                missing = await left_out(step.conn, feed, whole)
                await failures.lacks(step.conn, job.ref, missing)
            return True

        return await self._service.steps.turn(_TURN, judge)

    async def _older(self, step: Step, feed: int, work: Work) -> str:
        """Return which table was heard of at a later day than this; empty if none was."""
        whole = work.survey
        if work.job.corrects or not whole.delivery.layout.ordered:
            return ""
        heard = await store.heard_at(step.conn, feed)
        late = [name for name in whole.keys if heard.get(name, date.min) > whole.as_at]
        return late[0] if late else ""

    async def _records(self, work: Work, number: int, opened: opening.Opened) -> None:
        """Take in the records of one file, a part at a time."""
        after = work.progress.row if number == work.progress.file else 0
        parts = survey.batches(opened, work.survey, after=after, size=TOGETHER)
        while judged := await asyncio.to_thread(next, parts, None):

            async def take(batch: Batch, judged: Sequence[Any] = judged) -> Progress:
                """Take in one part."""
                await batch.take(opened.index, judged)
                last = judged[-1].raw.row
                return replace(work.progress, file=number, row=last)

            await self._batch(work, take)

    async def _removals(self, work: Work) -> None:
        """Tell which records are gone."""
        for name in work.survey.missed:
            if withheld := work.survey.keyless.get(name, 0):
                await self._withhold(work, withheld)
                continue
            while await self._remove(work, name):
                pass

    async def _withhold(self, work: Work, rows: int) -> None:
        """Remove nothing where a row did not say which record it is: it may be that one."""

        async def withhold(batch: Batch) -> Progress:
            """Count them, once."""
            batch.counts["removals_withheld"] += rows
            return work.progress

        if "removals_withheld" not in work.progress.counts:
            await self._batch(work, withhold)

    async def _remove(self, work: Work, name: str) -> bool:
        """Tell of some records that are gone; return whether there were any."""
        found: list[bytes] = []

        async def remove(batch: Batch) -> Progress:
            """Tell of them."""
            table = store.Table(batch.feed_id, name)
            there, on = work.survey.keys[name], work.survey.missed_on(name)
            conn = batch.step.conn
            absent = await store.absent(conn, table, there, on, alone=True)
            gone = absent.keys[:TOGETHER]
            found.extend(gone)
            first = _LAST_PLACE + 1 + work.progress.removals
            kept = await store.load_keys(conn, table, gone)
            silent = await self._narrowing.silent(work.job.sender, kept)
            await batch.remove(batch.layout(name), kept, silent, first)
            removals = work.progress.removals + len(gone)
            return replace(work.progress, removals=removals)

        await self._batch(work, remove)
        return bool(found)

    async def _batch(self, work: Work, take: Callable[[Batch], Any]) -> None:
        """Do something with records in one step, and move on in it."""

        async def run(step: Step) -> Progress:
            """Do it where this process left off, or not at all."""
            if await deliveries.at(step, work.job.ref) != work.progress:
                raise Elsewhere
            feed = await store.feed_id(step.conn, work.job.sender, work.job.feed)
            key = self._service.settings.key
            live = self._narrowing.may_be_live
            batch = Batch(step, work.job, work.survey, feed, key, live)
            to: Progress = await take(batch)
            await batch.send()
            counts = Counter(work.progress.counts) + batch.counts
            sent = work.progress.sent + batch.counts["events"]
            moved = replace(to, counts=dict(counts), sent=sent)
            await deliveries.move(step, work.job.ref, moved)
            return moved

        work.progress = await self._service.steps.turn(_TURN, run)

    async def _step(self, work: Work, do: Callable[[Step, Work], Any]) -> None:
        """Do the last thing, where this process left off."""

        async def run(step: Step) -> None:
            """Do it."""
            if await deliveries.at(step, work.job.ref) != work.progress:
                raise Elsewhere
            await do(step, work)

        await self._service.steps.turn(_TURN, run)

    async def _done(self, step: Step, work: Work) -> None:
        """Note that the delivery was taken in whole."""
        job, whole = work.job, work.survey
        if not job.corrects:
            feed = await store.feed_id(step.conn, job.sender, job.feed)
            for name in whole.keys:
                table = store.Table(feed, name)
                await store.heard(step.conn, table, whole.as_at, job.ref)
        await outcomes.done(step, job.ref, work.progress)


_OLDER: Final = "speaks of an earlier day than what was taken in before it"
_SEND_NEWER: Final = "Send what is true now, as of a day that is no earlier."
_LAST_PLACE: Final = deliveries.MOST_FILES * deliveries.FILE_RANGE
