"""A delivery at a door, whichever: recognised, kept once, or refused with what to do."""

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from typing import Final
from uuid import UUID

import orjson

from schemas import topics
from schemas.errors import Refused
from services.education_gateway.store import deliveries, outcomes
from services.education_gateway.store.deliveries import Arrived
from services.education_gateway.store.mappings import Mappings
from services.education_gateway.store.narrowing import Narrowed, Narrowing
from services.education_gateway.store.unpacking import unzipped
from services.education_gateway.translate.files import opening
from services.education_gateway.translate.files.layout import BrokenFileError
from services.education_gateway.translate.files.opening import Part
from services.education_gateway.translate.files.speaking import not_to_come, spoken_day
from services.runtime import instants, metrics, offices
from services.runtime.agreements import Contracts
from services.runtime.intake import messages
from services.runtime.postgres import AWAY
from services.runtime.problems import Problem, away, unknown
from services.runtime.service import Service
from services.runtime.step import Step
from services.runtime.tokens import Caller

_OWN: Final = """
SELECT f.feed, f.as_at FROM files f JOIN receipts r USING (message_ref)
WHERE f.message_ref = $1 AND r.sender = $2
"""
_SENT: Final = "SELECT 1 FROM receipts WHERE message_ref = $1 AND sender = $2"
_MAY_NOT_DECIDE: Final = (
    "A held file is released or rejected by a person, in a role that an agreement in "
    "force gives your organisation for its own data. Your token has no such role."
)


