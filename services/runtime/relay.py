"""
Publishes the outbox: each lane in its order, by one owner at a time.

What a step has committed is handed over in memory; what another process committed, or
an earlier life of this one, is read from the outbox. A record may be published twice
and never out of order; every reader drops what it has seen.
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from services.runtime import log, outbox, producing
from services.runtime.failpoints import failpoint
from services.runtime.kafka import Cluster
from services.runtime.outbox import LaneName, Numbered
from services.runtime.postgres import AWAY

LEASE_SECONDS: Final = 6.0
TICK_SECONDS: Final = 0.25
STUCK_SECONDS: Final = 30.0
"""An idempotent producer never gives up by itself; after this long it is replaced."""
_BUFFER: Final = 5000
_READ_AT_ONCE: Final = 500
_IN_FLIGHT: Final = 2000
_TIDY_SECONDS: Final = 3600.0


@dataclass(slots=True)
class Lane:
    """What the owner of a lane knows of it."""

    upcoming: int
    """Number to be published next."""
    buffer: dict[int, Numbered] = field(default_factory=dict)
    in_flight: deque[tuple[int, float]] = field(default_factory=deque)
    confirmed: tuple[int, int] = (-1, -1)
    """Number and Kafka offset of the last confirmed record."""
    noted: int = -1


class Relay:
    """The lane owner of one process."""

    def __init__(self, pool: asyncpg.Pool, servers: str, owner: str) -> None:
        """Publish to *servers* under the lease name *owner*."""
        self._pool = pool
        self._servers = servers
        self._cluster = Cluster(servers, pool)
        self.owner = owner
        self._lanes: dict[LaneName, Lane] = {}
        self._producer: AIOKafkaProducer | None = None
        self._wake = asyncio.Event()
        self._broken = False
        self._look = True
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def waiting(self) -> int:
        """Records that are buffered or on their way."""
        return sum(len(x.buffer) + len(x.in_flight) for x in self._lanes.values())

    def hand_over(self, rows: Sequence[Numbered]) -> None:
        """Take committed *rows* straight from the step that wrote them."""
        for row in rows:
            lane = self._lanes.get(row.lane)
            if lane is None or row.seq < lane.upcoming:
                continue
            if len(lane.buffer) < _BUFFER:
                lane.buffer[row.seq] = row
            else:
                self._look = True
        self._wake.set()

    def look(self) -> None:
        """Read the outbox again: another process has written to it."""
        self._look = True
        self._wake.set()

    async def start(self) -> None:
        """Claim lanes and begin, once; Kafka may still be away."""
        self._tasks = self._tasks or [
            asyncio.create_task(self._keep(self._publish)),
            asyncio.create_task(self._keep(self._housekeep)),
        ]

    async def stop(self) -> None:
        """Publish what is buffered if Kafka takes it in time, then let the lanes go."""
        deadline = time.monotonic() + 3
        while self.waiting and self._producer and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.02)  # confirmations come from the producer's own task
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(*AWAY):
            await self._note_confirmed()
            await self._pool.execute(
                "UPDATE lanes SET lease_until = '-infinity' WHERE owner = $1",
                self.owner,
            )
        await self._discard_producer()

    async def _keep(self, work: Callable[[], Awaitable[None]]) -> None:
        """Run *work* again whenever what it needs was away."""
        while True:
            try:
                await work()
            except (*AWAY, KafkaError) as error:
                log.get().warning("relay_waits", error=log.named(error))
            except Exception as error:  # noqa: BLE001 - what waits must not wait for ever
                log.get().error(
                    "relay_failed", error=log.named(error), where=log.raised_at(error)
                )
            await asyncio.sleep(0.5)

    async def _publish(self) -> None:
        """
        Send what is ready, in order, until the producer breaks.

        Never to another cluster, where nobody would read it: raises Stopped.
        """
        await self._cluster.same()
        self._producer = await producing.start(self._servers, STUCK_SECONDS)
        self._broken = False
        self._rewind()
        try:
            while not self._broken:
                await self._send_round()
        finally:
            await self._discard_producer()

    async def _send_round(self) -> None:
        """Wait for something to send, and after a second look for it."""
        try:
            await asyncio.wait_for(self._wake.wait(), 1.0)
        except TimeoutError:
            self._look = True
        self._wake.clear()
        if self._look:
            self._look = False
            await self._fill()
        await self._send_ready()

    async def _discard_producer(self) -> None:
        """Close the producer without waiting for what it could not send."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await producing.close(producer)

    def _rewind(self) -> None:
        """Begin each lane again behind what is confirmed."""
        for lane in self._lanes.values():
            oldest = lane.in_flight[0][0] if lane.in_flight else lane.upcoming
            lane.upcoming = oldest
            lane.in_flight.clear()
            lane.buffer.clear()
        self._look = True
        self._wake.set()

    async def _fill(self) -> None:
        """Read from the outbox what nobody handed over."""
        written = await outbox.waiting(self._pool, self.owner)
        for name, lane in list(self._lanes.items()):
            if lane.upcoming in lane.buffer or lane.upcoming >= written.get(name, 0):
                continue
            for row in await outbox.read(
                self._pool, name, lane.upcoming, _READ_AT_ONCE
            ):
                lane.buffer[row.seq] = row
            if len(lane.buffer) >= _READ_AT_ONCE:
                self.look()

    async def _send_ready(self) -> None:
        """Send each lane's next records, without waiting for their confirmation."""
        for lane in list(self._lanes.values()):
            while len(lane.in_flight) < _IN_FLIGHT:
                row = lane.buffer.pop(lane.upcoming, None)
                if row is None:
                    break
                await self._send(lane, row)

    async def _send(self, lane: Lane, row: Numbered) -> None:
        """Give one record to the producer and note it as on its way."""
        assert self._producer is not None  # noqa: S101 - _publish has set it
        failpoint("before-publish")
        topic, partition = row.lane
        lane.in_flight.append((row.seq, time.monotonic()))
        lane.upcoming = row.seq + 1
        sent = await self._producer.send(
            topic, row.value, key=row.key, partition=partition, headers=row.headers
        )
        producer = self._producer
        sent.add_done_callback(
            lambda done: self._answered(producer, lane, row.seq, done)
        )

    def _answered(
        self,
        producer: AIOKafkaProducer,
        lane: Lane,
        seq: int,
        done: "asyncio.Future[object]",
    ) -> None:
        """Note a confirmation, or that the producer is to be replaced."""
        if producer is not self._producer or self._broken:
            return
        if done.cancelled() or done.exception() is not None:
            self._broken = True
            self._wake.set()
            return
        failpoint("after-publish")
        lane.in_flight.popleft()
        lane.confirmed = (seq, done.result().offset)  # type: ignore[attr-defined]
        if lane.upcoming in lane.buffer:
            self._wake.set()

    async def _housekeep(self) -> None:
        """Renew the lease, note what is confirmed, and see whether anything sticks."""
        renewed = tidied = 0.0
        while True:
            if time.monotonic() - tidied > _TIDY_SECONDS:
                await outbox.forget(self._pool)
                tidied = time.monotonic()
            if time.monotonic() - renewed > LEASE_SECONDS / 3:
                await self._claim()
                renewed = time.monotonic()
                self.look()
            await self._note_confirmed()
            self._replace_if_stuck()
            await asyncio.sleep(TICK_SECONDS)

    async def _claim(self) -> None:
        """
        Take lanes that are free and keep those that are ours; drop the others.

        A lane that a step has locked is passed over and stays whose it was. Where another
        has confirmed more than we have sent, it had the lane while we were away: what we
        would send next is published.
        """
        async with self._pool.acquire() as conn, conn.transaction():
            await conn.execute("SET LOCAL synchronous_commit TO off")
            claimed = await outbox.claim(conn, self.owner, LEASE_SECONDS)
            held = await outbox.held(conn, self.owner)
        for name in self._lanes.keys() - held:
            del self._lanes[name]
        for name, upcoming in claimed.items():
            known = self._lanes.get(name)
            if known is None or known.upcoming < upcoming:
                self._lanes[name] = Lane(upcoming)

    async def _note_confirmed(self) -> None:
        """
        Note what Kafka has confirmed.

        Without waiting for the disk: a note that a crash undoes only publishes the same
        bytes once more.
        """
        done = [
            (name, *lane.confirmed)
            for name, lane in self._lanes.items()
            if lane.confirmed[0] > lane.noted
        ]
        if not done:
            return
        failpoint("before-confirm")
        async with self._pool.acquire() as conn, conn.transaction():
            await conn.execute("SET LOCAL synchronous_commit TO off")
            await outbox.confirm(conn, done)
        failpoint("after-confirm")
        for name, seq, _ in done:
            if name in self._lanes:
                self._lanes[name].noted = seq

    def _replace_if_stuck(self) -> None:
        """Have the producer replaced when its oldest record has waited too long."""
        now = time.monotonic()
        waits = [now - x.in_flight[0][1] for x in self._lanes.values() if x.in_flight]
        if waits and max(waits) > STUCK_SECONDS:
            self._broken = True
            self._wake.set()
