"""What a steward's command reads and leaves."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from services.runtime.postgres import Connection


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person stands."""

    sender: str
    child: str
    epoch: int
    """Of the decision that put it there."""
    others: list[str]
    """The other persons of that child."""


async def place_of(conn: Connection, person: str) -> Place | None:
    """Return where *person* stands; None for an unknown one."""
    row = await conn.fetchrow(
        "SELECT p.sender, p.child_ref, p.epoch, array(SELECT o.person_ref FROM persons o"
        " WHERE o.child_ref = p.child_ref AND o.person_ref <> p.person_ref"
        " ORDER BY o.person_ref) AS others FROM persons p WHERE p.person_ref = $1",
        person,
    )
    return Place(*row) if row else None


async def part(conn: Connection, person: str, others: Collection[str]) -> None:
    """Keep *person* and *others* from ever being linked by a rule."""
    pairs = [(min(person, other), max(person, other)) for other in others]
    await conn.execute(
        "INSERT INTO do_not_link SELECT * FROM unnest($1::text[], $2::text[])"
        " ON CONFLICT DO NOTHING",
        [one for one, _ in sorted(pairs)],
        [other for _, other in sorted(pairs)],
    )


async def save_command(
    conn: Connection, epoch: int, words: str, own: UUID | None
) -> None:
    """Keep a steward's own words, never published, and the id of the command."""
    await conn.execute(
        "UPDATE decisions SET words = $2, command_id = $3 WHERE epoch = $1",
        epoch,
        words,
        own,
    )


async def commanded(conn: Connection, own: UUID) -> tuple[str, int, list[str]] | None:
    """Return child, epoch and persons of what a command decided, if it has before."""
    row = await conn.fetchrow(
        "SELECT child_ref, epoch, persons FROM decisions WHERE command_id = $1", own
    )
    return (row["child_ref"], row["epoch"], row["persons"]) if row else None
