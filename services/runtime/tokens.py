"""Who asks: a bearer token (RFC 9068 in shape), or the same in a page's cookie."""

import hmac
import time
from dataclasses import dataclass
from typing import Any, Final

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from starlette.requests import Request

from schemas.identifiers import is_organisation
from services.runtime import log, refs
from services.runtime.problems import Problem, away

AUDIENCE: Final = "throughline"
ALGORITHMS: Final = ["RS256"]
COOKIE: Final = "throughline_session"
_KEYS_SECONDS: Final = 300.0
_RETRY_SECONDS: Final = 5.0
_CACHED: Final = 4096


@dataclass(frozen=True, slots=True)
class Caller:
    """The organisation, and the hat it wears, on whose behalf something is asked."""

    org: str
    roles: tuple[str, ...]
    scopes: frozenset[str]
    token_id: str
    expires: float
    """Seconds since 1970 UTC; always by the wall clock."""

    def needs(self, scope: str) -> None:
        """Raise a 403 unless the token carries *scope*."""
        if scope not in self.scopes:
            raise Problem(403, "not-permitted", f"This needs a token of scope {scope}.")


class Tokens:
    """Checks tokens against one issuer's published keys."""

    def __init__(self, issuer: str, key: bytes) -> None:
        """Accept tokens of *issuer* alone; *key* makes the tokens of forms."""
        self._issuer = issuer.rstrip("/")
        self._key = key
        self._keys: KeySet | None = None
        self._fetched = 0.0
        self._known: dict[str, Caller] = {}

    async def caller(self, request: Request) -> Caller:
        """
        Return who asks; raises a 401 that says what is wrong with the token.

        A browser sends its cookies unasked, so a cookie opens no door but a page.
        """
        token = _bearer(request)
        if not token:
            raise _unauthorised("Send a bearer token.")
        return await self.checked(token)

    async def page_caller(self, request: Request) -> Caller:
        """Return who looks at a page, by the cookie of the sign-in; raises a 401."""
        token = request.cookies.get(COOKIE)
        if not token:
            raise _unauthorised("Sign in.")
        return await self.checked(token)

    async def checked(self, token: str) -> Caller:
        """Return the caller that *token* proves, or raise a 401."""
        known = self._known.get(token)
        if known is None:
            known = await self._verified(token)
            if len(self._known) >= _CACHED:
                self._known.clear()
            self._known[token] = known
        if known.expires <= time.time():
            raise _unauthorised("The token has expired; ask the issuer for a new one.")
        return known

    async def _verified(self, token: str) -> Caller:
        """Check signature, algorithm and claims."""
        try:
            claims = jwt.decode(token, await self._key_set(), ALGORITHMS).claims
        except (JoseError, ValueError, KeyError):
            await self._refresh_after_unknown_key()
            raise _unauthorised("The token's signature is not the issuer's.") from None
        return _caller(claims, self._issuer)

    async def _refresh_after_unknown_key(self) -> None:
        """Fetch the keys anew, not oftener than every few seconds."""
        if time.monotonic() - self._fetched > _RETRY_SECONDS:
            self._fetched = -_KEYS_SECONDS

    async def _key_set(self) -> KeySet:
        """Return the issuer's keys, fetched at most every five minutes."""
        if self._keys is None or time.monotonic() - self._fetched > _KEYS_SECONDS:
            url = f"{self._issuer}/.well-known/jwks.json"
            try:
                secured = url.startswith("https:")  # loading certificates takes long
                async with httpx.AsyncClient(
                    timeout=3, trust_env=False, verify=secured
                ) as client:
                    answer = await client.get(url)
                answer.raise_for_status()
                self._keys = KeySet.import_key_set(answer.json())
                self._fetched = time.monotonic()
            except (httpx.HTTPError, ValueError) as error:
                log.get().warning("issuer_away", error=log.named(error))
                if self._keys is None:
                    raise away() from None
        return self._keys

    def form_token(self, session: str) -> str:
        """Return the CSRF token of the forms shown to *session*."""
        return refs.keyed(self._key, "form", session)

    def check_form(self, session: str, given: str) -> None:
        """Raise a 403 unless *given* is the CSRF token of *session*."""
        expected = self.form_token(session).encode()
        if not hmac.compare_digest(expected, given.encode()):
            raise Problem(
                403, "not-permitted", "The form is stale; load the page again."
            )


def _bearer(request: Request) -> str | None:
    """Return the bearer token of *request*, if any."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _unauthorised(detail: str) -> Problem:
    """Return a 401 with *detail*."""
    return Problem(401, "not-signed-in", detail, headers={"WWW-Authenticate": "Bearer"})


def _caller(claims: dict[str, Any], issuer: str) -> Caller:
    """Return the caller of verified *claims*, or raise a 401 naming the claim."""
    audience = claims.get("aud")
    if claims.get("iss") != issuer:
        raise _unauthorised("The token is another issuer's.")
    if AUDIENCE not in (audience if isinstance(audience, list) else [audience]):
        raise _unauthorised(f"The token's audience must be {AUDIENCE}.")
    if not isinstance(claims.get("exp"), int | float):
        raise _unauthorised("The token must say when it expires.")
    if claims.get("nbf", 0) > time.time():
        raise _unauthorised("The token does not hold yet.")
    if not is_organisation(claims.get("org")):
        raise _unauthorised("The token must name an organisation by urn.")
    roles = claims.get("roles") or []
    return Caller(
        org=claims["org"],
        roles=tuple(str(role) for role in roles),
        scopes=frozenset(str(claims.get("scope", "")).split()),
        token_id=str(claims.get("jti", "")),
        expires=float(claims["exp"]),
    )
