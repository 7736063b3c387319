"""
Lanes: what a step publishes, numbered in the order in which it will be published.

A lane is one partition of one output topic. Its lock is held until the commit, so its
numbers have no gaps and follow the order of commits. What was published stays for as long
as its topic keeps it, in case the log is lost.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

import asyncpg
import orjson

from schemas.topics import ALL, PARTITIONS, REFUSED, Topic
from services.runtime.envelope import Headers, Outgoing
from services.runtime.postgres import Connection

LaneName = tuple[str, int]

_WRITE: Final = """
WITH wanted AS (
    SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[])
        WITH ORDINALITY AS w(topic, partition, n, lane)
), locked AS (
    SELECT l.topic, l.partition FROM lanes l
    JOIN wanted w USING (topic, partition)
    ORDER BY l.topic, l.partition FOR UPDATE OF l
), taken AS (
    UPDATE lanes l SET next_seq = l.next_seq + w.n
    FROM wanted w JOIN locked k USING (topic, partition)
    WHERE l.topic = w.topic AND l.partition = w.partition
    RETURNING l.topic, l.partition, l.next_seq - w.n AS first, l.owner, w.lane
), kept AS (
    INSERT INTO written (topic, partition, seq, key, headers, value)
    SELECT t.topic, t.partition, t.first + r.nth, r.key, r.headers, r.value
    FROM unnest($4::bigint[], $5::bigint[], $6::bytea[], $7::bytea[], $8::bytea[])
        AS r(lane, nth, key, headers, value)
    JOIN taken t USING (lane)
)
SELECT topic, partition, first, owner, set_config('synchronous_commit', 'on', true)
FROM taken
"""
_SENT_BEFORE: Final = """
SELECT s.topic, s.id FROM sent_before s
JOIN unnest($1::text[], $2::uuid[]) AS w(topic, id) USING (topic, id)
"""
_CLAIM: Final = """
UPDATE lanes l SET owner = $1, lease_until = now() + make_interval(secs => $2)
FROM (SELECT topic, partition FROM lanes WHERE owner = $1 OR lease_until < now()
      ORDER BY topic, partition FOR UPDATE SKIP LOCKED) mine
WHERE l.topic = mine.topic AND l.partition = mine.partition
RETURNING l.topic, l.partition, l.confirmed_seq
"""
_READ: Final = """
SELECT seq, key, headers, value FROM written
WHERE topic = $1 AND partition = $2 AND seq >= $3 ORDER BY seq LIMIT $4
"""
_HELD: Final = "SELECT topic, partition FROM lanes WHERE owner = $1"
_WRITTEN: Final = "SELECT topic, partition, next_seq FROM lanes WHERE owner = $1"
_CONFIRM: Final = """
WITH c AS (
    SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[])
        AS c(topic, partition, seq, place)
), locked AS (
    SELECT l.topic, l.partition FROM lanes l JOIN c USING (topic, partition)
    ORDER BY l.topic, l.partition FOR UPDATE OF l
)
UPDATE lanes l SET confirmed_seq = c.seq,
    confirmed_offset = greatest(l.confirmed_offset, c.place)
FROM c JOIN locked k USING (topic, partition)
WHERE l.topic = c.topic AND l.partition = c.partition AND l.confirmed_seq < c.seq
"""
_FORGET: Final = """
DELETE FROM written w USING lanes l
WHERE w.topic = $1 AND w.at < now() - $2::interval
AND l.topic = w.topic AND l.partition = w.partition AND w.seq <= l.confirmed_seq
"""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A record with its place in its lane."""

    lane: LaneName
    seq: int
    key: bytes
    headers: Headers
    value: bytes


def packed(headers: Headers) -> bytes:
    """Return *headers* as the outbox keeps them."""
    return orjson.dumps([[name, value.decode("latin-1")] for name, value in headers])


def unpacked(kept: bytes) -> Headers:
    """Return the headers that `packed` kept, byte for byte."""
    return [(name, value.encode("latin-1")) for name, value in orjson.loads(kept)]


async def prepare(conn: Connection, topics: Sequence[Topic]) -> None:
    """Make the lanes of the topics that this service writes."""
    names = [topic.name for topic in topics for _ in range(PARTITIONS)]
    partitions = list(range(PARTITIONS)) * len(topics)
    await conn.execute(
        "INSERT INTO lanes (topic, partition) SELECT * FROM unnest($1::text[], $2::int[])"
        " ON CONFLICT DO NOTHING",
        names,
        partitions,
    )


