"""Signing in: what is offered, what is accepted, and what the cookie opens."""

import re
import socket
from threading import Thread

import pytest
import uvicorn
from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.testclient import TestClient

from deploy.local import issuer
from services.runtime import pages, session
from services.runtime.agreements import Contracts
from services.runtime.problems import Problem, away, unknown
from services.runtime.service import Service
from services.runtime.settings import Shared
from services.runtime.tokens import COOKIE

COUNCIL = "urn:dfe:la:931"
CSRF = re.compile(r'name="csrf" value="([^"]+)"')
SECRET = "a-secret-of-these-tests"  # noqa: S105


@pytest.fixture(scope="module")
def development(tmp_path_factory):
    """Settings with an issuer that runs on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        shared = Shared(
            secret=SECRET,
            issuer=f"http://127.0.0.1:{listening.getsockname()[1]}",
            mode="development",
            data=tmp_path_factory.mktemp("issuer"),
        )
        config = uvicorn.Config(issuer.app(shared), log_level="warning", lifespan="off")
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield shared
        server.should_exit = True
        thread.join()


def client_of(shared):
    """Return a browser of an app with the sign-in and two pages."""
    service, contracts = Service(shared, "timeline"), Contracts(shared)
    sessions = session.Sessions(service, contracts)
    routes = APIRouter(route_class=session.PageRoute)

    @routes.get("/me")
    async def me(request: Request):
        found = await sessions.of(request)
        viewer, scopes = found.viewer, sorted(found.caller.scopes)
        said = [viewer["organisation"], viewer["role"], *scopes, f"csrf={found.csrf}"]
        return pages.answer(" ".join(said))

    @routes.post("/form")
    async def form(request: Request):
        await sessions.of(request)
        return pages.answer((await sessions.form(request))["field"])

    @routes.get("/problem/{status}")
    async def problem(status: int, request: Request):
        known = {404: unknown(), 503: away()}
        raise known.get(status, Problem(status, "not-permitted", "A reason."))

    app = FastAPI()

    @app.get("/json")
    async def json(request: Request):
        await service.tokens.caller(request)

    app.include_router(session.router(service, contracts))
    app.include_router(routes)
    return TestClient(app, base_url="https://here", follow_redirects=False)


@pytest.fixture
def client(development):
    """A browser at a development installation."""
    return client_of(development)


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


class TestOffer:
    """What the sign-in page offers."""

    def test_organisations_with_an_agreement(self, client):
        """Whoever has an agreement can be chosen; who is only named cannot."""
        page = client.get("/sign-in").text

        assert f'value="{COUNCIL}"' in page
        assert 'value="urn:ods:RNU"' in page
        assert 'value="urn:ods:X9902"' not in page

    def test_roles_are_those_of_agreements(self, client):
        """Each role is offered once, and `system`, a token without one, never."""
        page = client.get("/sign-in").text

        for role in ("send_officer", "dco", "clinician", "senco", "operator"):
            assert page.count(f'value="{role}"') == 1
        assert 'value="system"' not in page

    def test_live_installations_have_none(self, development):
        """Outside development there is no such page, and nobody is let in by it."""
        live = client_of(development.model_copy(update={"mode": "production"}))
        page = CSRF.search(client_of(development).get("/sign-in").text)

        assert live.get("/sign-in").status_code == 404
        assert live.post("/sign-in", data={"csrf": page[1]}).status_code == 404

    def test_the_form_is_tied_to_a_cookie_of_its_own(self, client):
        """The value in the form follows from a cookie that scripts cannot read."""
        first, again = client.get("/sign-in"), client.get("/sign-in")
        said = cookie_of(first, session.FORM_COOKIE)

        assert {"httponly", "samesite=strict", "path=/"} <= set(said.split("; "))
        assert CSRF.search(first.text)[1] == CSRF.search(again.text)[1]
        assert CSRF.search(first.text)[1] not in said


class TestSignIn:
    """What the form leads to."""

    def test_gives_a_session(self, client):
        """Afterwards pages know organisation and role, and may read alone."""
        answer = sign_in(client)

        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        known = client.get("/me").text
        assert known.startswith("Oxfordshire County Council send_officer read csrf=")

    def test_operators_may_operate(self, client):
        """An operator's session carries the scope of what operators do."""
        sign_in(client, role="operator")

        assert " operator operate read " in client.get("/me").text

    def test_the_cookie_is_out_of_scripts_and_other_sites_reach(self, client):
        """It is HttpOnly and SameSite=Strict, and ends with the browser."""
        said = cookie_of(sign_in(client), COOKIE).split("; ")

        assert {"httponly", "samesite=strict", "path=/"} <= set(said)
        assert not [one for one in said if one.startswith(("max-age", "expires"))]

    @pytest.mark.parametrize(
        ("organisation", "role", "field"),
        [
            (COUNCIL, "clinician", "role"),
            (COUNCIL, "system", "role"),
            (COUNCIL, "", "role"),
            ("urn:ods:X9902", "clinician", "organisation"),
            ("", "", "organisation"),
        ],
    )
    def test_only_what_was_offered(self, client, organisation, role, field):
        """Another pair is a problem of the form, and nobody is signed in."""
        answer = sign_in(client, organisation, role)

        assert answer.status_code == 422
        assert f'href="#{field}"' in answer.text
        assert COOKIE not in client.cookies

    def test_what_was_chosen_is_kept(self, client):
        """After a problem the form still holds organisation and way back."""
        answer = sign_in(client, role="dco", next="/children/c-1")

        assert f'value="{COUNCIL}" selected' in answer.text
        assert 'value="dco" checked' in answer.text
        assert 'name="next" value="/children/c-1"' in answer.text

    @pytest.mark.parametrize("given", ["", "0" * 32, "é"])
    def test_only_by_the_form(self, client, given):
        """A form that another site made does not carry the value, and is refused."""
        answer = sign_in(client, csrf=given)

        assert answer.status_code == 403
        assert COOKIE not in client.cookies

    def test_anothers_form_value_is_refused(self, development, client):
        """The value of one browser's form is of no use in another."""
        other = CSRF.search(client_of(development).get("/sign-in").text)[1]

        assert sign_in(client, csrf=other).status_code == 403

    @pytest.mark.parametrize(
        ("wanted", "reached"),
        [
            ("/children/c-1?as_known_on=2026-03-20", None),
            ("//elsewhere.example/", "/"),
            ("/\\elsewhere.example", "/"),
            ("https://elsewhere.example/", "/"),
            ("/\t/elsewhere.example", "/"),
            ("/a\r\nSet-Cookie: b=c", "/"),
            ("children", "/"),
        ],
    )
    def test_the_way_back_stays_here(self, client, wanted, reached):
        """Nobody is sent to another site after signing in."""
        answer = sign_in(client, next=wanted)

        assert answer.headers["location"] == (reached or wanted)

    def test_an_issuer_that_is_away(self, development):
        """Without the issuer the page says to try again, and nobody is signed in."""
        with socket.create_server(("127.0.0.1", 0)) as closed:
            gone = f"http://127.0.0.1:{closed.getsockname()[1]}"
        client = client_of(development.model_copy(update={"issuer": gone}))

        answer = sign_in(client)

        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        assert COOKIE not in client.cookies

    def test_a_form_too_long_is_refused(self, client):
        """What no person writes into the form is not read."""
        assert sign_in(client, next="/" * 20_000).status_code == 413


