"""The command line in this process, against services that answer what a test says."""

import json

import httpx
import pytest
from typer.testing import CliRunner

from services.console.cli import app, asking

BASE = 30_000
SERVICES = {
    1: "health_gateway",
    2: "education_gateway",
    3: "identity_linking",
    4: "clocks",
    5: "timeline",
    6: "delivery",
    7: "console",
}


class Installation:
    """Services that answer as they are told, and remember what they were asked."""

    def __init__(self):
        """Know no answers yet: every service is down, and the issuer signs."""
        self.answers = {}
        self.asked = []
        self.tokens = []

    def answer(self, service, path, *said, status=200):
        """Have *service* answer each of *said* in turn at *path*, the last for ever."""
        self.answers[(service, path)] = (status, list(said))

    def __call__(self, request):
        """Answer one request."""
        place = request.url.port - BASE
        if place == 0:
            self.tokens.append(json.loads(request.content))
            return httpx.Response(200, json={"access_token": "signed"})
        known = self.answers.get((SERVICES[place], request.url.path))
        if known is None:
            raise httpx.ConnectError("nobody listens")
        self.asked.append(request)
        status, said = known
        return httpx.Response(status, json=said.pop(0) if len(said) > 1 else said[0])

    def run(self, *words, said=None):
        """Return what the command prints and how it ends."""
        result = CliRunner().invoke(app, words, input=said)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result


@pytest.fixture
def installation(monkeypatch, tmp_path):
    """An installation on ports of its own, none of which is real."""
    monkeypatch.setenv("THROUGHLINE_PORT_BASE", str(BASE))
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path))
    monkeypatch.delenv("THROUGHLINE_ISSUER", raising=False)
    made = Installation()
    monkeypatch.setattr(
        asking, "client", lambda: httpx.Client(transport=httpx.MockTransport(made))
    )
    return made
