"""What a session's cookie opens, for how long, and what goes wrong as a page."""

import pytest

from deploy.local import issuer
from services.runtime import pages, session
from services.runtime.problems import Problem
from services.runtime.service import Service
from services.runtime.tokens import COOKIE
from tests.support.session import COUNCIL, CSRF, client_of, cookie_of, sign_in


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

        assert (answer.status_code, answer.headers["location"][:9]) == (
            303,
            "/sign-in?",
        )

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
