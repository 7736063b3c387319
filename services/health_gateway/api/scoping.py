"""Whether what came is about children of whom its sender may tell us."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from schemas.statement import Statement
from services.health_gateway import codes
from services.health_gateway.errors import FhirRefused
from services.health_gateway.rules import Media
from services.health_gateway.translate import Piece, Submission, without
from services.runtime.intake.messages import Message
from services.runtime.intake.scope import OUTSIDE, UNREADABLE, Scope
from services.runtime.step import Step

_HOLDERS: Final = frozenset({"Bundle", "Parameters"})
"""Types of resource that may hold others, about anyone."""


async def is_outside(scope: Scope, sender: str, content: Submission) -> bool:
    """
    Return whether *content* is about nobody of whom we may hear; count it then.

    Raises FhirRefused for what is about others as well, for a number that nobody has,
    and, where a rule leaves anyone out, for what holds something that cannot be judged.
    """
    said = people(content)
    narrow = scope.held(sender).narrow
    if narrow:
        _check_judgeable(content)
    _check_live(scope, said)
    left = await scope.outside(sender, said)
    deleted = all(piece.method == "DELETE" for piece in content.pieces)
    nobody = narrow and not said and not deleted
    if nobody or (left and len(left) == len(said)):
        await scope.count_one(sender, OUTSIDE)
        return True
    if left:
        rule = "It is also about a child outside your scope"
        raise FhirRefused(codes.MIXED, "Bundle.entry", rule=rule)
    return False


async def narrowed(
    scope: Scope,
    message: Message,
    content: Submission,
    read: Callable[[bytes], Submission],
) -> tuple[Message, Submission]:
    """
    Return a batch and its message without the entries that are left out.

    What is kept of the message holds nothing of them: in their places stands an empty
    entry, and the others are *read* again without them.
    """
    _check_live(scope, people(content))
    gone: dict[int, Piece] = {}
    body = message.body
    while left := await _left(scope, message.sender, content.pieces):
        gone |= {p.place: _emptied(p) for p in content.pieces if p.place in left}
        media = Media.of(message.content_type) or Media.JSON
        body = without(message.body, media, gone)
        content = read(body)
        pieces = (gone.get(piece.place, piece) for piece in content.pieces)
        content = replace(content, pieces=tuple(pieces))
    if not gone:
        return message, content
    form, places = Media.JSON.value, tuple(sorted(gone))
    return replace(message, cut=places, kept=body, content_type=form), content


async def count_outside(
    scope: Scope, step: Step, sender: str, content: Submission
) -> None:
    """Count, in the step that keeps the rest, the entries of which nothing is kept."""
    gone = (piece for piece in content.pieces if piece.outside)
    counted = Counter(UNREADABLE if one.refused else OUTSIDE for one in gone)
    for why, number in counted.items():
        await scope.count(step, sender, why, number)


async def _left(scope: Scope, sender: str, pieces: Iterable[Piece]) -> set[int]:
    """Return the places of what is outside, or cannot be judged."""
    judged = [piece for piece in pieces if not piece.outside]
    said = [(piece.place, one) for piece in judged for one in _people(piece)]
    outside = await scope.outside(sender, [one for _, one in said])
    told = {place for place, _ in said}
    nobodys = {
        piece.place
        for piece in judged
        if piece.refused or (piece.place not in told and piece.method != "DELETE")
    }
    return {said[index][0] for index in outside} | nobodys


def _emptied(piece: Piece) -> Piece:
    """Return what is answered of an entry that is left out: nothing that it said."""
    return replace(piece, statements=(), value=b"", person=None, outside=True)


def _check_judgeable(content: Submission) -> None:
    """Refuse what holds something of which nobody can say whom it is about."""
    for piece in content.pieces:
        if piece.refused:
            raise piece.refused
    held = [(piece.place, piece.kind) for piece in content.pieces]
    if content.message:
        held += [(part.place, part.kind) for part in content.message.parts.all]
    for place, kind in held:
        if kind in _HOLDERS:
            rule = "What it holds is not opened, so that its scope cannot be judged"
            where = f"Bundle.entry[{place}].resource"
            raise FhirRefused(codes.NOT_SUPPORTED, where, rule=rule)


def _check_live(scope: Scope, said: Iterable[Statement]) -> None:
    """Refuse a number that nobody has, where children are real."""
    for one in said:
        if not scope.may_be_live(one.person):
            rule = "The NHS number is of a range that nobody has"
            raise FhirRefused(codes.BAD_VALUE, "Patient.identifier", rule=rule)


def people(content: Submission) -> list[Statement]:
    """Return what is stated of anybody; a withdrawal with whom its record is about."""
    return [one for piece in content.pieces for one in _people(piece)]


def _people(piece: Piece) -> list[Statement]:
    """Return what one place states of anybody."""
    stated = (
        one if one.person else replace(one, person=piece.person or {})
        for one in piece.statements
    )
    return [one for one in stated if one.person]
