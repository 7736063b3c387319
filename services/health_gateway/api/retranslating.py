"""`POST /retranslations`: what a new mapping says otherwise of what was sent before."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from schemas import topics
from schemas.errors import Refused
from schemas.statement import Statement
from services.health_gateway.api.changes import Wanted, left, place_of, shown, wanted
from services.health_gateway.api.items import items_of
from services.health_gateway.rules import Media
from services.health_gateway.store.table_files import TableFiles, tables_of
from services.health_gateway.translate import (
    Asked,
    Heard,
    Submission,
    Tables,
    submission,
)
from services.health_gateway.translate.notices import Notifier, noticed
from services.runtime import audit, offices
from services.runtime.agreements import Contracts
from services.runtime.envelope import Record
from services.runtime.intake import reopening
from services.runtime.intake.comparing import Version
from services.runtime.intake.door import read_body
from services.runtime.intake.items import as_read
from services.runtime.intake.made import Made
from services.runtime.intake.messages import Message
from services.runtime.intake.reopening import Versions
from services.runtime.intake.retranslating import Kept, Retranslating
from services.runtime.intake.translating import Translate, Translating
from services.runtime.offices import Officer
from services.runtime.postgres import AWAY
from services.runtime.problems import Problem, away
from services.runtime.service import Service
from services.runtime.step import Step

TranslateBy = Callable[[Record, Tables], Sequence[Statement]]
"""The translator of this gateway; raises Refused."""

_TOGETHER: Final = 100
"""Messages of one request: a few seconds at most."""
_NO_BYTES: Final = "its bytes are no longer kept"


class _DryRunError(Exception):
    """Takes a step back that was made only to see what it would do."""


class Retranslation:
    """Goes through what was sent before, a step a message."""

    def __init__(
        self,
        service: Service,
        contracts: Contracts,
        files: TableFiles,
        translating: Translating,
        translate: TranslateBy,
    ) -> None:
        """Read by *files* what *translating* has translated before."""
        self._service = service
        self._contracts = contracts
        self._files = files
        self._translate = translate
        self._again = Retranslating(translating, topics.HEALTH_INBOUND)

    def router(self) -> APIRouter:
        """Return the route."""
        routes = APIRouter()

        @routes.post("/retranslations")
        async def retranslate(request: Request) -> Response:
            """Publish, or show, the next revision of what today's mapping says otherwise."""
            try:
                return await self._answer(request)
            except Problem as problem:
                return problem.response()

        return routes

    async def _answer(self, request: Request) -> Response:
        """Return what has changed, or would, and where to go on; raises Problem."""
        caller = await self._service.tokens.caller(request)
        by = offices.operator(caller, self._contracts)
        body = await read_body(request, self._service.settings.body_limit_bytes)
        try:
            said = await self._page(by, wanted(body))
        except AWAY:
            raise away() from None
        return Response(
            orjson.dumps(said), 200, {"Cache-Control": "no-store"}, "application/json"
        )

    async def _page(self, by: Officer, asked: Wanted) -> dict[str, Any]:
        """Go through the next messages; what is told is audited before it leaves."""
        await self._files.refresh()
        tables = self._files.tables
        own = {org: tables.version(org) for org in tables.publishers}
        versions = Versions(own, tables.version(""))
        async with self._service.pool.acquire() as conn:
            found = await reopening.older(conn, asked.after, versions, _TOGETHER)
        changes = [
            change
            for _, ref in found
            for change in await self._message(ref, tables, dry_run=asked.dry_run)
        ]
        return {
            "changes": await self._told(by, asked, changes, len(found)),
            "examined": len(found),
            "next": place_of(found[-1]) if len(found) == _TOGETHER else None,
        }

    async def _message(
        self, ref: UUID, tables: Tables, *, dry_run: bool
    ) -> list[dict[str, Any]]:
        """Translate one message again, in a step of its own; return what changes."""
        found: list[dict[str, Any]] = []

        async def work(step: Step) -> None:
            """Compare, and publish."""
            found.extend(await self._compared(step, ref, tables, dry_run=dry_run))
            if dry_run:
                raise _DryRunError

        with suppress(_DryRunError):
            await self._service.steps.request(work)
        return found

    async def _compared(
        self, step: Step, ref: UUID, tables: Tables, *, dry_run: bool
    ) -> list[dict[str, Any]]:
        """Return what changes of one message; publish it unless *dry_run*."""
        message = await reopening.opened(step.conn, ref, "health_gateway")
        if message is None:
            return [left(ref, _NO_BYTES)]
        try:
            kept = self._kept(message, ref, tables)
            found, told = await self._again.compared(step, kept, self._by(tables))
        except Refused as refused:
            return [left(ref, refused.rule)]
        before = await self._before(step, kept) if found.changes else {}
        if not dry_run:
            await self._again.publish(step, kept, found, told)
        return [shown(ref, change, before) for change in found.changes]

    async def _before(self, step: Step, kept: Kept) -> Mapping[Version, Made]:
        """Return what the mappings of then made of it, as far as they are known."""
        made: dict[Version, Made] = {}
        for version in await reopening.mappings(step.conn, kept.ref):
            known = await tables_of(step.conn, version)
            if known is not None:
                with suppress(Refused):
                    made |= await self._again.before(step, kept, self._by(known))
        return made

    def _by(self, tables: Tables) -> Translate:
        """Return what translates by *tables*."""

        def translate(record: Record) -> Sequence[Statement]:
            """Return what a record states; raises Refused."""
            return self._translate(record, tables)

        return translate

    def _kept(self, message: Message, ref: UUID, tables: Tables) -> Kept:
        """Return a message in the pieces in which its door would send it on."""
        heard = Heard(
            message.sender, message.received, str(ref), tables, message.correlation_id
        )
        service = Notifier.of(message.content_type)
        whole = (
            noticed(message.body, heard, service)
            if service
            else _submitted(message, heard)
        )
        items = items_of(message, whole, self._service.settings.key)
        topic = topics.HEALTH_INBOUND
        return Kept(
            ref,
            message.sender,
            [as_read(message, ref, item, topic) for item in items if not item.refused],
            tables.version(message.sender),
            frozenset(item.place for item in items if item.refused),
        )

    async def _told(
        self,
        by: Officer,
        asked: Wanted,
        changes: Sequence[dict[str, Any]],
        examined: int,
    ) -> list[dict[str, Any]]:
        """Return *changes* with whose they are, once that is written down."""
        sides = [one[side] for one in changes for side in ("was", "now") if one[side]]
        seen = {"dry_run": asked.dry_run, "examined": examined}
        disclosure = by.discloses(
            "retranslate",
            f"behind {place_of(asked.after)}",
            seen | {"events": [side["id"] for side in sides]},
        )
        async with self._service.pool.acquire() as conn, conn.transaction():
            persons = [one["person_ref"] for one in changes if one["person_ref"]]
            home = await reopening.homes(conn, persons)
            await audit.record(conn, disclosure)
        return [{"child_ref": home.get(one["person_ref"])} | one for one in changes]


def _submitted(message: Message, heard: Heard) -> Submission:
    """Return what a message says that came by HTTP; raises Refused."""
    repairs = heard.tables.repairs(message.sender, message.received_at.date())
    media = Media.of(message.content_type) or Media.JSON
    return submission(message.body, heard, Asked(), media=media, repairs=repairs)
