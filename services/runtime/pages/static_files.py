"""
Style sheets and the icon, under addresses that change when their bytes change.

Because of that a browser may keep them for ever, and an upgrade never meets an old
style sheet.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FOLDER: Final = Path(__file__).parent / "static"

_TYPES: Final = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
_HEADERS: Final = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
}


def _hashed(path: Path) -> str:
    """Return the name of *path* with the beginning of its SHA-256 in it."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    return f"{path.stem}.{digest}{path.suffix}"


@cache
def _names() -> dict[str, str]:
    """Return the hashed name of every served file, by its name in the folder."""
    served = (path for path in FOLDER.iterdir() if path.suffix in _TYPES)
    return {path.name: _hashed(path) for path in served}


@cache
def _contents() -> dict[str, tuple[bytes, str]]:
    """Return bytes and media type of every served file, by its hashed name."""
    return {
        hashed: ((FOLDER / name).read_bytes(), _TYPES[Path(name).suffix])
        for name, hashed in _names().items()
    }


def static_url(name: str) -> str:
    """Return the address of the file *name*; raises KeyError for an unknown one."""
    return f"/static/{_names()[name]}"


def _serve(request: Request) -> Response:
    """Answer with one file, or 404 for a name or hash that is not today's."""
    found = _contents().get(request.path_params["name"])
    if found is None:
        return Response(status_code=404)
    content, media_type = found
    return Response(content, media_type=media_type, headers=_HEADERS)


def static_route() -> Route:
    """Return the route of the pages' static files, below `/static`."""
    return Route("/static/{name}", _serve)


def mount_static(app: Starlette) -> None:
    """Serve the pages' static files at `/static` of *app*."""
    app.router.routes.append(static_route())
