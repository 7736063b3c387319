"""`POST /$validate`: what would become of a body, and nothing is kept."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from schemas.clocks import Clock, clocks_started
from schemas.statement import Statement
from services.health_gateway.api.answering import problem_answer
from services.health_gateway.rules import Media, is_release
from services.health_gateway.store.table_files import TableFiles
from services.health_gateway.translate import Heard, tried, unwrapped
from services.runtime import instants, refs
from services.runtime.agreements import Contracts
from services.runtime.intake.door import mirrored, read_body
from services.runtime.problems import Problem
from services.runtime.service import Service


class Validation:
    """Judges bodies as the other doors do, and counts what they would start."""

    def __init__(
        self, service: Service, files: TableFiles, contracts: Contracts
    ) -> None:
        """Judge by *files* and the rules of *contracts*."""
        self._service = service
        self._files = files
        self._contracts = contracts

    def router(self) -> APIRouter:
        """Return the routes; they stand before those of the resources."""
        routes = APIRouter()

        @routes.post("/$validate")
        async def validate(request: Request) -> Response:
            """Say what would become of a resource or Bundle; nothing is kept."""
            return await self._answer(request)

        @routes.post("/FHIR/R4/$validate", include_in_schema=False)
        async def validate_there(request: Request) -> Response:
            """Say the same beside the resources."""
            return await self._answer(request)

        return routes

    async def _answer(self, request: Request) -> Response:
        """Return the trial; a problem is told as FHIR."""
        try:
            answer = await self._tried(request)
        except Problem as problem:
            answer = problem_answer(request, problem)
        answer.headers.update(mirrored(request, str(uuid4())))
        return answer

    async def _tried(self, request: Request) -> Response:
        """Judge a body; raises Problem."""
        caller = await self._service.tokens.caller(request)
        caller.needs("publish")
        form = request.headers.get("content-type", "")
        media = Media.of(form)
        if media is None or not is_release(form):
            detail = f"Send {Media.JSON.value} or {Media.XML.value}, of FHIR R4."
            raise Problem(415, "unknown-media-type", detail)
        sent = await read_body(request, self._service.settings.body_limit_bytes)
        body, media = unwrapped(sent, media)
        now = instants.now()
        heard = Heard(caller.org, instants.text(now), str(uuid4()), self._files.tables)
        repairs = self._files.tables.repairs(caller.org, now.date())
        trial = tried(body, heard, media=media, repairs=repairs)
        started = self._started(trial.statements, caller.org, heard.at)
        said = orjson.dumps(trial.as_json() | {"clocks": [_clock(c) for c in started]})
        return Response(
            said, 200, {"Cache-Control": "no-store"}, media_type="application/json"
        )

    def _started(
        self, said: Iterable[Statement], sender: str, at: str
    ) -> Iterable[Clock]:
        """Return the clocks that statements would start, in their order."""
        people: defaultdict[str, list[Statement]] = defaultdict(list)
        for order, one in enumerate(said):
            if one.person:
                key = self._service.settings.key
                person = refs.person_ref(key, sender, one.person)
                people[person].append(replace(one, place=order))
        rules, today = self._contracts.rules.clocks, self._contracts.today
        started = clocks_started(people, sender, rules, today=today, at=at)
        return [clock for order in sorted(started) for clock in started[order]]


def _clock(clock: Clock) -> dict[str, Any]:
    """Return a clock that would start."""
    return {
        "clock": clock.clock,
        "title": clock.title,
        "owed_by": clock.owed_by,
        "started": clock.started.isoformat(),
        "due": clock.due.isoformat(),
        "regulation": clock.regulation,
        "statutory": clock.statutory,
    }
