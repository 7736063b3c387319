"""Who asks: a token of our issuer, signed, for us, not expired; and nothing else."""

import base64
import hmac
import json
import time

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.requests import Request

from services.runtime import tokens as module
from services.runtime.problems import Problem
from services.runtime.tokens import COOKIE, Tokens

ISSUER = "http://issuer.example"
KEY = RSAKey.generate_key(2048, {"kid": "one"}, private=True)
OTHER = RSAKey.generate_key(2048, {"kid": "two"}, private=True)
CLAIMS = {
    "iss": ISSUER,
    "aud": "throughline",
    "exp": 2_000_000_000,
    "jti": "t-1",
    "org": "urn:ods:RNU",
    "roles": ["clinician"],
    "scope": "publish read",
}


def signed(key=KEY, kid="one", **changes):
    """Return a token with changed claims; a change to None leaves a claim out."""
    said = {k: v for k, v in (CLAIMS | changes).items() if v is not None}
    return jwt.encode({"alg": "RS256", "kid": kid}, said, key)


class Issuer:
    """Shows its keys, or is away."""

    def __init__(self, monkeypatch):
        """Stand where the tokens look for keys."""
        self.keys, self.away, self.asked = [KEY], False, 0
        whole = httpx.AsyncClient

        def client(**settings):
            """Return a client that reaches nobody else."""
            transport = httpx.MockTransport(self._answer)
            return whole(timeout=settings["timeout"], transport=transport)

        monkeypatch.setattr(module.httpx, "AsyncClient", client)

    def _answer(self, request):
        """Answer with the public keys."""
        self.asked += 1
        if self.away:
            raise httpx.ConnectError("away")
        assert str(request.url) == f"{ISSUER}/.well-known/jwks.json"
        public = [key.as_dict(private=False) for key in self.keys]
        return httpx.Response(200, json={"keys": public})


@pytest.fixture
def issuer(monkeypatch):
    """An issuer with one key."""
    return Issuer(monkeypatch)


@pytest.fixture
def tokens(issuer):
    """What checks tokens of that issuer."""
    return Tokens(ISSUER, b"a key that only tests know")


async def refusal(tokens, token):
    """Return the problem that *token* meets."""
    with pytest.raises(Problem) as raised:
        await tokens.checked(token)
    return raised.value


async def test_a_good_token_says_who_asks(tokens):
    """Organisation, roles, scopes and the token's own id are read from it."""
    caller = await tokens.checked(signed())

    assert (caller.org, caller.roles, caller.token_id) == (
        "urn:ods:RNU",
        ("clinician",),
        "t-1",
    )
    assert caller.scopes == {"publish", "read"}


def unsigned():
    """Return a token that claims to need no signature."""
    parts = [{"alg": "none", "kid": "one"}, CLAIMS]
    told = [encoded(json.dumps(part).encode()) for part in parts]
    return b".".join([*told, b""]).decode()


def signed_with_the_public_key():
    """Return a token whose HMAC key is the issuer's public key, as everyone knows it."""
    parts = [{"alg": "HS256", "kid": "one"}, CLAIMS]
    told = b".".join(encoded(json.dumps(part).encode()) for part in parts)
    proof = hmac.digest(KEY.as_pem(private=False), told, "sha256")
    return (told + b"." + encoded(proof)).decode()


def encoded(said):
    """Return bytes as tokens hold them."""
    return base64.urlsafe_b64encode(said).rstrip(b"=")


BAD = {
    "expired": lambda: signed(exp=1_000_000_000),
    "another issuer's": lambda: signed(iss="http://other.example"),
    "another issuer's key": lambda: signed(OTHER, "one"),
    "an unknown key": lambda: signed(OTHER, "two"),
    "for another audience": lambda: signed(aud="other"),
    "for other audiences": lambda: signed(aud=["other", "more"]),
    "without audience": lambda: signed(aud=None),
    "without expiry": lambda: signed(exp=None),
    "with an expiry in words": lambda: signed(exp="never"),
    "not valid yet": lambda: signed(nbf=1_999_999_999),
    "without organisation": lambda: signed(org=None),
    "of an organisation without form": lambda: signed(org="Oxford Health"),
    "of several organisations": lambda: signed(org=["urn:ods:RNU"]),
    "without signature": unsigned,
    "signed with the public key": signed_with_the_public_key,
    "with a changed claim": lambda: changed(signed()),
    "empty": lambda: "",
    "no token": lambda: "not a token",
    "not even text": lambda: "\xff.\x00.ä",
}


