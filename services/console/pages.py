"""The operators' page."""

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.console import rules
from services.console.clients.watching import Watch
from services.console.store.desk import Desk
from services.runtime import instants, pages
from services.runtime.agreements import Contracts
from services.runtime.pages.models import ConsolePage
from services.runtime.problems import Problem
from services.runtime.session import PageRoute, Session, Sessions
from services.runtime.tokens import COOKIE

_LISTED: Final = 100
_NOT_UNDERSTOOD: Final = 422


class Page:
    """The page of the console, for operators alone."""

    def __init__(
        self,
        desk: Desk,
        watch: Watch,
        contracts: Contracts,
        sessions: Sessions,
        balancing: rules.Counted,
    ) -> None:
        """Show what is at the *desk* to those who signed in as operators."""
        self._desk = desk
        self._watch = watch
        self._contracts = contracts
        self._sessions = sessions
        self._balancing = balancing

    def router(self) -> APIRouter:
        """Return the routes; the JSON door has `/trace`, so the form goes to `/`."""
        routes = APIRouter(route_class=PageRoute, include_in_schema=False)
        routes.add_api_route("/", self.show, methods=["GET"])
        routes.add_api_route("/", self.trace, methods=["POST"])
        return routes

    async def show(self, request: Request) -> Response:
        """Show how everything is."""
        session = await self._sessions.of(request)
        model = await self._model(session, request)
        return pages.answer(pages.console(model))

    async def trace(self, request: Request) -> Response:
        """Show where what the form names has been."""
        session = await self._sessions.of(request)
        said = (await self._sessions.form(request)).get("trace", "").strip()
        try:
            hops = await self._desk.trace(session.caller, said)
        except Problem as problem:
            if problem.status != _NOT_UNDERSTOOD:
                raise
            return await self._put_right(session, request, problem)
        model = await self._model(session, request)
        model["trace"] = {"id": said, "hops": hops}
        return pages.answer(pages.console(model))

    async def _put_right(
        self, session: Session, request: Request, problem: Problem
    ) -> Response:
        """Return the page with what is wrong in the form; never what was written."""
        model = await self._model(session, request)
        model["problems"] = [{"field": "trace", "text": problem.detail}]
        return pages.answer(pages.console(model), status=problem.status)

    async def _model(self, session: Session, request: Request) -> ConsolePage:
        """Return everything that the page shows besides a trace; raises a 403."""
        refused = await self._desk.newest(session.caller, _LISTED)
        heard = await self._desk.last_heard()
        return {
            "viewer": session.viewer,
            "as_of": instants.minute(instants.now()),
            "today": self._contracts.today,
            "csrf": session.csrf,
            "action": "/",
            "services": await self._watch.services(),
            "topics": await self._watch.topics(),
            "refused": refused,
            "reviews": await self._watch.reviews(request.cookies[COOKIE]),
            "balance": rules.summed(self._balancing.last, self._contracts.rules.names),
            "sources": rules.sources(self._contracts.rules.agencies, heard),
        }
