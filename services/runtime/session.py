"""
Signing in to pages: who looks, whether a form is one of ours, what goes wrong in words.

A cookie, HttpOnly and SameSite=Strict, holds the token of whoever signed in. It opens
pages alone: `Tokens.caller`, by which all JSON doors go, never looks at it. Each form
carries a value that follows from that cookie and that no other site can know.
"""

import re
import secrets
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, quote

import httpx
from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from services.runtime import log, pages
from services.runtime.agreements import Contracts, Rules
from services.runtime.intake.door import read_body
from services.runtime.offices import OPERATOR
from services.runtime.pages import models, words
from services.runtime.problems import Problem, away, unknown
from services.runtime.service import Service
from services.runtime.tokens import COOKIE, Caller

FORM_COOKIE: Final = "throughline_form"
"""Holds a random value that the sign-in form is tied to: there is no session yet."""

_LONGEST_FORM: Final = 10_000
_WITHOUT_A_ROLE: Final = "system"
_LOCAL: Final = re.compile(r"/(?!/)[!-\[\]-~]*", re.ASCII)
"""A path of this service: printable, no backslash, and not the `//` of another host."""

_HEADINGS: Final = {
    403: "You cannot do this",
    422: "Check what you asked for",
    503: "Sorry, the service is unavailable",
}
_TEXTS: Final = {
    503: "Something that Throughline needs is away. Nothing was lost. Try again soon.",
}
_Handler = Callable[[Request], Coroutine[Any, Any, Response]]


@dataclass(frozen=True, slots=True)
class Session:
    """Who looks at a page."""

    caller: Caller
    viewer: models.Viewer
    csrf: str
    """What each form of this session carries as the field `csrf`."""


class PageRoute(APIRoute):
    """A route that answers with a page, also when something goes wrong."""

    def get_route_handler(self) -> _Handler:
        """Return the handler, with problems turned into pages."""
        handler = super().get_route_handler()

        async def answered(request: Request) -> Response:
            """Answer with the page, or with the page of the problem."""
            try:
                return await handler(request)
            except Problem as problem:
                return _page_of(problem, request)

        return answered


class Sessions:
    """Recognises who signed in, and their forms."""

    def __init__(self, service: Service, contracts: Contracts) -> None:
        """Check cookies as *service* does tokens; *contracts* name organisations."""
        self._service = service
        self._contracts = contracts

    async def of(self, request: Request) -> Session:
        """Return who looks; raises a 401, which a PageRoute turns into the sign-in."""
        caller = await self._service.tokens.page_caller(request)
        viewer: models.Viewer = {
            "organisation": words.organisation(caller.org, self._contracts.rules.names),
            "role": next(iter(caller.roles), _WITHOUT_A_ROLE),
        }
        request.state.viewer = viewer
        token = request.cookies[COOKIE]
        return Session(caller, viewer, self._service.tokens.form_token(token))

    async def form(self, request: Request) -> Mapping[str, str]:
        """Return what a form of this session says; raises a 403 for any other form."""
        return await self._checked(request, COOKIE)

    async def sign_in_form(self, request: Request) -> Mapping[str, str]:
        """Return what the sign-in form says; raises a 403 for any other form."""
        return await self._checked(request, FORM_COOKIE)

    async def _checked(self, request: Request, cookie: str) -> Mapping[str, str]:
        """Return the form, which must carry the value that *cookie* leads to."""
        form = await form_of(request)
        known = request.cookies.get(cookie, "")
        self._service.tokens.check_form(known, form.get("csrf", ""))
        return form


def router(service: Service, contracts: Contracts) -> APIRouter:
    """Return the sign-in, the sign-out and the style sheets."""
    routes = APIRouter(route_class=PageRoute, include_in_schema=False)
    signing = _SignIn(service, contracts)
    routes.add_api_route("/sign-in", signing.show, methods=["GET"])
    routes.add_api_route("/sign-in", signing.sign_in, methods=["POST"])
    routes.add_api_route("/sign-out", signing.sign_out, methods=["POST"])
    routes.routes.append(pages.static_route())
    return routes


async def form_of(request: Request) -> Mapping[str, str]:
    """Return the fields of a form, as a browser encodes it by itself."""
    body = await read_body(request, _LONGEST_FORM)
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    except ValueError:
        raise Problem(422, "not-understood", "The form cannot be read.") from None


def local_path(wanted: str | None) -> str:
    """Return *wanted* if it is a path of this service, else the start page."""
    return wanted if wanted and _LOCAL.fullmatch(wanted) else "/"


def offered(rules: Rules) -> Mapping[str, Sequence[str]]:
    """Return, for each organisation with an agreement, the roles that one names."""
    named = {agency.urn: agency.name for agency in rules.agencies}
    pairs = [(org, role) for org, role in rules.agreements if role != _WITHOUT_A_ROLE]
    roles = {urn: [role for org, role in pairs if org == urn] for urn in named}
    return {urn: given for urn, given in roles.items() if given}


