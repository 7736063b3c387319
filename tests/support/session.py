"""A browser at a service that has nothing but the sign-in and two pages."""

import re

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.testclient import TestClient

from services.runtime import pages, session
from services.runtime.agreements import Contracts
from services.runtime.problems import Problem, away, unknown
from services.runtime.service import Service

COUNCIL = "urn:dfe:la:931"
CSRF = re.compile(r'name="csrf" value="([^"]+)"')


def client_of(shared):
    """Return a browser of an app with the sign-in and two pages."""
    service, contracts = Service(shared, "timeline"), Contracts(shared)
    sessions = session.Sessions(service, contracts)
    routes = APIRouter(route_class=session.PageRoute)

    @routes.get("/me")
    async def me(request: Request):
        """Answer a page with who asks."""
        found = await sessions.of(request)
        viewer, scopes = found.viewer, sorted(found.caller.scopes)
        said = [viewer["organisation"], viewer["role"], *scopes, f"csrf={found.csrf}"]
        return pages.answer(" ".join(said))

    @routes.post("/form")
    async def form(request: Request):
        """Answer a form."""
        await sessions.of(request)
        return pages.answer((await sessions.form(request))["field"])

    @routes.get("/problem/{status}")
    async def problem(status: int, request: Request):
        """Answer with a problem."""
        known = {404: unknown(), 503: away()}
        raise known.get(status, Problem(status, "not-permitted", "A reason."))

    app = FastAPI()

    @app.get("/json")
    async def json(request: Request):
        """Answer with JSON."""
        await service.tokens.caller(request)

    app.include_router(session.router(service, contracts))
    app.include_router(routes)
    return TestClient(app, base_url="https://here", follow_redirects=False)


def sign_in(client, organisation=COUNCIL, role="send_officer", **more):
    """Return the answer to a form as the page made it."""
    form = {"csrf": CSRF.search(client.get("/sign-in").text)[1]}
    asked = {"organisation": organisation, "role": role}
    return client.post("/sign-in", data=form | asked | more)


def cookie_of(response, name):
    """Return what was said to the browser about one cookie, in lower case."""
    said = response.headers.get_list("set-cookie")
    [found] = [one.lower() for one in said if one.startswith(f"{name}=")]
    return found
