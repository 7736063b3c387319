"""
`make demo`: start everything, tell the story, stay until Ctrl-C, stop everything.

A signal only raises a flag; whatever waits looks at it, so that no process is ever
started and forgotten half-way.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Never

from deploy.local import choices, demo, detached
from deploy.local.parts import Interrupted, say
from deploy.local.ports import SERVICES
from deploy.local.services import is_ready
from deploy.local.stack import Stack
from deploy.local.watch import Watch
from schemas.errors import Stopped

Act = Callable[[Stack], None]
"""Something done with a stack that is ours: once all of it is up, or at either end."""

EXIT_FAILED: Final = 1
EXIT_INTERRUPTED: Final = 130

_LOOK: Final = 0.25
_READY_WITHIN: Final = 180.0
_NOT_FOR_OTHERS: Final = 0o027


def main() -> int:
    """Run in the foreground, or with `--detach` return once it runs behind."""
    os.umask(_NOT_FOR_OTHERS)
    try:
        if "--detach" in sys.argv:
            return detached.start(choices.read(os.environ).data)
        return supervise(chosen_stack(os.environ), (demo.tell,), (demo.forget,))
    except Stopped as stopped:
        say(f"\n{stopped}")
        return EXIT_FAILED


def chosen_stack(environment: Mapping[str, str]) -> Stack:
    """Return the stack that *environment* chooses."""
    chosen = choices.read(environment)
    return Stack(
        chosen.data,
        chosen.ports,
        brokers=chosen.brokers,
        today=chosen.today or demo.today(),
        say=say,
    )


def supervise(
    stack: Stack,
    acts: Sequence[Act] = (),
    undo: Sequence[Act] = (),
    names: Sequence[str] = SERVICES,
) -> int:
    """Run *stack* until it is told to end; return the exit code."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stack.halt.set())
    with stack:
        stack.claim()
        _each(undo, stack)
        try:
            _bring_up(stack, names)
            _each(acts, stack)
            _stay(stack)
        except Interrupted:
            say("Stopping everything")
            return 0 if stack.ready else EXIT_INTERRUPTED
        finally:
            _each(undo, stack)


def _each(acts: Sequence[Act], stack: Stack) -> None:
    """Do one after the other."""
    for act in acts:
        act(stack)


def _bring_up(stack: Stack, names: Sequence[str]) -> None:
    """Start every part; from the services on, one that dies is started again."""
    say("Starting Postgres and Kafka")
    stack.start_infrastructure()
    watch = Watch(say)
    stack.meanwhile = lambda: _look(stack, watch)
    say(f"Starting the issuer and {len(names)} services")
    stack.start_issuer()
    for name in names:
        stack.start_service(name)
    _await_services(stack, watch, names)


def _await_services(stack: Stack, watch: Watch, names: Sequence[str]) -> None:
    """Return when every service takes requests and records."""
    deadline = time.monotonic() + _READY_WITHIN
    waiting = list(names)
    while waiting:
        stack.breathe(_LOOK)
        waiting = [name for name in waiting if not is_ready(stack.ports.of(name))]
        if watch.held():
            raise Stopped(f"{watch.held()[0]} waits for a person (see above).")
        if time.monotonic() > deadline:
            logs = stack.data / "log"
            raise Stopped(f"Not ready in time: {', '.join(waiting)}. Logs: {logs}")


def _look(stack: Stack, watch: Watch) -> None:
    """Look after all parts once."""
    if watch.look(list(stack.processes.values()), time.monotonic()):
        stack.record()


def _stay(stack: Stack) -> Never:
    """Keep every part up until somebody asks for the end."""
    stack.ready = True
    stack.record()
    while True:
        stack.breathe(_LOOK)


if __name__ == "__main__":
    sys.exit(main())