async def unsent(conn: Connection, outgoing: Sequence[Outgoing]) -> list[Outgoing]:
    """Return those of *outgoing* that were not read back from the log as sent before."""
    ids = [_own_id(out) for out in outgoing]
    rows = await conn.fetch(_SENT_BEFORE, [out.topic for out in outgoing], ids)
    known = {(row["topic"], row["id"]) for row in rows}
    pairs = zip(outgoing, ids, strict=True)
    return [out for out, own in pairs if (out.topic, own) not in known]


def _own_id(out: Outgoing) -> UUID | None:
    """Return the id of a record of ours; what is refused may be anybody's."""
    if out.topic == REFUSED.name:
        return None
    return UUID(dict(out.headers)["ce_id"].decode())


async def write(
    conn: Connection, outgoing: Sequence[Outgoing], *, owner: str
) -> list[Numbered]:
    """
    Number *outgoing* within its lanes, keep it, and tell owners elsewhere of it.

    The commit waits for the disk: what is published must not be made anew, otherwise.
    """
    if not outgoing:
        return []
    own = [out.lane for out in outgoing]
    nth, counts = _numbered(own)
    lanes = await _write(conn, outgoing, counts, list(zip(own, nth, strict=True)))
    if any(holder != owner for _, holder in lanes.values()):
        await conn.execute("SELECT pg_notify('lanes_' || current_schema(), '')")
    return [
        Numbered(lane, lanes[lane][0] + n, out.key, out.headers, out.value)
        for out, lane, n in zip(outgoing, own, nth, strict=True)
    ]


def _numbered(lanes: Sequence[LaneName]) -> tuple[list[int], Counter[LaneName]]:
    """Return which of its lane's each is, from 0, and how many each lane has."""
    counts: Counter[LaneName] = Counter()
    nth: list[int] = []
    for lane in lanes:
        nth.append(counts[lane])
        counts[lane] += 1
    return nth, counts


async def _write(
    conn: Connection,
    outgoing: Sequence[Outgoing],
    counts: Mapping[LaneName, int],
    places: Sequence[tuple[LaneName, int]],
) -> dict[LaneName, tuple[int, str]]:
    """Lock the lanes in order and write; return each one's first number and owner."""
    index = {lane: n for n, lane in enumerate(counts, start=1)}
    rows = await conn.fetch(
        _WRITE,
        [topic for topic, _ in counts],
        [partition for _, partition in counts],
        list(counts.values()),
        [index[lane] for lane, _ in places],
        [nth for _, nth in places],
        [out.key for out in outgoing],
        [packed(out.headers) for out in outgoing],
        [out.value for out in outgoing],
    )
    return {(r["topic"], r["partition"]): (r["first"], r["owner"]) for r in rows}


async def claim(conn: Connection, owner: str, seconds: float) -> dict[LaneName, int]:
    """
    Take the lanes that are free and renew *owner*'s; return what each publishes next.

    A lane that a step has locked is passed over: its turn comes again before long.
    """
    rows = await conn.fetch(_CLAIM, owner, seconds)
    return {(r["topic"], r["partition"]): r["confirmed_seq"] + 1 for r in rows}


async def held(conn: Connection, owner: str) -> set[LaneName]:
    """Return the lanes of *owner*, locked ones included."""
    rows = await conn.fetch(_HELD, owner)
    return {(row["topic"], row["partition"]) for row in rows}


async def waiting(pool: asyncpg.Pool, owner: str) -> dict[LaneName, int]:
    """Return the number behind the last that was written to each lane of *owner*."""
    rows = await pool.fetch(_WRITTEN, owner)
    return {(row["topic"], row["partition"]): row["next_seq"] for row in rows}


async def read(
    pool: asyncpg.Pool, lane: LaneName, seq: int, most: int
) -> list[Numbered]:
    """Return what waits in *lane* from *seq* on, at most *most* records."""
    return [
        Numbered(lane, r["seq"], r["key"], unpacked(r["headers"]), r["value"])
        for r in await pool.fetch(_READ, *lane, seq, most)
    ]


async def confirm(conn: Connection, done: Sequence[tuple[LaneName, int, int]]) -> None:
    """Note the last confirmed number and offset of lanes: up to there nothing waits."""
    topics, partitions = [n[0] for n, *_ in done], [n[1] for n, *_ in done]
    seqs, offsets = [d[1] for d in done], [d[2] for d in done]
    await conn.execute(_CONFIRM, topics, partitions, seqs, offsets)


async def forget(pool: asyncpg.Pool) -> None:
    """Delete what was published so long ago that its topic keeps it no longer."""
    for topic in ALL:
        if topic.retention_ms > 0:
            kept = timedelta(milliseconds=topic.retention_ms)
            await pool.execute(_FORGET, topic.name, kept)
