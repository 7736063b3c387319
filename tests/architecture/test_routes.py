"""Every HTTP route needs a token, but for a few that are listed here."""

from urllib.parse import urlsplit

import httpx
import pytest

from deploy.documents.services import built
from services.runtime import health, sums
from services.runtime.tokens import COOKIE
from tests.support.project import SERVICES

OPEN = {
    *("GET /_ping", "GET /_status", "GET /readyz", "GET /metrics"),
    *("GET /_sums", "GET /openapi.json", "GET /sign-in", "GET /static/{name}"),
    *("GET /metadata", "GET /FHIR/R4/metadata"),
    *("GET /MessageDefinition", "GET /FHIR/R4/MessageDefinition"),
}
"""Routes without a token: none of them shows a child or changes anything."""
FORMS = {"POST /sign-in", "POST /sign-out"}
"""Routes that want the value of a form of ours instead."""
BODIES = {
    "/tick": {"date": "2099-01-01"},
    "/persons/{ref}/unlink": {"reason": "entered in error"},
    "/messages/{ref}/release": {"reason": "a school has closed"},
    "/messages/{ref}/reject": {"reason": "a wrong export"},
    "/reviews/{ref}/settle": {"reason": "seen"},
}


@pytest.fixture(scope="module")
def services():
    """Yield every service as it is put together for development."""
    return built("development")


def routes(service, parts):
    """Yield method and path of every route of a service."""
    yield "GET", "/openapi.json"
    own = (health.router(service), sums.router(service, parts.books))
    for router in (*own, *parts.routers):
        for route in router.routes:
            for method in getattr(route, "methods", None) or {"GET"}:
                if method != "HEAD":
                    yield method, route.path


async def ask(service, parts, method, path, **headers):
    """Return the answer of one route to a request without a token."""
    transport = httpx.ASGITransport(app=service.app(parts))
    url = path.replace("{ref}", "c-1").replace("{clock_id}", "k-1")
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as http:
        return await http.request(
            method, url, json=BODIES.get(path, {}), headers=headers
        )


def refuses(answer):
    """Return whether an answer is a 401, or a page's way to the sign-in."""
    to = urlsplit(answer.headers.get("location", "")).path
    return answer.status_code == 401 or (answer.status_code == 303 and to == "/sign-in")


@pytest.mark.parametrize("name", SERVICES)
async def test_a_route_without_a_token_answers_nothing(services, name):
    """Whoever does not say who they are gets a 401, or a page's sign-in."""
    service, parts = services[name]
    open_to_all = OPEN | FORMS
    wrong = [
        f"{method} {path}: {answer.status_code}"
        for method, path in routes(service, parts)
        if f"{method} {path}" not in open_to_all
        for answer in [await ask(service, parts, method, path)]
        if not refuses(answer)
    ]

    assert wrong == []


@pytest.mark.parametrize("name", SERVICES)
async def test_the_cookie_of_a_page_opens_no_door(services, name):
    """A browser sends cookies unasked, so what programs use never looks at them."""
    service, parts = services[name]
    documented = service.app(parts).openapi()["paths"]
    for path, methods in documented.items():
        for method in methods:
            cookie = {"Cookie": f"{COOKIE}=anything"}
            answer = await ask(service, parts, method.upper(), path, **cookie)
            assert answer.status_code == 401, f"{method} {path}"


@pytest.mark.parametrize("name", SERVICES)
async def test_a_form_that_is_not_ours_is_refused(services, name):
    """Signing in and out needs the value that only our own form carries."""
    service, parts = services[name]
    for method, path in routes(service, parts):
        if f"{method} {path}" in FORMS:
            answer = await ask(service, parts, method, path)
            assert answer.status_code == 403


def test_every_route_that_is_listed_as_open_is_there(services):
    """The list of exceptions holds no route that is gone."""
    found = {
        f"{method} {path}"
        for service, parts in services.values()
        for method, path in routes(service, parts)
    }

    assert found >= OPEN | FORMS


async def test_nobody_signs_in_without_proof_in_production():
    """The development sign-in and tick are not there on a live installation."""
    for service, parts in built("production").values():
        for method, path in routes(service, parts):
            if path in {"/sign-in", "/tick"}:
                answer = await ask(service, parts, method, path)
                assert answer.status_code in {404, 403}, f"{method} {path}"