def changed(token):
    """Return *token* with another organisation and the old signature."""
    head, _, signature = token.split(".")
    body = encoded(json.dumps(CLAIMS | {"org": "urn:ods:RTH"}).encode())
    return f"{head}.{body.decode()}.{signature}"


@pytest.mark.parametrize("name", BAD)
async def test_any_other_token_is_a_401(tokens, name):
    """It is refused, without its content in the answer, and again when it comes again."""
    token = BAD[name]()

    for _ in range(2):
        problem = await refusal(tokens, token)
        assert problem.status == 401
        assert problem.headers["WWW-Authenticate"] == "Bearer"
        assert "RNU" not in str(problem.body())


async def test_a_token_expires_though_it_is_remembered(tokens, monkeypatch):
    """Having been good once does not let a token be used after its time."""
    token = signed(exp=int(time.time()) + 1000)
    await tokens.checked(token)
    later = time.time() + 1001
    monkeypatch.setattr(module.time, "time", lambda: later)

    assert (await refusal(tokens, token)).status == 401


async def test_our_audience_among_others_is_enough(tokens):
    """A token may be for several audiences."""
    assert (await tokens.checked(signed(aud=["other", "throughline"]))).org


async def test_keys_are_fetched_once(tokens, issuer):
    """Good tokens do not make us ask the issuer again."""
    for number in range(5):
        await tokens.checked(signed(jti=str(number)))

    assert issuer.asked == 1


async def test_a_new_key_is_learnt(tokens, issuer, monkeypatch):
    """After the issuer has changed its key, its tokens are good within seconds."""
    await tokens.checked(signed())
    issuer.keys = [OTHER]
    moment = time.monotonic() + 10
    monkeypatch.setattr(module.time, "monotonic", lambda: moment)
    await refusal(tokens, signed(OTHER, "two"))

    assert (await tokens.checked(signed(OTHER, "two"))).org


async def test_bad_tokens_do_not_storm_the_issuer(tokens, issuer):
    """However many bad tokens come, its keys are fetched no oftener than now and then."""
    for number in range(20):
        await refusal(tokens, signed(OTHER, "two", jti=str(number)))

    assert issuer.asked == 1


async def test_an_issuer_that_is_away_is_a_503_until_its_keys_are_known(tokens, issuer):
    """Without keys nobody can be told apart; with them the issuer is not needed."""
    issuer.away = True
    assert (await refusal(tokens, signed())).status == 503

    issuer.away = False
    await tokens.checked(signed())
    issuer.away = True
    assert (await tokens.checked(signed(jti="t-2"))).token_id == "t-2"


def request(*headers):
    """Return a request with these headers."""
    return Request({"type": "http", "headers": list(headers)})


async def test_a_cookie_alone_opens_no_door(tokens):
    """A browser sends cookies unasked, so they publish and read nothing but pages."""
    cookie = request((b"cookie", f"{COOKIE}={signed()}".encode()))

    with pytest.raises(Problem) as raised:
        await tokens.caller(cookie)

    assert raised.value.status == 401
    assert (await tokens.page_caller(cookie)).org == "urn:ods:RNU"


async def test_a_bearer_token_opens_no_page(tokens):
    """Pages go by the sign-in alone."""
    bearer = request((b"authorization", f"Bearer {signed()}".encode()))

    with pytest.raises(Problem):
        await tokens.page_caller(bearer)

    assert (await tokens.caller(bearer)).org == "urn:ods:RNU"


@pytest.mark.parametrize("said", [b"", b"Bearer", b"Bearer ", b"Basic abc"])
async def test_without_a_bearer_token_there_is_a_401(tokens, said):
    """Another scheme, or none, is no token."""
    with pytest.raises(Problem) as raised:
        await tokens.caller(request((b"authorization", said)))

    assert raised.value.status == 401


async def test_a_scope_that_is_needed_and_not_there_is_a_403(tokens):
    """A token that may read may not publish."""
    caller = await tokens.checked(signed(scope="read"))

    caller.needs("read")
    with pytest.raises(Problem) as raised:
        caller.needs("publish")
    assert raised.value.status == 403


def test_a_form_is_good_for_its_session_alone(tokens):
    """The CSRF token of one session is none for another."""
    given = tokens.form_token("one")

    tokens.check_form("one", given)
    for session, said in (("two", given), ("one", ""), ("one", "ä")):
        with pytest.raises(Problem) as raised:
            tokens.check_form(session, said)
        assert raised.value.status == 403
