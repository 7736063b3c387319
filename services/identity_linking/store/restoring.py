"""Decisions that are read back from the log, in whatever order its lanes are read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from services.identity_linking.store.linking import save_decisions
from services.identity_linking.store.parting import part
from services.identity_linking.translate import Decided
from services.runtime.postgres import Connection

_FOUND: Final = """
INSERT INTO children (child_ref, epoch) VALUES ($1, $2)
ON CONFLICT (child_ref) DO UPDATE SET epoch = excluded.epoch
"""
_JOIN: Final = """
INSERT INTO children (child_ref, epoch, joined_to)
SELECT goes, $2, $3 FROM unnest($1::text[]) AS j(goes)
ON CONFLICT (child_ref) DO UPDATE SET joined_to = excluded.joined_to
"""
_PLACE: Final = """
INSERT INTO persons (person_ref, sender, child_ref, epoch, home)
SELECT person, '', $2, $3, $2 FROM unnest($1::text[]) AS p(person)
ON CONFLICT (person_ref) DO UPDATE SET child_ref = excluded.child_ref,
    epoch = excluded.epoch WHERE persons.epoch < excluded.epoch
"""
_FOUNDING: Final = frozenset({"founded", "unlinked"})


async def restore_decision(conn: Connection, decided: Decided, *, at: datetime) -> None:
    """Take a decision back, unless it is known; the highest epoch wins."""
    known = "SELECT 1 FROM decisions WHERE epoch = $1"
    if await conn.fetchval(known, decided.epoch):
        return
    await save_decisions(conn, [decided], at=at, by="read back")
    if decided.reason in _FOUNDING:
        await conn.execute(_FOUND, decided.child_ref, decided.epoch)
    joined = list(decided.joined)
    await conn.execute(_JOIN, joined, decided.epoch, decided.child_ref)
    persons = list(decided.persons)
    await conn.execute(_PLACE, persons, decided.child_ref, decided.epoch)
    for person in decided.persons:
        await part(conn, person, decided.parted)
    raised = "UPDATE state SET epoch = greatest(epoch, $1)"
    await conn.execute(raised, decided.epoch)


async def restore_senders(
    conn: Connection, told: Mapping[str, tuple[str, str]]
) -> None:
    """Note whose persons they are, and their home: an event says it, no decision does."""
    await conn.execute(
        "UPDATE persons p SET sender = s.sender, home = s.home"
        " FROM unnest($1::text[], $2::text[], $3::text[]) AS s(person_ref, sender, home)"
        " WHERE p.person_ref = s.person_ref AND p.sender = ''",
        list(told),
        [sender for sender, _ in told.values()],
        [home for _, home in told.values()],
    )


async def restore_knownat(conn: Connection, latest: datetime) -> None:
    """Let the time of knowing never go back behind what was published."""
    await conn.execute("UPDATE state SET knownat = greatest(knownat, $1)", latest)
