"""HTTP doors of the console: trace, refused messages, and how everything is."""

from typing import Any, Final

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.console import rules
from services.console.clients.watching import Watch
from services.console.store.desk import Desk
from services.runtime import offices
from services.runtime.agreements import Contracts
from services.runtime.intake.door import read_body
from services.runtime.problems import Problem
from services.runtime.service import Service
from services.runtime.tokens import Caller

_JSON: Final = "application/json"
_LIMIT: Final = 1000
_LONGEST: Final = 1_000_000
"""Bytes of what an operator asks."""


class Door:
    """The doors of the console. All of them are for operators alone."""

    def __init__(
        self,
        service: Service,
        desk: Desk,
        watch: Watch,
        contracts: Contracts,
        balancing: rules.Counted,
    ) -> None:
        """Answer for *service* with what is at the *desk*."""
        self._service = service
        self._desk = desk
        self._watch = watch
        self._contracts = contracts
        self._balancing = balancing

    def router(self) -> APIRouter:
        """Return the routes."""
        routes = APIRouter()
        routes.add_api_route("/trace", self.trace, methods=["POST"])
        routes.add_api_route("/refused", self.refused)
        routes.add_api_route("/refused/replay", self.replay, methods=["POST"])
        routes.add_api_route("/refused/{ref}", self.shown)
        routes.add_api_route("/status", self.status)
        routes.add_api_route("/sources", self.sources)
        return routes

    async def trace(self, request: Request) -> Response:
        """Return where a message, event, request, child or person has been."""
        caller = await self._operator(request)
        asked = await _body(request)
        return _answer(await self._desk.trace(caller, asked.get("id")))

    async def refused(self, request: Request) -> Response:
        """Return refused messages in the order in which they were refused."""
        caller = await self._operator(request)
        after = _number(request, "after", default=0)
        limit = min(_number(request, "limit", default=_LIMIT), _LIMIT)
        return _answer(await self._desk.refused(caller, after, limit))

    async def shown(self, ref: str, request: Request) -> Response:
        """Return one refused message without its content."""
        caller = await self._operator(request)
        return _answer(await self._desk.shown(caller, ref))

    async def replay(self, request: Request) -> Response:
        """Send refused messages again to where they were refused."""
        caller = await self._operator(request)
        asked = await _body(request)
        refs, reason = asked.get("refs"), asked.get("reason")
        return _answer({"replayed": await self._desk.replay(caller, refs, reason)})

    async def status(self, request: Request) -> Response:
        """Return how services and topics are, and what waits for a person."""
        await self._operator(request)
        services = await self._watch.services()
        waiting = rules.waiting(services)
        last = self._balancing.last
        told = ("name", "up", "lag_seconds")
        return _answer(
            {
                "services": [{key: one[key] for key in told} for one in services],
                "topics": await self._watch.topics(),
                "refused": await self._desk.count_refused(),
                "waiting": waiting,
                "conservation": last.shown() if last else None,
            }
        )

    async def sources(self, request: Request) -> Response:
        """Return when each source was last heard, and who is not connected."""
        await self._operator(request)
        heard = await self._desk.last_heard()
        return _answer(rules.sources(self._contracts.rules.agencies, heard))

    async def _operator(self, request: Request) -> Caller:
        """Return who asks; raises unless that is an operator."""
        caller = await self._service.tokens.caller(request)
        offices.operator(caller, self._contracts)
        return caller


def _answer(body: object) -> Response:
    """Return *body* as JSON that nobody keeps."""
    return Response(orjson.dumps(body), 200, {"Cache-Control": "no-store"}, _JSON)


async def _body(request: Request) -> dict[str, Any]:
    """Return the JSON object that was sent; raises a problem for anything else."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _JSON:
        raise Problem(415, "unknown-media-type", f"Send {_JSON}.")
    try:
        read = orjson.loads(await read_body(request, _LONGEST))
    except orjson.JSONDecodeError:
        read = None
    if not isinstance(read, dict):
        raise Problem(422, "not-understood", "The body must be a JSON object.")
    return read


def _number(request: Request, name: str, *, default: int) -> int:
    """Return the number in the query, or raise a 422."""
    said = request.query_params.get(name, str(default))
    if not said.isascii() or not said.isdigit() or len(said) > len(str(2**62)) - 1:
        raise Problem(422, "not-understood", f"{name} must be a number.")
    return int(said)
