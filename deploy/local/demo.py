"""What `make demo` does once everything is up: the story, the addresses, the child."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from deploy.local import scenarios, state
from deploy.local.parts import Interrupted, say
from deploy.local.ports import ISSUER, SERVICES
from deploy.local.services import COMMAND, ROOT
from deploy.local.stack import Stack
from schemas.errors import Stopped

VIEWER: Final = "urn:dfe:la:931"
"""The council in whose eyes the child's timeline is printed."""

_PLAY: Final = (sys.executable, "-m", "deploy.local.play")
_POLL: Final = 0.1


def today() -> str:
    """Return the day on which the scenario is told."""
    return scenarios.TODAY.isoformat()


def tell(stack: Stack) -> None:
    """Play the scenario, write `demo.json`, and show the addresses and the child."""
    say("Playing the scenario")
    played = json.loads(_output(stack, _PLAY))
    state.write(_card_of(stack), card(stack, played))
    _show(addresses(stack))
    reference = played["child_ref"]
    _show({"The child": reference})
    print(_output(stack, _timeline(reference)), flush=True)  # noqa: T201
    say("Ctrl-C, or `make down` from elsewhere, stops it; the data stays.")


def forget(stack: Stack) -> None:
    """Take `demo.json` away: it says of a stack that it is ready."""
    _card_of(stack).unlink(missing_ok=True)


def _card_of(stack: Stack) -> Path:
    """Return where `demo.json` is."""
    return stack.data / "demo.json"


def card(stack: Stack, played: dict[str, Any]) -> dict[str, Any]:
    """Return what `demo.json` says, by which other programs find their way."""
    return {
        "addresses": addresses(stack),
        "postgres": stack.dsn,
        "kafka": stack.bootstrap,
        "child_ref": played["child_ref"],
        "message_refs": played["message_refs"],
        "today": stack.today,
    }


def addresses(stack: Stack) -> dict[str, str]:
    """Return the URL of every service, and of the issuer."""
    return {name: stack.address(name) for name in (ISSUER, *SERVICES)}


def _timeline(reference: str) -> tuple[str, ...]:
    """Return the command that prints the child's timeline."""
    return (COMMAND, "timeline", reference, "--as", VIEWER)


def _show(lines: dict[str, str]) -> None:
    """Print names and values below each other."""
    for name, value in lines.items():
        print(f"  {name:<20}{value}", flush=True)  # noqa: T201


def _output(stack: Stack, argv: tuple[str, ...]) -> str:
    """Run one of our own programs against *stack* and return what it prints."""
    run = subprocess.Popen(  # noqa: S603
        argv,
        env=stack.environment("demo"),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    printed = _until_ended(run, stack)
    if run.returncode:
        raise Stopped(f"`{' '.join(argv[1:])}` ended with code {run.returncode}.")
    return printed


def _until_ended(run: subprocess.Popen[str], stack: Stack) -> str:
    """Return what the program printed, once it has ended."""
    while True:
        try:
            return run.communicate(timeout=_POLL)[0]
        except subprocess.TimeoutExpired:
            _go_on(run, stack)


def _go_on(run: subprocess.Popen[str], stack: Stack) -> None:
    """See to the stack meanwhile; when it is to end, end the program with it."""
    try:
        stack.breathe(0)
    except Interrupted:
        os.killpg(run.pid, signal.SIGINT)
        run.communicate()
        raise
