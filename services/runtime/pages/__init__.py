"""
How the pages look: NHS style, no JavaScript, one function a page.

* `timeline`, `search`, `sign_in`, `message`, `console`, `owed`, `ask`,
  `not_found`, `error` return HTML text; their models are in `models`.
* `answer` sends it with `SECURITY_HEADERS`, and so does `redirect` when there is none.
* `mount_static` serves the style sheets, or a router takes `static_route`.
"""

from services.runtime.pages.document import (
    console,
    error,
    message,
    not_found,
    search,
    sign_in,
    timeline,
)
from services.runtime.pages.environment import environment, render
from services.runtime.pages.forms import date_of
from services.runtime.pages.headers import SECURITY_HEADERS, answer, redirect
from services.runtime.pages.owed import ask, owed
from services.runtime.pages.static_files import (
    mount_static,
    static_route,
    static_url,
)

__all__ = [
    "SECURITY_HEADERS",
    "answer",
    "ask",
    "console",
    "date_of",
    "environment",
    "error",
    "message",
    "mount_static",
    "not_found",
    "owed",
    "redirect",
    "render",
    "search",
    "sign_in",
    "static_route",
    "static_url",
    "timeline",
]
