"""The processes of one stack, and what the world may do to them."""

import signal
import sys
import threading
import time
from collections.abc import Callable, Collection
from typing import Final

from deploy.local.processes import Process, nothing, stop
from schemas.errors import Stopped

GRACE: Final = 10.0
"""Seconds that a part is given to end in order."""

_POLL: Final = 0.05
_KAFKA: Final = "kafka"


class Interrupted(Exception):  # noqa: N818
    """Somebody asked for the end while we waited for something else."""


class Parts:
    """What runs, by name: `postgres`, `kafka-1`, `issuer`, `clocks`, `clocks-2`."""

    def __init__(self) -> None:
        """Begin with nothing running."""
        self.processes: dict[str, Process] = {}
        self.halt = threading.Event()
        self.meanwhile: Callable[[], None] = nothing

    def record(self) -> None:
        """Note that something changed; a stack writes it down."""

    def named(self, name: str) -> list[Process]:
        """Return the process of that name, or every node of `kafka`."""
        if name == _KAFKA:
            return [p for key, p in self.processes.items() if key.startswith("kafka-")]
        return [self.processes[name]] if name in self.processes else []

    def start_again(self, name: str) -> None:
        """Start a part that was stopped or killed, as it was started before."""
        for process in self.named(name):
            if not process.up:
                process.start()
        self.record()

    def stop(self, *names: str, grace: float = GRACE) -> None:
        """Stop these parts in order, together."""
        stop([process for name in names for process in self.named(name)], grace)
        self.record()

    def kill(self, name: str) -> None:
        """Kill a part and all its processes outright."""
        for process in self.named(name):
            process.kill()
        self.record()

    def pause(self, name: str) -> None:
        """Freeze a part (SIGSTOP): it is there and does nothing."""
        for process in self.named(name):
            process.send(signal.SIGSTOP)

    def resume(self, name: str) -> None:
        """Let a frozen part go on (SIGCONT)."""
        for process in self.named(name):
            process.send(signal.SIGCONT)

    def await_true(
        self, is_true: Callable[[], bool], *names: str, seconds: float
    ) -> None:
        """Return when *is_true*; stop when one of *names* ended or time is up."""
        deadline = time.monotonic() + seconds
        while not is_true():
            self.breathe(_POLL)
            self._require_up(names)
            if time.monotonic() > deadline:
                raise Stopped(
                    f"{', '.join(names)}: not ready in {seconds:.0f} seconds."
                )

    def breathe(self, seconds: float) -> None:
        """Wait a little and see to the parts; not when the end was asked for."""
        if self.halt.wait(seconds):
            raise Interrupted
        self.meanwhile()

    def _require_up(self, names: Collection[str]) -> None:
        """Stop when one of *names* has ended, with its last words."""
        for process in (self.processes[name] for name in names):
            if not process.up:
                raise Stopped(
                    f"{process.name} ended with code {process.exit_code}; its log, "
                    f"{process.log}, ends: {process.last_words()}"
                )

    def _stop_all(self, grace: float) -> None:
        """Stop the services, then Kafka, then Postgres."""
        kafka, postgres = self.named(_KAFKA), self.named("postgres")
        first = [p for p in self.processes.values() if p not in (*kafka, *postgres)]
        for processes, patience in ((first, 1), (kafka, 1), (postgres, 3)):
            stop(processes, patience * grace)


def say(line: str) -> None:
    """Tell a person, beside the data that goes to standard output."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201


def say_nothing(_line: str) -> None:
    """Keep progress to ourselves."""
