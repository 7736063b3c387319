"""Files of a publisher of whom not every child may be heard: cut before they are kept."""

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

import orjson

from schemas.statement import Statement
from services.education_gateway.store.belonging import whom
from services.education_gateway.store.deliveries import Arrived
from services.education_gateway.translate.files import cutting, survey
from services.education_gateway.translate.files.opening import Delivery, Opened
from services.education_gateway.translate.files.rows import Judged
from services.education_gateway.translate.files.survey import Survey
from services.education_gateway.translate.files.telling import Speaker
from services.runtime import instants
from services.runtime.intake.scope import OUTSIDE, UNREADABLE, Scope
from services.runtime.problems import Problem
from services.runtime.service import Service
from services.runtime.snapshots import store
from services.runtime.snapshots.comparing import Kept
from services.runtime.step import Step

_TOGETHER: Final = 500


@dataclass(slots=True)
class Narrowed:
    """What may be kept of a delivery, and how much is left out."""

    files: list[tuple[str, str, BinaryIO]] = field(default_factory=list)
    inside: dict[bytes, Statement] = field(default_factory=dict)
    """One statement of each person who is."""
    kept: int = 0
    outside: int = 0
    unread: int = 0
    """Rows that do not say whom they are about, so that nobody can judge them."""


class Narrowing:
    """Applies the scope rules to files, row by row."""

    def __init__(self, service: Service, scope: Scope) -> None:
        """Judge by *scope*."""
        self._service = service
        self._scope = scope

    def applies(self, sender: str) -> bool:
        """Return whether anyone is left out; raises a 403 where no rule holds."""
        return self._scope.held(sender).narrow

    def may_be_live(self, person: Mapping[str, Any]) -> bool:
        """Return whether the NHS number of *person*, if any, can be a real one."""
        return self._scope.may_be_live(person)

    async def narrowed(
        self, arrived: Arrived, delivery: Delivery, held: ExitStack
    ) -> Narrowed:
        """
        Return the delivery without the rows that are outside.

        Raises BrokenFileError where it cannot be read to its end, a 403 or a 503.
        """
        as_at = delivery.as_at or instants.london_day(arrived.received_at)
        whole = await asyncio.to_thread(
            survey.surveyed,
            delivery,
            feed=arrived.feed,
            as_at=arrived.stated_as_at or as_at,
        )
        found = Narrowed()
        copies = {}
        for opened in delivery.files:
            keep = await self._judged(arrived, opened, whole, found)
            copy = held.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - *held* is one
            await asyncio.to_thread(cutting.cut, opened, keep, copy)
            copies[opened.index] = (opened.part.name, "", copy)
        found.files = [copies[index] for index in sorted(copies)]
        return found

    async def _judged(
        self, arrived: Arrived, opened: Opened, whole: Survey, found: Narrowed
    ) -> set[int]:
        """Return the rows of one file that are inside."""
        speaker = Speaker(arrived.sender, arrived.feed, whole.as_at)
        parts = survey.batches(opened, whole, after=0, size=_TOGETHER)
        keep = set[int]()
        while batch := await asyncio.to_thread(next, parts, None):
            await self._belonging(arrived, whole, batch)
            said = [
                one
                for row in batch
                for one in cutting.statements(
                    row, whole.delivery.layout.table(row.raw.table), speaker
                )
            ]
            left = await self._scope.outside(arrived.sender, said)
            inside = [one for n, one in enumerate(said) if n not in left]
            known = {one.place for one in said}
            rows = {one.place for one in inside}
            keep |= rows
            found.kept += len(rows)
            found.outside += len(known - rows)
            found.unread += len(batch) - len(known)
            # A copy: what orjson returns holds four kilobytes.
            packed = (bytes(memoryview(orjson.dumps(o.person))) for o in inside)
            found.inside |= dict(zip(packed, inside, strict=True))
        return keep

    async def _belonging(
        self, arrived: Arrived, whole: Survey, batch: Sequence[Judged]
    ) -> None:
        """Say whom the records are about that belong to others."""
        layout = whole.delivery.layout
        async with self._service.pool.acquire() as conn:
            feed = await store.known_feed(conn, arrived.sender, arrived.feed)
            for name in {row.raw.table for row in batch}:
                rows = [row for row in batch if row.raw.table == name]
                await whom(conn, feed, whole, layout.table(name), rows)

    async def note(self, step: Step, sender: str, found: Narrowed) -> None:
        """Count, in the step that keeps the rest, what is left out; remember whom."""
        await self._scope.note(step, sender, found.inside.values())
        await self._scope.count(step, sender, OUTSIDE, found.outside)
        await self._scope.count(step, sender, UNREADABLE, found.unread)

    async def count_unread(self, sender: str) -> None:
        """Count a delivery that nobody can read, and of which nothing is kept."""
        await self._scope.count_one(sender, UNREADABLE)

    async def silent(self, sender: str, kept: Mapping[str, Kept]) -> set[str]:
        """
        Return the records, of those *kept*, of whose absence nothing may be told.

        A file of which not every row was kept says nothing about whom it left out.
        """
        if not self._narrow(sender):
            return set()
        said = [
            (own, Statement(0, "", "", "day", "", 0, dict(person), {}))
            for own, one in kept.items()
            if isinstance(person := one.carried.get("person"), Mapping)
        ]
        try:
            left = await self._scope.outside(sender, [one for _, one in said])
        except Problem:
            return set(kept)
        return {said[index][0] for index in left}

    async def forgotten(
        self, step: Step, sender: str, table: store.Table, keys: Sequence[bytes]
    ) -> int:
        """Return of how many of the records under *keys* nothing may be told."""
        found = 0
        for first in range(0, len(keys) if self._narrow(sender) else 0, _TOGETHER):
            some = keys[first : first + _TOGETHER]
            kept = await store.load_keys(step.conn, table, some)
            found += len(await self.silent(sender, kept))
        return found

    def _narrow(self, sender: str) -> bool:
        """Return whether anyone is left out today; where no rule holds, everyone."""
        try:
            return self.applies(sender)
        except Problem:
            return True
