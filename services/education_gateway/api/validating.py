"""`POST /events/$validate`: what would become of events, and nothing is kept."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from schemas.clocks import Clock, ClockRule, clocks_started
from schemas.errors import Refused
from schemas.statement import Statement
from services.education_gateway.api.answers import listed
from services.education_gateway.api.events import parsed
from services.education_gateway.errors import EventRefused
from services.education_gateway.settings import Settings
from services.education_gateway.translate import to_statement
from services.runtime import instants, refs
from services.runtime.agreements import Contracts
from services.runtime.intake.door import read_body
from services.runtime.problems import Problem
from services.runtime.service import Service

Judged = Statement | EventRefused


class Validation:
    """Judges events as the publishing door does, and counts what they would start."""

    def __init__(
        self, service: Service, settings: Settings, contracts: Contracts
    ) -> None:
        """Judge by the rules of *contracts*."""
        self._service = service
        self._settings = settings
        self._contracts = contracts

    def router(self) -> APIRouter:
        """Return the route."""
        routes = APIRouter()

        @routes.post("/events/$validate")
        async def validate(request: Request) -> Response:
            """Say what would become of one event or an array; nothing is kept."""
            caller = await self._service.tokens.caller(request)
            caller.needs("publish")
            limit = self._service.settings.body_limit_bytes
            body = await read_body(request, limit)
            said = orjson.dumps({"items": self._items(body, caller.org)})
            headers = {"Cache-Control": "no-store"}
            return Response(said, 200, headers, "application/json")

        return routes

    def _items(self, body: bytes, sender: str) -> list[dict[str, Any]]:
        """Return what would become of each event; raises a 422 for the whole body."""
        try:
            events = parsed(body, most=self._settings.most_events)
        except Refused as refused:
            detail = "Nothing was judged. Mend what is listed and send it again."
            errors = listed([(refused.where, refused.rule)])
            raise Problem(422, refused.reason, detail, errors=errors) from None
        return tried(
            events,
            sender,
            self._contracts.rules.clocks,
            key=self._service.settings.key,
            today=self._contracts.today,
        )


def tried(
    events: Sequence[object],
    sender: str,
    rules: Sequence[ClockRule],
    *,
    key: bytes,
    today: date,
) -> list[dict[str, Any]]:
    """Return what would become of each of *events*, and the clocks that would start."""
    on = max(today, instants.london_day(instants.now()))
    judged = [_judged(event, sender, place, on) for place, event in enumerate(events)]
    people: defaultdict[str, list[Statement]] = defaultdict(list)
    for said in judged:
        if isinstance(said, Statement):
            people[refs.person_ref(key, sender, said.person)].append(said)
    at = instants.text(instants.now())
    clocks = clocks_started(people, sender, rules, today=today, at=at)
    return [_item(n, one, clocks.get(n, ())) for n, one in enumerate(judged)]


def _judged(event: object, sender: str, place: int, on: date) -> Judged:
    """Return what an event states, or why it is refused."""
    try:
        return to_statement(event, sender=sender, place=place, on=on)
    except EventRefused as refused:
        return refused


def _item(place: int, judged: Judged, clocks: Sequence[Clock]) -> dict[str, Any]:
    """Return what would become of one event."""
    if isinstance(judged, EventRefused):
        problem: Mapping[str, Any] | None = judged.problem()
        return _said(place, "refused", problem, [], [])
    warnings = listed(judged.warnings)
    return _said(place, "accepted", None, warnings, [_clock(c) for c in clocks])


def _said(
    place: int,
    status: str,
    problem: Mapping[str, Any] | None,
    warnings: Sequence[Mapping[str, str]],
    clocks: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return one item of the answer."""
    return {
        "place": place,
        "status": status,
        "problem": problem,
        "warnings": list(warnings),
        "clocks": list(clocks),
    }


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
