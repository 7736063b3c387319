"""What an operator asks of a running stack, by HTTP and by the command line."""

import json
from uuid import uuid4

from typer.testing import CliRunner

from services.console.cli import app
from tests.support.agencies import COUNCIL, TRUST
from tests.support.local_stack import fetch, until
from tests.support.partnership import csrf_of


def command_line(environment, monkeypatch):
    """Return what runs the command there with `--json`; it returns exit code and data."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def run(*words, said=None):
        """Run it with `--json`."""
        ran = CliRunner().invoke(app, [*words, "--json"], input=said)
        if ran.exception and not isinstance(ran.exception, SystemExit):
            raise ran.exception
        return ran.exit_code, json.loads(ran.stdout) if ran.stdout else None

    return run


def sign_in(browser, role):
    """Sign in as someone of the council."""
    asked = {"organisation": COUNCIL, "role": role}
    asked["csrf"] = csrf_of(browser.get("/sign-in"))
    assert browser.post("/sign-in", data=asked).headers["location"] == "/"


def published(command, said):
    """Publish as the council; return exit code, answer and request id."""
    request = str(uuid4())
    words = ("publish", "-", "--as", COUNCIL, "--request-id", request)
    return *command(*words, said=json.dumps(said)), request


def hops(command, wanted):
    """Return the hops of *wanted*."""
    return [hop["hop"] for hop in command("trace", wanted)[1]]


def linked(command, ref):
    """Return the ids of a message's events once all of them are linked."""
    words = ("message", ref, "--as", COUNCIL)
    until(lambda: {e["state"] for e in command(*words)[1]["events"]} == {"linked"})
    return [one["id"] for one in command(*words)[1]["events"]]


def refusals(command, message):
    """Return the refusals of one message."""
    _, listed = command("refused", "list")
    return [one for one in listed if one["message_ref"] == message]


def pulled(command, own):
    """Return whether the trust's feed brings the event."""
    after = ()
    while True:
        _, said = command("feed", "--as", TRUST, "--limit", "1000", *after)
        if own in {one["id"] for one in said["events"]}:
            return True
        if not said["events"]:
            return False
        after = ("--after", said["next"])


async def audited(stack, action):
    """Return the rows of the operators' own audit about an action."""
    said = f"SELECT * FROM console.audit WHERE action = '{action}'"
    return await fetch(stack.dsn, said)
