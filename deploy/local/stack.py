"""
One whole stack: Postgres, Kafka, the issuer and the services, in one folder.

`make demo` runs one under a supervisor; tests run as many as they like, each with
ports and a folder of its own, and do to the parts what the world does to them.
"""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, Final, Self

from deploy.local import services, state, topics
from deploy.local.jars import LIB
from deploy.local.kafka import Kafka
from deploy.local.parts import GRACE, Parts, say_nothing
from deploy.local.ports import HOST, ISSUER, SERVICES, Ports, require_free
from deploy.local.postgres import Postgres
from deploy.local.processes import Process
from deploy.local.services import ISSUE, RUN, Surroundings
from schemas.errors import Stopped

_PATIENCE: Final = 180


class Stack(Parts):
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
        super().__init__()
        self.data = data.resolve()
        self.ports = ports
        self.brokers = brokers
        self.ready = False
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
        if self._lock is not None:
            return
        lock = state.claim(self.data)
        try:
            state.end_leftovers(self.data)
            require_free(self.ports, self.brokers)
        except Stopped:
            lock.close()
            raise
        self._lock = lock

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
        self.await_true(self._postgres.is_ready, "postgres", seconds=2 * _PATIENCE)

    def await_kafka(self) -> None:
        """Return when every Kafka node lets clients in."""
        names = [f"kafka-{node}" for node in self._kafka.nodes]
        self.await_true(self._kafka.is_ready, *names, seconds=2 * _PATIENCE)

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

    def wait_ready(self, *keys: str, seconds: float = _PATIENCE) -> None:
        """Return when each of these processes takes requests and records."""
        for key in keys:
            port = self._ports_of[key]
            self.await_true(lambda: services.is_ready(port), key, seconds=seconds)  # noqa: B023

    def stop_all(self, grace: float = GRACE) -> None:
        """Stop the services, then Kafka, then Postgres, and give the folder back."""
        self._stop_all(grace)
        self.ready = False
        if self._lock is not None:
            self.record()
            self._lock.close()
            self._lock = None

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

    def _start(
        self, key: str, argv: tuple[str, ...], env: Mapping[str, str], instance: int
    ) -> None:
        """Start one program of ours and remember its port."""
        self.claim()
        name = key if instance == 1 else key.rpartition("-")[0]
        self._ports_of[key] = self.ports.of(name, instance)
        self._add(self.surroundings().process(key, argv, env))

    def _add(self, *processes: Process) -> None:
        """Start processes and remember them by name."""
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


def _apart(work: Coroutine[Any, Any, None]) -> None:
    """Run to its end, whether or not the caller is itself inside an event loop."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()
