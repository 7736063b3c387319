"""Signing in: what is offered, and what is accepted."""

import socket

import pytest

from services.runtime import session
from services.runtime.tokens import COOKIE
from tests.support.session import COUNCIL, CSRF, client_of, cookie_of, sign_in


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
        """Afterwards pages know organisation and role; they read, and send forms."""
        answer = sign_in(client)

        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        known = client.get("/me").text
        assert known.startswith(
            "Oxfordshire County Council send_officer publish read csrf="
        )

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
