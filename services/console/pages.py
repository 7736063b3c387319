"""The operators' page."""

from typing import Any, Final

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse

from services.console import rules
from services.console.clients.watching import Watch
from services.console.store.desk import Desk
from services.runtime import instants, pages
from services.runtime.agreements import Contracts
from services.runtime.pages.models import ConsolePage
from services.runtime.problems import Problem
from services.runtime.service import Service
from services.runtime.tokens import Caller

_LISTED: Final = 100
_FORBIDDEN: Final = 403
_NOT_UNDERSTOOD: Final = 422


class Page:
    """The page of the console, for operators alone."""

    def __init__(
        self, service: Service, desk: Desk, watch: Watch, contracts: Contracts
    ) -> None:
        """Show what is at the *desk* of *service*."""
        self._service = service
        self._desk = desk
        self._watch = watch
        self._contracts = contracts

    def router(self) -> APIRouter:
        """Return the routes."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/", self.show, response_model=None)
        routes.add_api_route("/", self.trace, methods=["POST"], response_model=None)
        return routes

    async def show(self, request: Request) -> HTMLResponse:
        """Show how everything is."""
        caller = await self._service.tokens.caller(request)
        try:
            model = await self._model(rules.operator(caller))
        except Problem as problem:
            return _refuse(problem)
        return pages.answer(pages.console(model))

    async def trace(self, request: Request) -> HTMLResponse:
        """Show where what the form names has been."""
        caller = await self._service.tokens.caller(request)
        form = await request.form()
        try:
            rules.operator(caller)
            csrf = str(form.get("csrf", ""))
            self._service.tokens.check_form(caller.token_id, csrf)
            found = await self._found(caller, form)
            model = await self._model(caller)
        except Problem as problem:
            return _refuse(problem)
        model.update(found)  # type: ignore[typeddict-item] # members of the model
        return pages.answer(pages.console(model))

    async def _found(self, caller: Caller, form: FormData) -> dict[str, Any]:
        """Return what the form's reference leads to, or what is wrong with it."""
        said = str(form.get("trace", "")).strip()
        try:
            hops = await self._desk.trace(caller, rules.wanted(said))
        except Problem as problem:
            if problem.status != _NOT_UNDERSTOOD:
                raise
            return {"problems": [{"field": "trace", "text": problem.detail}]}
        return {"trace": {"id": said, "hops": hops}}

    async def _model(self, caller: Caller) -> ConsolePage:
        """Return everything that the page shows besides a trace."""
        contracts = self._contracts
        heard = await self._desk.last_heard()
        return {
            "viewer": {
                "organisation": contracts.rules.names.get(caller.org, caller.org),
                "role": rules.OPERATOR,
            },
            "as_of": instants.minute(instants.now()),
            "today": contracts.today,
            "csrf": self._service.tokens.form_token(caller.token_id),
            "action": "/",
            "services": await self._watch.services(),
            "topics": await self._watch.topics(),
            "refused": await self._desk.newest(caller, _LISTED),
            "sources": rules.sources(contracts.rules.agencies, heard),
        }


def _refuse(problem: Problem) -> HTMLResponse:
    """Return the page of a problem; what is not permitted looks like what is not there."""
    if problem.status == _FORBIDDEN:
        return pages.answer(pages.not_found(), status=_FORBIDDEN)
    title = problem.reason.replace("-", " ").capitalize()
    return pages.answer(pages.error(title, problem.detail), status=problem.status)
