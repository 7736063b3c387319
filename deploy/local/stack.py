"""
One whole stack: Postgres, Kafka, the issuer and the services, in one folder.

`make demo` runs one under a supervisor; tests run as many as they like, each with
ports and a folder of its own, and do to the parts what the world does to them.
"""

import asyncio
import signal
import sys
import threading
import time
from collections.abc import Callable, Collection, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, Final, Self

from deploy.local import services, state, topics
from deploy.local.jars import LIB
from deploy.local.kafka import Kafka
from deploy.local.ports import HOST, ISSUER, SERVICES, Ports, require_free
from deploy.local.postgres import Postgres
from deploy.local.processes import Process, nothing, stop
from deploy.local.services import ISSUE, RUN, Surroundings
from schemas.errors import Stopped

GRACE: Final = 10.0
"""Seconds that a part is given to end in order."""
_POLL: Final = 0.05
_MINUTE: Final = 60.0


class Interrupted(Exception):  # noqa: N818
    """Somebody asked for the end while we waited for something else."""


def say_nothing(_line: str) -> None:
    """Keep progress to ourselves."""


class Stack:
    """The parts of one stack, and what may be done to each while it runs."""

    def __init__(  # noqa: PLR0913
        self,
        data: Path,
        ports: Ports,
        *,
        brokers: int = 1,
        run: tuple[str, ...] = RUN,
        issue: tuple[str, ...] = ISSUE,
        today: str | None = None,
        jars: Path = LIB,
        say: Callable[[str], None] = say_nothing,
        reset: str = "`make reset` deletes all data here; then start again.",
    ) -> None:
        """Keep what it will be made of; nothing is made or started yet."""
        self.data = data.resolve()
        self.ports = ports
        self.brokers = brokers
        self.processes: dict[str, Process] = {}
        self.halt = threading.Event()
        self.ready = False
        self.meanwhile: Callable[[], None] = nothing
        self._run = run
        self._issue = issue
        self._ports_of: dict[str, int] = {}
        self._lock: IO[str] | None = None
        logs = self.data / "log"
        self._postgres = Postgres(
            self.data / "postgres", logs / "postgres.log", say, reset
        )
        self._kafka = Kafka(
            self.data / "kafka",
            logs,
            ports=ports,
            brokers=brokers,
            lib=jars,
            say=say,
            reset=reset,
        )
        self.today = today

    @property
    def dsn(self) -> str:
        """The database's address."""
        return self._postgres.dsn

    @property
    def bootstrap(self) -> str:
        """Kafka's addresses."""
        return self._kafka.bootstrap

    def address(self, name: str, instance: int = 1) -> str:
        """Return the URL of the issuer or of a service."""
        return f"http://{HOST}:{self.ports.of(name, instance)}"

    def surroundings(self) -> Surroundings:
        """Return what all programs of this stack are told."""
        return Surroundings(
            self.data,
            self.ports,
            self.bootstrap,
            self.dsn,
            state.secret(self.data),
            self.today,
        )

    def environment(self, name: str, instance: int = 1) -> dict[str, str]:
        """Return the whole environment of one process of this stack."""
        return self.surroundings().environment(name, instance)

    def claim(self) -> None:
        """Take the folder, end what a killed run left in it, and check the ports."""
        if self._lock is None:
            self._lock = state.claim(self.data)
            state.end_leftovers(self.data)
            require_free(self.ports, self.brokers)

    def start(self, names: Collection[str] = SERVICES) -> None:
        """Start all of it, and return when everything answers."""
        self.start_infrastructure()
        self.start_issuer()
        for name in names:
            self.start_service(name)
        self.wait_ready(*names)

    def start_infrastructure(self) -> None:
        """Start Postgres and Kafka side by side, and make the topics."""
        self.claim()
        self._add(self._postgres.process(), *self._kafka.processes())
        self.await_postgres()
        self.await_kafka()
        self.create_topics()

    def start_postgres(self) -> None:
        """Start the database, made first when there is none."""
        self.claim()
        self._add(self._postgres.process())
        self.await_postgres()

    def start_kafka(self) -> None:
        """Start every Kafka node, fetched and formatted first when it never was."""
        self.claim()
        self._add(*self._kafka.processes())
        self.await_kafka()

    def await_postgres(self) -> None:
        """Return when the database answers."""
        self.await_true(self._postgres.is_ready, "postgres", seconds=2 * _MINUTE)

    def await_kafka(self) -> None:
        """Return when every Kafka node lets clients in."""
        names = [f"kafka-{node}" for node in self._kafka.nodes]
        self.await_true(self._kafka.is_ready, *names, seconds=2 * _MINUTE)

    def create_topics(self) -> None:
        """Make the topics that are missing; stop if any is not as it must be."""
        _apart(topics.create(self.bootstrap, self.brokers))

    def start_issuer(self) -> None:
        """Start what signs the development tokens."""
        self._start(ISSUER, self._issue, self.environment(ISSUER), 1)

    def start_service(
        self,
        name: str,
        instance: int = 1,
        env: Mapping[str, str] | None = None,
    ) -> None:
        """Start one process of a service; `wait_ready` says when it is of use."""
        environment = self.environment(name, instance) | dict(env or {})
        argv = (*self._run, name.replace("_", "-"))
        self._start(key_of(name, instance), argv, environment, instance)

    def wait_ready(self, *keys: str, seconds: float = _MINUTE) -> None:
        """Return when each of these processes takes requests and records."""
        for key in keys:
            port = self._ports_of[key]
            self.await_true(lambda: services.is_ready(port), key, seconds=seconds)  # noqa: B023

    def start_again(self, name: str) -> None:
        """Start a part that was stopped or killed, as it was started before."""
        for process in self.named(name):
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

    def stop_all(self, grace: float = GRACE) -> None:
        """Stop the services, then Kafka, then Postgres, and give the folder back."""
        infrastructure = [*self.named("kafka"), *self.named("postgres")]
        known = {process.name for process in infrastructure}
        stop([p for p in self.processes.values() if p.name not in known], grace)
        stop(self.named("kafka"), grace)
        stop(self.named("postgres"), 3 * grace)
        self.ready = False
        if self._lock is not None:
            self.record()
            self._lock.close()
            self._lock = None

    def named(self, name: str) -> list[Process]:
        """Return the process of that name, or every node of `kafka`."""
        if name in self.processes:
            return [self.processes[name]]
        nodes = [key for key in self.processes if key.startswith("kafka-")]
        return [self.processes[key] for key in nodes] if name == "kafka" else []

    def record(self) -> None:
        """Write down who runs, for `make down` and whoever asks."""
        parts = [
            state.line_of(process, self._ports_of.get(key))
            for key, process in self.processes.items()
        ]
        said = {
            "supervisor": state.me(),
            "ready": self.ready,
            "settings": self.surroundings().shared(),
            "parts": parts,
        }
        state.write(state.state_file(self.data), said)

    def await_true(
        self, is_true: Callable[[], bool], *names: str, seconds: float
    ) -> None:
        """Return when *is_true*; stop when one of *names* ended or time is up."""
        deadline = time.monotonic() + seconds
        while not is_true():
            self.breathe(_POLL)
            self._require_up(names)
            if time.monotonic() > deadline:
                raise Stopped(f"{_list(names)} not ready after {seconds:.0f} seconds.")

    def breathe(self, seconds: float) -> None:
        """Wait a little and see to the parts; not when the end was asked for."""
        if self.halt.wait(seconds):
            raise Interrupted
        self.meanwhile()

    def _require_up(self, names: Collection[str]) -> None:
        for process in (self.processes[name] for name in names):
            if not process.up:
                raise Stopped(
                    f"{process.name} ended with code {process.exit_code}; its log, "
                    f"{process.log}, ends: {process.last_words()}"
                )

    def _start(
        self, key: str, argv: tuple[str, ...], env: Mapping[str, str], instance: int
    ) -> None:
        self.claim()
        name = key if instance == 1 else key.rpartition("-")[0]
        self._ports_of[key] = self.ports.of(name, instance)
        self._add(self.surroundings().process(key, argv, env))

    def _add(self, *processes: Process) -> None:
        for process in processes:
            process.start()
            self.processes[process.name] = process
        self.record()

    def __enter__(self) -> Self:
        """Let `with` stop everything at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop everything."""
        self.stop_all()


def key_of(name: str, instance: int) -> str:
    """Return the name of a process: the service's, numbered from the second on."""
    return name if instance == 1 else f"{name}-{instance}"


def say(line: str) -> None:
    """Tell a person, beside the data that goes to standard output."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201


def _apart(work: Coroutine[Any, Any, None]) -> None:
    """Run to its end, whether or not the caller is itself inside an event loop."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


def _list(names: Collection[str]) -> str:
    return ", ".join(names)
