"""Stubs in the services' place, and waiting for what a stack does by itself."""

import sys
import time
from collections.abc import Callable
from typing import Final

import asyncpg

STUB: Final = """
import http.server, os, sys, time
names = ["issuer", "health-gateway", "education-gateway", "identity-linking",
         "clocks", "timeline", "delivery", "console"]
if os.environ.get("STUB_ENDS"):
    print("this must be done by a person", flush=True)
    sys.exit(int(os.environ["STUB_ENDS"]))
port = int(os.environ["THROUGHLINE_PORT_BASE"]) + names.index(sys.argv[1])
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", port), Ready).serve_forever()
"""
RUN: Final = (sys.executable, "-c", STUB)
ISSUE: Final = (*RUN, "issuer")


def until(is_so: Callable[[], bool]) -> None:
    """Return when something is so; the limit is only there to end a broken run."""
    deadline = time.monotonic() + 300
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


async def fetch(dsn: str, statement: str) -> list[asyncpg.Record]:
    """Run one statement on a connection of its own."""
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetch(statement)
    finally:
        await connection.close()
