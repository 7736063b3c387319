"""
What a version of a record takes back of others: active again after it was revoked.

Each side of a record is a record of ours, so a later version that says nothing of a side
leaves it as it was. What contradicts it is withdrawn here, whichever version comes first.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from schemas.history import WITHDRAWAL
from schemas.statement import Reversal, Statement
from services.runtime import refs
from services.runtime.intake import mark_rows
from services.runtime.intake.mark_rows import Named, Said
from services.runtime.postgres import Connection

ANYTHING: Final = "*"
"""Stands for whatever another version said."""
_OF: Final = "#said"
"""Behind a record's id, the key under which is kept what its versions said."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is kept of a version: keyed hashes of what it said and of what it takes back."""

    said: str
    undoes: frozenset[str]
    outdates: frozenset[str]

    @classmethod
    def of(cls, key: bytes, one: Reversal) -> Self:
        """Return what is kept of *one*."""
        undone = (_hashed(key, said) for said, _ in one.undoes)
        outdated = (_hashed(key, said) for said in one.outdates)
        return cls(_hashed(key, one.said), frozenset(undone), frozenset(outdated))

    @classmethod
    def read(cls, mark: str) -> Self:
        """Return what a row holds."""
        said, undoes, outdates = mark.split("|")
        return cls(said, frozenset(undoes.split()), frozenset(outdates.split()))

    def written(self) -> str:
        """Return it as a row holds it."""
        lists = (" ".join(sorted(one)) for one in (self.undoes, self.outdates))
        return "|".join((self.said, *lists))


async def with_reversals(
    conn: Connection, key: bytes, said: Sequence[Said]
) -> list[Said]:
    """Return *said* with the withdrawals that follow from other versions; keep them."""
    named = {_named(key, *one) for one in _reversals(said)}
    if not named:
        return list(said)
    known = {
        own: {version: _Kept.read(mark) for version, mark in versions.items()}
        for own, versions in (await mark_rows.known(conn, named)).items()
    }
    found, rows = [], []
    for record, statements in said:
        more: list[Statement] = []
        for source, one in _reversals([(record, statements)]):
            own = _named(key, source, one)
            versions = known.setdefault(own, {})
            more += _withdrawals(key, one, statements, versions)
            kept = versions.setdefault(one.version, _Kept.of(key, one))
            rows.append((*own, one.version, kept.written()))
        found.append((record, (*statements, *more)))
    await mark_rows.keep(conn, rows)
    return found


def _reversals(said: Sequence[Said]) -> Iterator[tuple[str, Reversal]]:
    """Yield each record's reversal once, with its sender."""
    for record, statements in said:
        found = {one.reversal: None for one in statements if one.reversal}
        yield from ((record.attributes["source"], one) for one in found)


def _named(key: bytes, source: str, one: Reversal) -> Named:
    """Return under what it is kept what the versions of a record said."""
    return source, refs.record_ref(key, source, one.record + _OF)


def _withdrawals(
    key: bytes,
    one: Reversal,
    statements: Sequence[Statement],
    known: Mapping[int, _Kept],
) -> Iterator[Statement]:
    """Yield what a version takes back of earlier ones, and a later one of it."""
    own = [said for said in statements if said.reversal == one]
    before = {kept.said for version, kept in known.items() if version < one.version}
    for facet in _undone(key, one, before):
        yield _withdrawal(own[0], f"{one.record}{facet}", facet, one.version)
    after = _undone_by(key, one, known)
    for said in own:
        if after is not None and not said.in_passing:
            facet = said.sourcerecord.removeprefix(one.record)
            yield _withdrawal(said, said.sourcerecord, facet, after)


def _undone(key: bytes, one: Reversal, before: set[str]) -> list[str]:
    """Return the facets of which what is said *before* no longer holds."""
    return [
        facet
        for said, facet in one.undoes
        if before and (said == ANYTHING or _hashed(key, said) in before)
    ]


def _undone_by(key: bytes, one: Reversal, known: Mapping[int, _Kept]) -> int | None:
    """
    Return the highest later version beside which *one* does not hold.

    What is merely outdated is so because it came late: never a version heard before.
    """
    names = {_hashed(key, one.said), _hashed(key, ANYTHING)}
    again = one.version in known
    later = (
        version
        for version, kept in known.items()
        if version > one.version
        and names & (kept.undoes if again else kept.undoes | kept.outdates)
    )
    return max(later, default=None)


def _withdrawal(one: Statement, record: str, facet: str, by: int) -> Statement:
    """Return that what versions before *by* said of a side no longer holds."""
    named: dict[str, Any] = {"sourcerecord": record, "upto": by - 1}
    return Statement(
        place=one.place,
        type=WITHDRAWAL,
        occurred=one.occurred,
        occurredprecision=one.occurredprecision,
        sourcerecord=f"{record}#withdrawn",
        sourceversion=by,
        person={},
        data={"withdraws": named, "reason": "superseded"},
        facet=facet,
        in_passing=True,
    )


def _hashed(key: bytes, said: str) -> str:
    """Return what is kept of what a version said."""
    return refs.keyed(key, "said", said)[:16]
