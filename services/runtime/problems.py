"""What a door says when it cannot do what was asked: problem details (RFC 9457)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from starlette.responses import Response

RETRY_AFTER_SECONDS: Final = "2"


class Problem(Exception):  # noqa: N818 - named after RFC 9457
    """
    An answer that is not the one hoped for.

    `detail` says what to do; never a value that the sender gave.
    """

    def __init__(
        self,
        status: int,
        reason: str,
        detail: str,
        *,
        errors: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Keep the HTTP status, a hyphenated reason, and plain words."""
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        """Return the problem details object."""
        said: dict[str, Any] = {
            "type": f"https://throughline.example/problems/{self.reason}",
            "title": self.reason.replace("-", " ").capitalize(),
            "status": self.status,
            "detail": self.detail,
        }
        return said | ({"errors": list(self.errors)} if self.errors else {})

    def response(self) -> Response:
        """Return the HTTP answer."""
        return Response(
            orjson.dumps(self.body()),
            self.status,
            self.headers,
            "application/problem+json",
        )


def unknown() -> Problem:
    """Return the one 404: not there, not linked and not permitted look the same."""
    return Problem(404, "not-found", "There is nothing here that you may see.")


def away() -> Problem:
    """Return the 503 that asks for the same request again."""
    return Problem(
        503,
        "not-now",
        "Something that we need is away. Send the same request again; it is safe.",
        headers={"Retry-After": RETRY_AFTER_SECONDS},
    )