class Arriving:
    """Keeps what the doors for files bring."""

    def __init__(
        self,
        service: Service,
        contracts: Contracts,
        mappings: Mappings,
        narrowing: Narrowing,
    ) -> None:
        """
        Keep it in *service*'s database; *mappings* say what case systems write.

        *contracts* say which day it is, *narrowing* of which children a publisher may
        tell us.
        """
        self._contracts = contracts
        self._narrowing = narrowing
        self._service = service
        self._mappings = mappings

    async def keep(self, arrived: Arrived) -> tuple[messages.Kept, Arrived]:
        """
        Keep a delivery whose kind is known; raises a 409 or a 422, its bytes kept too.

        Its rows are read later: here only what it is, and whether it has the columns.
        Where its sender may not tell us of every child they are read now, and those
        about others are left out before anything is kept.
        """
        narrow = self._narrowing.applies(arrived.sender)
        with ExitStack() as held:
            try:
                delivery = await asyncio.to_thread(self._opened, arrived, held)
                not_to_come(delivery, arrived.stated_as_at, self._today(arrived))
                feed = arrived.feed or delivery.layout.kind
                arrived = replace(arrived, feed=feed)
                mended = await self._mended(arrived)
                as_at = spoken_day(delivery, arrived.stated_as_at, mended)
                arrived = replace(arrived, stated_as_at=as_at)
                if narrow:
                    cut = await self._narrowing.narrowed(arrived, delivery, held)
                    return await self._keep_cut(arrived, cut)
            except BrokenFileError as broken:
                raise await self._refused(arrived, broken, narrow=narrow) from None
        return await self._keep(arrived, answer_of(arrived)), arrived

    async def _keep(
        self, arrived: Arrived, answer: bytes, cut: Narrowed | None = None
    ) -> messages.Kept:
        """Keep receipt and bytes; raises a 409."""

        async def work(step: Step) -> messages.Kept:
            """Keep them, and count what is left out."""
            kept = await deliveries.keep(step, arrived, answer)
            if cut and kept.outcome == "accepted":
                await self._narrowing.note(step, arrived.sender, cut)
            return kept

        kept = await self._service.steps.request(work)
        if kept.outcome == "conflict":
            raise _conflict()
        return kept

    async def _keep_cut(
        self, arrived: Arrived, cut: Narrowed
    ) -> tuple[messages.Kept, Arrived]:
        """Keep what is left of a delivery; of one that is wholly outside, a number."""
        arrived = replace(arrived, files=tuple(cut.files))
        answer = answer_of(arrived, cut)
        if cut.kept:
            return await self._keep(arrived, answer, cut), arrived

        async def work(step: Step) -> None:
            """Count it."""
            await self._narrowing.note(step, arrived.sender, cut)

        await self._service.doors.commit(work)
        return messages.Kept("outside", answer), arrived

    def _today(self, arrived: Arrived) -> date:
        """Return the last day of which a delivery may speak."""
        return max(self._contracts.today, instants.london_day(arrived.received_at))

    def _opened(self, arrived: Arrived, held: ExitStack) -> opening.Delivery:
        """Return what kind of files were sent; raises BrokenFileError."""
        mapping = self._mappings.of(arrived.sender, arrived.feed)
        parts = [Part(name, stream) for name, _, stream in arrived.files]
        unpacked = [one for part in parts for one in unzipped(part, held)]
        return opening.delivery(unpacked, mapping)

    async def _mended(self, arrived: Arrived) -> date | None:
        """
        Return the day of the delivery that this one corrects, if it corrects one.

        Raises a 422 for what this sender never sent in this feed.
        """
        if arrived.corrects is None:
            return None
        pool = self._service.pool
        found = await pool.fetchrow(_OWN, arrived.corrects, arrived.sender)
        if found is None or found["feed"] != arrived.feed:
            detail = "corrects must name a delivery of the same feed that you sent."
            raise Problem(422, "not-understood", detail)
        as_at: date | None = found["as_at"]
        return as_at

    async def _refused(
        self, arrived: Arrived, broken: BrokenFileError, *, narrow: bool
    ) -> Problem:
        """Keep a delivery that cannot be used, and return what to say of it."""
        if narrow:
            await self._narrowing.count_unread(arrived.sender)
            return _useless(broken)
        refused = Refused("not-understood", where=broken.where, rule=broken.rule)

        async def work(step: Step) -> tuple[UUID, Refused]:
            """Keep it."""
            topic = topics.EDUCATION_INBOUND
            ref, why = await messages.refuse(step, arrived, refused, topic=topic)
            await deliveries.keep_refused(step, ref, arrived, why, broken.remedy)
            return ref, why

        ref, why = await self._service.steps.request(work)
        metrics.REFUSED.labels(why.reason).inc()
        if why.reason == "conflict":
            return _conflict()
        return _useless(broken, {"Location": f"/messages/{ref}"})

    async def _sent_by(self, caller: Caller, ref: UUID) -> None:
        """Raise the one 404 unless *caller*'s organisation sent the message."""
        try:
            found = await self._service.pool.fetchval(_SENT, ref, caller.org)
        except AWAY:
            raise away() from None
        if found is None:
            raise unknown()

    def may_decide(self, caller: Caller) -> bool:
        """Return whether *caller* may release or reject what their organisation sent."""
        return offices.owner(caller, self._contracts) is not None

    async def decide(
        self, caller: Caller, ref: str, reason: str, *, release: bool
    ) -> None:
        """
        Release or reject what was held of *caller*'s.

        Raises the one 404 for what is not theirs, and a 403 for a role that may not.
        """
        wanted = uuid_of(ref)
        await self._sent_by(caller, wanted)
        owner = offices.owner(caller, self._contracts)
        if owner is None:
            raise Problem(403, "not-permitted", _MAY_NOT_DECIDE)
        who = f"{owner.role} {caller.token_id}".strip()

        async def work(step: Step) -> bool:
            """Do it, if it is held."""
            job = await outcomes.decide(
                step, wanted, caller.org, who, reason, release=release
            )
            if job and not release:
                refused = Refused("rejected", where="", rule="a person rejected it")
                await outcomes.refuse(step, job, refused, state="rejected")
            return job is not None

        if not await self._service.doors.commit(work):
            raise unknown()


def uuid_of(ref: str) -> UUID:
    """Return a message_ref, or raise the one 404."""
    try:
        return UUID(ref)
    except ValueError:
        raise unknown() from None


def answer_of(arrived: Arrived, cut: Narrowed | None = None) -> bytes:
    """Return the body of the answer; nothing to follow where all was outside."""
    said = {
        "message_ref": None if cut and not cut.kept else str(arrived.ref),
        "received_at": instants.text(arrived.received_at),
        "feed": arrived.feed,
        "files": [name for name, _, _ in arrived.files],
    }
    rows = {"out_of_scope": cut.outside, "unreadable": cut.unread} if cut else {}
    return orjson.dumps(said | rows)


def _useless(
    broken: BrokenFileError, headers: Mapping[str, str] | None = None
) -> Problem:
    """Return the 422 for a file that cannot be read as what it is."""
    said = {"where": broken.where, "rule": broken.rule, "do": broken.remedy}
    detail = f"Nothing was taken in: the file {broken.rule}. {broken.remedy}"
    return Problem(422, "not-understood", detail, errors=[said], headers=headers)


def _conflict() -> Problem:
    """Return the 409 for an id that came before with other content."""
    detail = "This X-Request-ID came before with other content; use a new one."
    return Problem(409, "conflict", detail)
