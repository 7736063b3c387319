"""Whether what came is about children of whom its sender may tell us."""

from dataclasses import replace

from schemas.statement import Statement
from services.health_gateway import codes
from services.health_gateway.errors import FhirRefused
from services.health_gateway.translate import Submission
from services.runtime.intake.scope import OUTSIDE, Scope


async def is_outside(scope: Scope, sender: str, content: Submission) -> bool:
    """
    Return whether *content* is about nobody of whom we may hear; count it then.

    Raises FhirRefused for what is about others as well, for a number that nobody has,
    and, where a rule leaves anyone out, for what holds something that cannot be judged.
    """
    said = people(content)
    narrow = scope.held(sender).narrow
    for piece in content.pieces if narrow else ():
        if piece.refused:
            raise piece.refused
    for one in said:
        if not scope.may_be_live(one.person):
            rule = "The NHS number is of a range that nobody has"
            raise FhirRefused(codes.BAD_VALUE, "Patient.identifier", rule=rule)
    left = await scope.outside(sender, said)
    deleted = all(piece.method == "DELETE" for piece in content.pieces)
    nobody = narrow and not said and not deleted
    if nobody or (left and len(left) == len(said)):
        await scope.count_one(sender, OUTSIDE)
        return True
    if left:
        rule = "It is also about a child outside your scope: send one at a time"
        raise FhirRefused(codes.INVARIANT, "Bundle.entry", rule=rule)
    return False


def people(content: Submission) -> list[Statement]:
    """Return what is stated of anybody; a withdrawal with whom its record is about."""
    stated = (
        one if one.person else replace(one, person=piece.person or {})
        for piece in content.pieces
        for one in piece.statements
    )
    return [one for one in stated if one.person]
