"""A mail server that takes what it is given (RFC 5321), for as long as it is told to."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Final

_WORDS: Final = {b"EHLO": b"250 invented", b"QUIT": b"221 bye"}


@dataclass
class MailServer:
    """What was delivered, whole messages, and what it answers."""

    port: int = 0
    letters: list[bytes] = field(default_factory=list)
    refuses: set[bytes] = field(default_factory=set)
    """Addresses that it has never heard of."""
    silent: Event = field(default_factory=Event)
    """While set, a letter is taken and its sender is never told so."""

    async def speak(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Take the letters of one connection."""
        writer.write(b"220 invented\r\n")
        while line := await reader.readline():
            word = line[:4].upper().strip()
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                self.letters.append(await reader.readuntil(b"\r\n.\r\n"))
                if self.silent.is_set():
                    continue
            unknown = word == b"RCPT" and any(one in line for one in self.refuses)
            writer.write(
                (b"550 nobody" if unknown else _WORDS.get(word, b"250 ok")) + b"\r\n"
            )
        writer.close()

    def to(self, address: str) -> list[bytes]:
        """Return what was delivered to *address*."""
        return [one for one in self.letters if f"To: {address}\r\n".encode() in one]


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run one on a free port, in a thread of its own."""
    server, ready = MailServer(), Event()
    loop, over = asyncio.new_event_loop(), asyncio.Event()

    async def listen() -> None:
        """Listen until it is over."""
        async with await asyncio.start_server(server.speak, "127.0.0.1", 0) as on:
            server.port = on.sockets[0].getsockname()[1]
            ready.set()
            await over.wait()

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        thread = Thread(target=runner.run, args=(listen(),), daemon=True)
        thread.start()
        ready.wait()
        try:
            yield server
        finally:
            loop.call_soon_threadsafe(over.set)
            thread.join()