class TestSession:
    """What the cookie opens, and for how long."""

    def test_nobody_is_sent_to_the_sign_in_and_back(self, client):
        """Without a session a page leads to the sign-in, which leads back to it."""
        answer = client.get("/me?as_known_on=2026-03-20")

        assert answer.status_code == 303
        back = "/sign-in?next=%2Fme%3Fas_known_on%3D2026-03-20"
        assert answer.headers["location"] == back
        assert 'value="/me?as_known_on=2026-03-20"' in client.get(back).text

    def test_an_expired_session_leads_to_the_sign_in(self, development, client):
        """A token past its time is as good as none."""
        key = issuer.key_at(development.data)
        asked = issuer.Asked(org=COUNCIL, roles=["send_officer"], ttl=60)
        old = issuer.sign(key, development.issuer, asked, now=0, own_id="old")
        client.cookies.set(COOKIE, old)

        answer = client.get("/me")

        assert (answer.status_code, answer.headers["location"][:9]) == (303, "/sign-in?")

    def test_the_cookie_opens_no_json_door(self, client):
        """Whoever asks for JSON sends a bearer token; a cookie is not looked at."""
        sign_in(client)
        token = client.cookies[COOKIE]

        with pytest.raises(Problem, match="not-signed-in"):
            client.get("/json")
        bearer = {"Authorization": f"Bearer {token}"}
        assert client.get("/json", headers=bearer).status_code == 200

    def test_forms_carry_the_sessions_value(self, client):
        """A form is taken with the value that the session's pages carry, alone."""
        sign_in(client)
        own = client.get("/me").text.partition("csrf=")[2]

        taken = client.post("/form", data={"csrf": own, "field": "said"})
        refused = client.post("/form", data={"csrf": own[::-1], "field": "said"})

        assert (taken.status_code, taken.text) == (200, "said")
        assert refused.status_code == 403

    def test_a_form_after_the_end_of_a_session(self, client):
        """It leads to the sign-in and from there to the start page."""
        answer = client.post("/form", data={"field": "said"})

        assert answer.headers["location"] == "/sign-in?next=%2F"

    def test_signing_out_ends_it(self, client):
        """Afterwards pages know nobody; another site's form cannot do it."""
        sign_in(client)
        page = client.get("/sign-in").text
        assert "Sign out" in page

        assert client.post("/sign-out", data={}).status_code == 403
        assert client.get("/me").status_code == 200
        own = {"csrf": CSRF.search(page)[1]}
        assert client.post("/sign-out", data=own).headers["location"] == "/sign-in"
        assert client.get("/me").status_code == 303
        assert "Sign out" not in client.get("/sign-in").text

    def test_live_cookies_are_secure(self, development):
        """Outside development a browser sends them over TLS alone."""
        live = development.model_copy(update={"mode": "production"})
        client = client_of(live)
        known = "a random value"
        client.cookies.set(session.FORM_COOKIE, known)
        form = {"csrf": Service(live, "timeline").tokens.form_token(known)}

        answer = client.post("/sign-out", data=form)

        assert "secure" in cookie_of(answer, COOKIE).split("; ")


class TestProblems:
    """What goes wrong is said as a page."""

    @pytest.mark.parametrize(
        ("status", "said"),
        [
            (403, "You cannot do this"),
            (404, "Page not found"),
            (422, "A reason."),
            (503, "Nothing was lost"),
        ],
    )
    def test_as_a_page(self, client, status, said):
        """It keeps its status and has the strict headers of every page."""
        answer = client.get(f"/problem/{status}")

        assert answer.status_code == status
        assert said in answer.text
        for name, value in pages.SECURITY_HEADERS.items():
            assert answer.headers[name] == value

    def test_away_says_when_to_try_again(self, client):
        """A 503 carries Retry-After."""
        assert client.get("/problem/503").headers["retry-after"] == "2"


def test_style_sheets_are_served(client):
    """The sheets that the pages name are there."""
    assert client.get(pages.static_url("throughline.css")).status_code == 200
