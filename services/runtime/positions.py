"""
How far each reader has read, and what it has seen.

Both move in the step that works on them; a position is where the next batch must begin.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from services.runtime.envelope import Record
from services.runtime.postgres import Connection

Place = tuple[str, int]
"""Topic and partition."""

Sighting = tuple[UUID, int, str, bytes]
"""Id, attempt, topic and hash of a record."""

_TAKE: Final = """
WITH batch AS (
    SELECT * FROM unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[])
        WITH ORDINALITY AS b(topic, partition, first, next, nth)
), locked AS (
    SELECT p.topic, p.partition, p.next_offset FROM positions p
    JOIN batch USING (topic, partition) WHERE p.reader = $1
    ORDER BY p.topic, p.partition FOR UPDATE OF p
), moved AS (
    UPDATE positions p SET next_offset = b.next
    FROM locked l JOIN batch b USING (topic, partition)
    WHERE p.reader = $1 AND p.topic = l.topic AND p.partition = l.partition
    AND l.next_offset = b.first RETURNING p.topic, b.nth
), come AS (
    SELECT m.topic, r.id, r.attempt, r.sha256, r.nth
    FROM unnest($6::bigint[], $7::uuid[], $8::int[], $9::bytea[])
        WITH ORDINALITY AS r(batch, id, attempt, sha256, nth)
    JOIN moved m ON m.nth = r.batch
), new AS (
    INSERT INTO seen (reader, id, attempt, topic, sha256)
    SELECT $1, id, attempt, topic, sha256 FROM come ORDER BY nth
    ON CONFLICT DO NOTHING RETURNING topic, id, attempt, sha256
), counted AS (
    SELECT (SELECT count(*) FROM come) = (SELECT count(*) FROM new) AS all_new
)
SELECT topic, partition, next_offset, all_new, NULL::uuid AS id, NULL::int AS attempt,
    NULL::bytea AS sha256, set_config('synchronous_commit', 'off', true)
FROM locked, counted
UNION ALL SELECT topic, NULL, NULL, NULL, id, attempt, sha256, NULL
FROM new, counted WHERE NOT all_new
"""
_SEE: Final = """
INSERT INTO seen (reader, id, attempt, topic, sha256)
SELECT $1, * FROM unnest($2::uuid[], $3::int[], $4::text[], $5::bytea[])
ON CONFLICT DO NOTHING RETURNING id, attempt, topic, sha256
"""
_SEEN_AS: Final = """
SELECT s.id, s.attempt, s.topic, s.sha256 FROM seen s
JOIN unnest($2::uuid[], $3::int[], $4::text[]) AS w(id, attempt, topic)
    USING (id, attempt, topic) WHERE s.reader = $1
"""


@dataclass(slots=True)
class Taken:
    """What a step may work on."""

    whole: list[Place] = field(default_factory=list)
    """Places whose batch began at the position, which has moved behind it."""
    strays: dict[Place, int] = field(default_factory=dict)
    all_new: bool = True
    """Whether nothing of it had been seen, and nothing comes twice: the usual case."""
    new: set[Sighting] = field(default_factory=set)
    """Id, attempt, topic and hash of what had not been seen, where not all is new."""

    def fresh(self, records: Sequence[Record]) -> list[Record]:
        """Return those of *records* that had not been seen, each once."""
        return list(records) if self.all_new else once(records, self.new)


async def take(
    conn: Connection, reader: str, batches: Mapping[Place, Sequence[Record]]
) -> Taken:
    """Lock the positions in order, move them, and note what is seen for the first time."""
    records = [
        (nth, record)
        for nth, batch in enumerate(batches.values(), start=1)
        for record in batch
    ]
    rows = await conn.fetch(
        _TAKE,
        reader,
        [topic for topic, _ in batches],
        [partition for _, partition in batches],
        [batch[0].offset for batch in batches.values()],
        [batch[-1].offset + 1 for batch in batches.values()],
        [nth for nth, _ in records],
        [r.id for _, r in records],
        [r.attempt for _, r in records],
        [r.sha256 for _, r in records],
    )
    taken = Taken()
    for topic, partition, wanted, all_new, own, attempt, sha256, _ in rows:
        if own is not None:
            taken.new.add((own, attempt, topic, sha256))
            continue
        taken.all_new = all_new
        if batches[(topic, partition)][0].offset == wanted:
            taken.whole.append((topic, partition))
        else:
            taken.strays[(topic, partition)] = wanted
    return taken


def once(records: Sequence[Record], new: set[Sighting]) -> list[Record]:
    """Return the records that are *new*, each the first time that it comes."""
    left, found = set(new), []
    for record in records:
        key = (record.id, record.attempt, record.topic, record.sha256)
        if key in left:
            left.remove(key)
            found.append(record)
    return found


async def see(
    conn: Connection, reader: str, records: Sequence[Record]
) -> set[Sighting]:
    """Note *records* as seen; return what had not been."""
    rows = await conn.fetch(
        _SEE,
        reader,
        [r.id for r in records],
        [r.attempt for r in records],
        [r.topic for r in records],
        [r.sha256 for r in records],
    )
    return {tuple(row) for row in rows}


async def seen_as(
    conn: Connection, reader: str, records: Sequence[Record]
) -> dict[tuple[UUID, int, str], bytes]:
    """Return the hash under which each of *records* was first seen."""
    rows = await conn.fetch(
        _SEEN_AS,
        reader,
        [r.id for r in records],
        [r.attempt for r in records],
        [r.topic for r in records],
    )
    return {(row["id"], row["attempt"], row["topic"]): row["sha256"] for row in rows}
