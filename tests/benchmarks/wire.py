"""A light HTTP/1.1 client: the generator must not be what is measured."""

import asyncio
from typing import Final, NamedTuple, cast
from urllib.parse import urlsplit

import httptools
import orjson

_LINES: Final = 256
"""Connections to one host at most."""


class Answer(NamedTuple):
    """What a service answered."""

    status: int
    headers: dict[str, str]
    body: bytes


class _Line(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        """Wait to be connected."""
        self.open = True
        self._asked: asyncio.Future[Answer] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where to write; uvloop's transports are of no class of asyncio's."""
        self._transport = cast("asyncio.Transport", transport)

    async def ask(self, request: bytes) -> Answer:
        """Send a whole request and return the whole answer."""
        self._asked = asyncio.get_running_loop().create_future()
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._parser = httptools.HttpResponseParser(self)
        self._transport.write(request)
        return await self._asked

    def close(self) -> None:
        """Hang up."""
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Read on in the answer."""
        self._parser.feed_data(data)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep one header, its name in small letters."""
        self._headers[name.decode("ascii").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        """Keep a piece of the body."""
        self._body.append(body)

    def on_message_complete(self) -> None:
        """Hand the answer to who asked."""
        self.open = self.open and self._parser.should_keep_alive()
        status = self._parser.get_status_code()
        answer = Answer(status, self._headers, b"".join(self._body))
        if self._asked and not self._asked.done():
            self._asked.set_result(answer)

    def connection_lost(self, error: Exception | None) -> None:
        """Tell who waits that there will be no answer."""
        self.open = False
        if self._asked and not self._asked.done():
            self._asked.set_exception(error or ConnectionError("closed"))


class Host:
    """One service, over as many connections as are in use at once."""

    def __init__(self, address: str, token: str = "") -> None:
        """Ask the service at *address* with *token*."""
        parts = urlsplit(address)
        self._host, self._port = str(parts.hostname), parts.port or 80
        bearer = f"Authorization: Bearer {token}\r\n" if token else ""
        self._head = f"Host: {parts.netloc}\r\n{bearer}".encode()
        self._idle: list[_Line] = []
        self._room = asyncio.Semaphore(_LINES)

    async def ask(
        self, method: str, path: str, body: bytes = b"", headers: bytes = b""
    ) -> Answer:
        """Return the answer; *headers* are whole lines."""
        request = b"%s %s HTTP/1.1\r\n%s%sContent-Length: %d\r\n\r\n%s" % (
            method.encode(),
            path.encode(),
            self._head,
            headers,
            len(body),
            body,
        )
        async with self._room:
            return await self._sent(request)

    async def post(self, path: str, value: object) -> Answer:
        """Return the answer to a JSON body."""
        kind = b"Content-Type: application/json\r\n"
        return await self.ask("POST", path, orjson.dumps(value), kind)

    def close(self) -> None:
        """Hang up every idle connection."""
        while self._idle:
            self._idle.pop().close()

    async def _sent(self, request: bytes) -> Answer:
        """Send over an idle connection, or a new one where that was closed."""
        while self._idle:
            line = self._idle.pop()
            if line.open:
                try:
                    return await self._over(line, request)
                except ConnectionError:
                    break
        return await self._over(await self._connected(), request)

    async def _over(self, line: _Line, request: bytes) -> Answer:
        """Send over *line* and keep it for the next."""
        answer = await line.ask(request)
        if line.open:
            self._idle.append(line)
        return answer

    async def _connected(self) -> _Line:
        """Return a new connection."""
        loop = asyncio.get_running_loop()
        _, line = await loop.create_connection(_Line, self._host, self._port)
        return line


def header_lines(headers: dict[str, str]) -> bytes:
    """Return headers as they go over the wire."""
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()
