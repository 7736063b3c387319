"""Signs development tokens. Run: `python -m deploy.local.issuer`. Never for live use."""

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import uuid4

import uvicorn
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import RSAKey
from pydantic import BaseModel, Field

from schemas.identifiers import Organisation
from services.console.clients.places import ISSUER, places
from services.runtime.settings import Shared
from services.runtime.tokens import ALGORITHMS, AUDIENCE

DEFAULT_SCOPE: Final = "publish read"
DEFAULT_TTL_SECONDS: Final = 8 * 3600


class Asked(BaseModel):
    """What a token should say."""

    org: Organisation
    roles: list[str] = Field(default_factory=list)
    scope: str = DEFAULT_SCOPE
    ttl: Annotated[int, Field(ge=-86_400, le=30 * 86_400)] = DEFAULT_TTL_SECONDS
    """Seconds; a negative one makes an expired token."""


def key_at(folder: Path) -> RSAKey:
    """Return the development signing key of *folder*, made once, for its owner alone."""
    path = folder / "issuer-key.json"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = RSAKey.generate_key(2048, {"kid": "development"}, private=True)
        mine = path.with_suffix(f".{os.getpid()}")
        mine.touch(mode=0o600)
        mine.write_text(json.dumps(made.as_dict(private=True)))
        _keep_first(mine, path)
    return RSAKey.import_key(json.loads(path.read_text()))


def _keep_first(mine: Path, path: Path) -> None:
    """Give the key its place, unless another process was quicker."""
    try:
        os.link(mine, path)
    except FileExistsError:
        pass
    finally:
        mine.unlink()


def sign(key: RSAKey, issuer: str, asked: Asked, *, now: int, own_id: str) -> str:
    """Return a signed token for *asked*; *now* in seconds since 1970 UTC."""
    claims: dict[str, Any] = {
        "iss": issuer.rstrip("/"),
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + asked.ttl,
        "jti": own_id,
        "org": asked.org,
        "roles": asked.roles,
        "scope": asked.scope,
    }
    return jwt.encode({"alg": ALGORITHMS[0], "kid": "development"}, claims, key)


def token(org: str, roles: Sequence[str], scope: str, ttl: int) -> str:
    """
    Return a development token, signed with the key in the data folder.

    It is of the issuer of the demonstration that runs, unless the environment says
    another.
    """
    issuer = places(os.environ).addresses[ISSUER]
    shared = settings()
    asked = Asked(org=org, roles=list(roles), scope=scope, ttl=ttl)
    key = key_at(shared.data)
    now, own_id = int(time.time()), str(uuid4())
    return sign(key, issuer, asked, now=now, own_id=own_id)


def app(shared: Shared) -> FastAPI:
    """Return the issuer: `/token` signs, `/.well-known/jwks.json` shows the key."""
    key = key_at(shared.data)
    issuer = FastAPI(title="Throughline development issuer", docs_url=None)

    @issuer.get("/.well-known/jwks.json")
    async def keys() -> dict[str, Any]:
        """Return the public key."""
        return {"keys": [key.as_dict(private=False) | {"use": "sig"}]}

    @issuer.post("/token")
    async def signed(asked: Asked) -> dict[str, Any]:
        """Return a token for whoever asks: development only."""
        now, own_id = int(time.time()), str(uuid4())
        made = sign(key, shared.issuer, asked, now=now, own_id=own_id)
        return {"access_token": made, "token_type": "Bearer", "expires_in": asked.ttl}

    @issuer.get("/_ping")
    async def ping() -> dict[str, str]:
        """Say that the issuer is alive."""
        return {"status": "pass", "ping": "pong", "service": "issuer"}

    @issuer.get("/_status")
    async def status() -> dict[str, str]:
        """Say that the issuer can sign: it needs nothing else."""
        return {"status": "pass", "service": "issuer"}

    @issuer.get("/readyz")
    async def readyz() -> dict[str, bool]:
        """Say that tokens are signed."""
        return {"ready": True}

    return issuer


def settings() -> Shared:
    """Return the shared settings; the issuer itself has no use for the secret."""
    os.environ.setdefault("THROUGHLINE_SECRET", "the-issuer-keeps-no-hashes")
    base = os.environ.get("THROUGHLINE_PORT_BASE", "8100")
    os.environ.setdefault("THROUGHLINE_ISSUER", f"http://127.0.0.1:{base}")
    return Shared()


def main() -> None:
    """Sign tokens on the first port of the block, in development alone."""
    shared = settings()
    if not shared.development:
        raise SystemExit(
            "the development issuer runs with THROUGHLINE_MODE=development"
        )
    uvicorn.run(
        app(shared), host=shared.host, port=shared.port_base, log_level="warning"
    )


if __name__ == "__main__":
    main()
