"""HTTP doors of the education gateway: `POST /events`, `GET /messages/{ref}`."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID, uuid4

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from schemas import topics
from schemas.errors import Refused
from schemas.statement import Statement
from services.education_gateway.api.answers import (
    answer_of,
    listed,
    part_of,
    problem_of,
)
from services.education_gateway.errors import EventRefused, not_live
from services.education_gateway.settings import Settings
from services.education_gateway.store.reporting import Reporting
from services.education_gateway.translate import to_statement
from services.education_gateway.translate.doubles import marked
from services.runtime import instants, metrics, refs
from services.runtime.agreements import Contracts
from services.runtime.intake import door, messages, unpacking
from services.runtime.intake.scope import UNREADABLE, Scope
from services.runtime.nul import holds_nul
from services.runtime.parts import Timer
from services.runtime.problems import Problem
from services.runtime.service import Service
from services.runtime.step import Step

_TYPES: Final = (
    "application/cloudevents+json",
    "application/cloudevents-batch+json",
    "application/json",
)


class Door:
    """The publishing door."""

    def __init__(
        self,
        service: Service,
        settings: Settings,
        scope: Scope,
        reporting: Reporting,
        contracts: Contracts,
    ) -> None:
        """
        Take events of whom *scope* is about; *reporting* says what files came to.

        *contracts* say which day it is.
        """
        self._contracts = contracts
        self._reporting = reporting
        self._service = service
        self._scope = scope
        self._settings = settings
        self._key = service.settings.key

    @property
    def unpacking(self) -> Timer:
        """What sends the items of long arrays on."""
        work = unpacking.Unpacking(
            self._service, topics.EDUCATION_INBOUND, "education_gateway", self._items
        )
        return Timer(0.2, work.turn)

    def router(self) -> APIRouter:
        """Return the routes."""
        routes = APIRouter()

        @routes.post("/events", status_code=202)
        async def events(request: Request) -> Response:
            """Take one CloudEvent or an array of up to 5,000."""
            correlation = str(uuid4())
            try:
                answer = await self._take(request, correlation)
            except Problem as problem:
                answer = problem.response()
            answer.headers.update(door.mirrored(request, correlation))
            metrics.REQUESTS.labels("events", str(answer.status_code)).inc()
            return answer

        @routes.get("/messages/{ref}")
        async def message(ref: str, request: Request) -> dict[str, Any]:
            """Return what became of a message, all or a part, to its sender alone."""
            caller = await self._service.tokens.caller(request)
            part = part_of(request.query_params)
            return await self._reporting.receipt(caller, ref, part)

        return routes

    async def _take(self, request: Request, made: str) -> Response:
        """Take what one request brings."""
        asked = await door.asked(self._service, request)
        atomic = request.query_params.get("atomic") == "true"
        return await self.take(asked, made, atomic=atomic)

    async def take(
        self, asked: door.Asked, made: str, *, atomic: bool = False
    ) -> Response:
        """
        Judge, keep and answer; *made* is a correlation id for one without its own.

        Raises a problem for what is not taken in.
        """
        message = asked.message("education_gateway")
        self._scope.held(message.sender)
        try:
            items = self._judged(message)
        except Refused as refused:
            return await self._refuse(message, refused)
        if (
            len(items) == 1
        ):  # events of one array need have nothing to do with each other
            message = asked.message("education_gateway", made)
        bad = [item for item in items if item.refused]
        if len(bad) == len(items) or (bad and atomic):
            return await self._refuse_all(message, items)
        message, items = await self._scope.narrowed(message, items)
        return await self._keep(message, items)

    def _judged(self, message: messages.Message) -> list[messages.Item]:
        """Return the items of a body whose type and form are right; raises Refused."""
        kind = message.content_type.partition(";")[0].strip().lower()
        if kind not in _TYPES:
            raise Problem(
                415, "unknown-media-type", f"Send one of {', '.join(_TYPES)}."
            )
        return self._items(message)

    def _items(self, message: messages.Message) -> list[messages.Item]:
        """Return each event of the body as an item; raises Refused for the whole."""
        events = parsed(message.body, most=self._settings.most_events)
        return [
            self._item(event, place, message)
            for place, event in enumerate(events)
            if place not in message.cut
        ]

    def _item(
        self, event: object, place: int, message: messages.Message
    ) -> messages.Item:
        """Return one event as accepted or refused."""
        value, sender = written(event), message.sender
        on = max(self._contracts.today, instants.london_day(message.received_at))
        try:
            said = to_statement(event, sender=sender, place=place, on=on)
        except EventRefused as refused:
            return messages.Item(place, value, refused=refused)
        if not self._scope.may_be_live(said.person):
            return messages.Item(place, value, refused=not_live())
        return messages.Item(
            place,
            value,
            self._person(said, sender),
            said.type,
            warnings=said.warnings,
            statement=said,
        )

    def _person(self, said: Statement, sender: str) -> str:
        """Return whom the event is about, as its sender knows them."""
        return refs.person_ref(self._key, sender, said.person)

    async def _keep(
        self, message: messages.Message, items: Sequence[messages.Item]
    ) -> Response:
        """Commit the message and answer; a repeat gets the first answer."""
        first = orjson.dumps(answer_of(message, items))

        async def work(step: Step) -> messages.Kept:
            """Keep the message."""
            topic = topics.EDUCATION_INBOUND
            inside = [item for item in items if not item.outside]
            if not inside:
                await self._scope.noted(step, message, items)
                return messages.Kept("outside", first)
            kept = await messages.accept(
                step, message, inside, topic=topic, answer=first
            )
            if kept.outcome == "accepted":
                await self._scope.noted(step, message, items)
            return kept

        kept = await self._service.doors.commit(work)
        if kept.outcome == "outside":
            return Response(kept.answer, 200, media_type="application/json")
        if kept.outcome == "conflict":
            raise _conflict()
        headers = {"Location": f"/messages/{message.ref}"}
        if kept.outcome == "repeated":
            headers["Idempotent-Replayed"] = "true"
        return Response(kept.answer, 202, headers, "application/json")

    async def _refuse(self, message: messages.Message, refused: Refused) -> Response:
        """Keep the bytes and the reason, and say them."""
        headers = await self._kept(message, refused)
        faults = [(refused.where, refused.rule)]
        if isinstance(refused, EventRefused):
            faults = list(refused.faults)
        raise Problem(
            403 if refused.reason == "not-the-sender" else 422,
            refused.reason,
            "Nothing was taken in. Mend what is listed and send it again.",
            errors=listed(faults),
            headers=headers,
        )

    async def _kept(
        self, message: messages.Message, refused: Refused
    ) -> dict[str, str]:
        """
        Keep a refused message if it may be; return where it is to be found.

        Raises a 409 where its id is another message's.
        """
        if self._scope.held(message.sender).narrow:
            await self._scope.count_one(message.sender, UNREADABLE)
            return {}

        async def work(step: Step) -> tuple[UUID, Refused]:
            """Keep it."""
            topic = topics.EDUCATION_INBOUND
            return await messages.refuse(step, message, refused, topic=topic)

        ref, why = await self._service.doors.commit(work)
        metrics.REFUSED.labels(why.reason).inc()
        if why.reason == "conflict":
            raise _conflict()
        return {"Location": f"/messages/{ref}"}

    async def _refuse_all(
        self, message: messages.Message, items: Sequence[messages.Item]
    ) -> Response:
        """Refuse a body none of which is taken in; say each item's faults."""
        bad = [item for item in items if isinstance(item.refused, EventRefused)]
        first = bad[0].refused
        assert isinstance(first, EventRefused)  # noqa: S101 - bad is not empty
        if len(items) == 1:
            return await self._refuse(message, first)
        headers = await self._kept(message, first)
        raise Problem(
            422,
            first.reason,
            "Nothing was taken in. Mend what is listed and send it again.",
            errors=[{"place": i.place} | problem_of(i) for i in bad],
            headers=headers,
        )


def _conflict() -> Problem:
    """Return the 409 for an id that came before with other bytes."""
    detail = "This X-Request-ID came before with other content; use a new one."
    return Problem(409, "conflict", detail)


def parsed(body: bytes, *, most: int) -> list[Any]:
    """
    Return the events of a body: one object, or an array of at most *most*.

    Those in which a member is named twice are marked so.
    """
    if holds_nul(body):
        raise Refused("not-understood", where="", rule="must not hold a NUL character")
    try:
        read = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refused("not-understood", where="", rule="must be JSON") from None
    events = read if isinstance(read, list) else [read]
    if not 0 < len(events) <= most:
        rule = f"an array holds 1 to {most} events"
        raise Refused("not-understood", where="", rule=rule)
    return marked(body, events)


def written(event: object) -> bytes:
    """Return one event of a body as it travels on."""
    try:
        return orjson.dumps(event)
    except orjson.JSONEncodeError:
        rule = "must not be nested so deep"
        raise Refused("not-understood", where="", rule=rule) from None
