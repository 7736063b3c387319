"""What every page says to the browser about itself."""

from typing import Final

from starlette.responses import HTMLResponse, RedirectResponse

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""No script of any kind, nothing inline, nothing from elsewhere, never in a frame."""

SECURITY_HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def answer(html: str, *, status: int = 200) -> HTMLResponse:
    """Return the response that carries *html* under the strict headers."""
    return HTMLResponse(html, status_code=status, headers=SECURITY_HEADERS)


def redirect(path: str) -> RedirectResponse:
    """Return the answer that has the browser GET *path*, of this service, instead."""
    return RedirectResponse(path, status_code=303, headers=SECURITY_HEADERS)
