"""A client that sends its body in small pieces, and may listen only at the end."""

from typing import Any

from starlette.requests import Request


class Sender:
    """A client that sends its body in pieces of five bytes."""

    def __init__(self, length: int, declared: int | None = None) -> None:
        """Send *length* bytes, having *declared* so many if it says a length."""
        self.left = length
        said = [(b"content-length", b"%d" % declared)] if declared else []
        scope = {"type": "http", "method": "POST", "headers": said, "query_string": b""}
        self.request = Request(scope, self.receive)

    async def receive(self) -> dict[str, Any]:
        """Return the next piece."""
        piece = b"x" * min(5, self.left)
        self.left -= len(piece)
        return {"type": "http.request", "body": piece, "more_body": self.left > 0}