class _SignIn:
    """The development sign-in: whoever asks is believed. Never for live use."""

    def __init__(self, service: Service, contracts: Contracts) -> None:
        """Offer what *contracts* speak of."""
        self._service = service
        self._contracts = contracts
        self._sessions = Sessions(service, contracts)

    async def show(self, request: Request) -> Response:
        """Offer organisations and roles."""
        self._only_in_development()
        return self._page(request, {"next": request.query_params.get("next", "")})

    async def sign_in(self, request: Request) -> Response:
        """Let a person be the organisation and the role that they chose."""
        self._only_in_development()
        form = await self._sessions.sign_in_form(request)
        problems = self._problems(form)
        if problems:
            return self._page(request, form, problems)
        token = await self._token(form["organisation"], form["role"])
        answer = pages.redirect(local_path(form.get("next")))
        self._keep(answer, COOKIE, token)
        return answer

    async def sign_out(self, request: Request) -> Response:
        """Forget who looked."""
        await self._sessions.sign_in_form(request)
        answer = pages.redirect("/sign-in")
        self._keep(answer, COOKIE, "")
        return answer

    def _only_in_development(self) -> None:
        """Raise the 404 anywhere else."""
        if not self._service.settings.development:
            raise unknown()

    def _page(
        self,
        request: Request,
        form: Mapping[str, str],
        problems: Sequence[models.Problem] = (),
    ) -> Response:
        """Return the form with what was chosen before, and its cookie."""
        known = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(32)
        html = pages.sign_in(
            {
                "organisations": self._organisations(),
                "roles": self._roles(),
                "csrf": self._service.tokens.form_token(known),
                "next": local_path(form.get("next")),
                "problems": problems,
                "values": form,
                "signed_in": bool(request.cookies.get(COOKIE)),
            }
        )
        answer = pages.answer(html, status=422 if problems else 200)
        self._keep(answer, FORM_COOKIE, known)
        return answer

    def _keep(self, answer: Response, name: str, value: str) -> None:
        """Have the browser keep a cookie until it closes; an empty one goes at once."""
        answer.set_cookie(
            name,
            value,
            max_age=None if value else 0,
            path="/",
            secure=not self._service.settings.development,
            httponly=True,
            samesite="strict",
        )

    def _organisations(self) -> list[models.Organisation]:
        """Return who can be chosen, by name."""
        rules = self._contracts.rules
        named = [(rules.names[urn], urn) for urn in offered(rules)]
        return [{"urn": urn, "name": name} for name, urn in sorted(named)]

    def _roles(self) -> list[str]:
        """Return every role that can be chosen, once."""
        given = offered(self._contracts.rules).values()
        return list(dict.fromkeys(role for roles in given for role in roles))

    def _problems(self, form: Mapping[str, str]) -> list[models.Problem]:
        """Return what must be put right: only what was offered is accepted."""
        choices = offered(self._contracts.rules)
        roles = choices.get(form.get("organisation", ""))
        if roles is None:
            return [{"field": "organisation", "text": "Choose an organisation"}]
        if form.get("role") not in roles:
            listed = ", ".join(words.role(role) for role in roles)
            text = f"Choose a role that this organisation has: {listed}"
            return [{"field": "role", "text": text}]
        return []

    async def _token(self, org: str, role: str) -> str:
        """Return a token of the development issuer; raises a 503 while it is away."""
        scope = "read operate" if role == OPERATOR else "publish read"
        asked = {"org": org, "roles": [role], "scope": scope}
        url = f"{self._service.settings.issuer.rstrip('/')}/token"
        try:
            async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
                answer = await client.post(url, json=asked)
            return str(answer.raise_for_status().json()["access_token"])
        except (httpx.HTTPError, ValueError, KeyError) as error:
            log.get().warning("issuer_away", error=log.named(error))
            raise away() from None


def _page_of(problem: Problem, request: Request) -> Response:
    """Return the page that says what went wrong."""
    viewer = getattr(request.state, "viewer", None)
    if problem.status == 401:  # noqa: PLR2004 - HTTP's number for "who are you?"
        return pages.redirect(f"/sign-in?next={quote(_here(request), safe='')}")
    if problem.status == 404:  # noqa: PLR2004 - HTTP's number for "not found"
        return pages.answer(pages.not_found(viewer), status=404)
    heading = _HEADINGS.get(problem.status, "Sorry, this did not work")
    text = _TEXTS.get(problem.status, problem.detail)
    html = pages.error(heading, text, viewer=viewer)
    answer = pages.answer(html, status=problem.status)
    answer.headers.update(problem.headers)
    return answer


def _here(request: Request) -> str:
    """Return where to go after the sign-in: this page, unless it took a form."""
    if request.method != "GET":
        return "/"
    query = f"?{request.url.query}" if request.url.query else ""
    return request.url.path + query
