"""
What every service process is made of, put together once.

A service hands over its readers, timers and routes; it gets a process that waits for
Postgres and Kafka, takes its requests as steps, and stops, with a message that says
what to do, when going on would do harm.
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import asyncpg
import uvicorn
from aiokafka.errors import KafkaError
from fastapi import FastAPI
from faststream.kafka import KafkaBroker

from schemas.errors import Stopped
from services.runtime import (
    gathering,
    health,
    log,
    memory,
    metrics,
    outbox,
    postgres,
    sums,
)
from services.runtime.answering import answer_errors
from services.runtime.doors import Doors
from services.runtime.kafka import Cluster
from services.runtime.listening import listen
from services.runtime.parts import Parts, Timer, packages
from services.runtime.problems import Problem, away
from services.runtime.reader import Reader
from services.runtime.reading import Reading
from services.runtime.relay import Relay
from services.runtime.republishing import start_over
from services.runtime.rereading import Rereading
from services.runtime.settings import EXIT_STOPPED, PORTS, Shared
from services.runtime.step import Steps
from services.runtime.tokens import Tokens


@dataclass(slots=True)
class _Live:
    """What exists once Postgres has answered."""

    pool: asyncpg.Pool
    relay: Relay
    steps: Steps
    doors: Doors
    cluster: Cluster


@dataclass(slots=True)
class Service:
    """One service process."""

    settings: Shared
    name: str
    tokens: Tokens = field(init=False)
    _code: int = field(default=0, init=False)
    _last_words: str = field(default="", init=False)
    readings: list[Reading] = field(default_factory=list, init=False)
    reading_since_start: bool = field(default=False, init=False)
    _live: _Live | None = field(default=None, init=False)
    _broker: KafkaBroker | None = field(default=None, init=False)
    _server: uvicorn.Server | None = field(default=None, init=False)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        """Make what needs no connection."""
        self.tokens = Tokens(self.settings.issuer, self.settings.key)

    @property
    def instance(self) -> str:
        """Name of this process among all."""
        return self.settings.instance or f"{self.name.replace('_', '-')}-1"

    @property
    def _ready(self) -> _Live:
        """What Postgres gives, or a 503 while it has not answered."""
        if self._live is None:
            raise away()
        return self._live

    @property
    def pool(self) -> asyncpg.Pool:
        """The service's connections."""
        return self._ready.pool

    @property
    def steps(self) -> Steps:
        """For timers and commands."""
        return self._ready.steps

    @property
    def doors(self) -> Doors:
        """For requests that write."""
        return self._ready.doors

    @property
    def relay_waiting(self) -> int:
        """Records that are committed and not yet published."""
        return self._live.relay.waiting if self._live else 0

    def app(self, parts: Parts) -> FastAPI:
        """Return the HTTP application, which brings the rest up behind it."""

        @contextlib.asynccontextmanager
        async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
            """Bring everything up in the background; take it down in order."""
            self._tasks.append(asyncio.create_task(self._bring_up(parts)))
            yield
            await self._take_down()

        app = FastAPI(
            title=f"Throughline {parts.name}",
            lifespan=lifespan,
            docs_url=None,
            redoc_url=None,
        )
        answer_errors(app, parts.told)
        app.include_router(health.router(self))
        app.include_router(sums.router(self, parts.books))
        for router in parts.routers:
            app.include_router(router)
        return app

    async def _bring_up(self, parts: Parts) -> None:
        """Wait for Postgres, then for Kafka; end the process where a person must act."""
        try:
            await self._open_postgres(parts)
            self._tasks += [
                asyncio.create_task(self._repeat(timer)) for timer in parts.timers
            ]
            await self._open_kafka(parts)
            await self._watch()
        except Stopped as stopped:
            self._halt(stopped)
        except Exception as error:  # noqa: BLE001 - the supervisor starts it again
            log.get().critical(
                "failed", error=log.named(error), where=log.raised_at(error)
            )
            self._end(1)

    async def _open_postgres(self, parts: Parts) -> None:
        """Migrate, and make what writes."""
        settings = self.settings
        while True:
            await postgres.reachable(settings.postgres)
            try:
                await postgres.migrate(settings.postgres, self.name, packages(parts))
                pool = await postgres.open_pool(settings.postgres, self.name)
                async with pool.acquire() as conn:
                    await outbox.prepare(conn, parts.writes)
                break
            except postgres.AWAY as error:
                log.get().warning("postgres_away", error=log.named(error))
        relay = Relay(pool, settings.kafka, self.instance)
        steps = Steps(pool, relay)
        live = _Live(pool, relay, steps, Doors(steps), Cluster(settings.kafka, pool))
        await live.doors.start()
        self._live = live
        hearing = listen(pool, f"lanes_{self.name}", relay.look)
        self._tasks.append(asyncio.create_task(hearing))

    async def _open_kafka(self, parts: Parts) -> None:
        """Check the cluster, then publish and read."""
        live = self._ready
        topics = [*parts.writes, *(t for r in parts.readers for t in r.topics)]
        while True:
            await live.cluster.answering()
            try:
                await start_over(self.settings.kafka, live.pool, parts.places)
                await live.cluster.check(topics)
                for reader in parts.readers:
                    await live.cluster.positions(reader.name, reader.topics)
                await self._read_back(parts)
                await live.relay.start()
                await self._start_readers(parts.readers)
                break
            except (*postgres.AWAY, KafkaError) as error:
                log.get().warning("kafka_away", error=log.named(error))
                await asyncio.sleep(0.5)

    async def _read_back(self, parts: Parts) -> None:
        """Take back what was published and is no longer known, before going on."""
        live = self._ready
        reread = Rereading(self.name, self.settings.kafka, live.steps, parts.take_back)
        await reread.run(live.pool, parts.writes)
        await live.steps.recall()

    async def _start_readers(self, readers: Sequence[Reader]) -> None:
        """Let FastStream fetch for every reader."""
        live = self._ready
        self.readings = [
            Reading(reader, live.steps, live.cluster) for reader in readers
        ]
        self._broker = await gathering.start(
            self.settings.kafka, self.instance, self.readings
        )
        self.reading_since_start = True
        memory.collect_seldom()

    async def _watch(self) -> None:
        """See to it, every few seconds, that Kafka is still the cluster it was."""
        while True:
            await asyncio.sleep(5)
            for reading in self.readings:
                if reading.stopped:
                    raise reading.stopped
            try:
                await self._ready.cluster.same()
                for reading in self.readings:
                    await reading.look_after()
            except (*postgres.AWAY, KafkaError) as error:
                log.get().warning("kafka_away", error=log.named(error))

    async def _repeat(self, timer: Timer) -> None:
        """Run a timer for ever; what was away is tried again at its next turn."""
        while True:
            try:
                await timer.run()
            except (*postgres.AWAY, Problem) as error:
                log.get().warning("timer_waits", error=log.named(error))
            except Exception as error:  # noqa: BLE001 - one bad turn must not end all
                log.get().error(
                    "timer_failed", error=log.named(error), where=log.raised_at(error)
                )
            await asyncio.sleep(timer.every_seconds)

    def _halt(self, stopped: Stopped) -> None:
        """Say what a person must do, and end the process."""
        log.get().critical("stopped", what_to_do=str(stopped))
        self._last_words = f"{self.name}: {stopped}"
        self._end(EXIT_STOPPED)

    def _end(self, code: int) -> None:
        """Have the process end with *code*."""
        self._code = code
        if self._server:
            self._server.should_exit = True

    async def _take_down(self) -> None:
        """Stop reading, then answering, then publishing."""
        if self._broker:
            await self._broker.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._live:
            await self._live.doors.stop()
            await self._live.relay.stop()
            self._live.pool.terminate()

    def run(self, parts: Parts) -> int:
        """Run until told to stop; return the exit code."""
        log.configure(self.name, self.instance)
        metrics.watch(self)
        config = uvicorn.Config(
            self.app(parts),
            host=self.settings.host,
            port=self.settings.port_base + PORTS[self.name],
            loop="uvloop",
            http="httptools",
            log_level="warning",
            access_log=False,
            backlog=512,
            timeout_graceful_shutdown=5,
        )
        self._server = uvicorn.Server(config)
        self._server.run()
        if self._last_words:
            print(self._last_words, file=sys.stderr, flush=True)  # noqa: T201
        return self._code
