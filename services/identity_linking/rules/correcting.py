"""Whether an identification that was corrected still says what it joined children by."""

from collections.abc import Iterator, Sequence

from schemas.identifiers import upn_is_temporary
from services.identity_linking.rules.choosing import plain
from services.identity_linking.rules.registry import Stated


def unsaid(versions: Sequence[tuple[str, Stated]]) -> str | None:
    """
    Return the person of whom the last of *versions* no longer says what one before said.

    They are one record's, person and statement, in the order of their versions. One that
    was about another person has moved, which is told as a withdrawal.
    """
    person, last = versions[-1]
    before = [said for ref, said in versions[:-1] if ref == person]
    return None if all(_holds(said, last) for said in before) else person


def _holds(said: Stated, now: Stated) -> bool:
    """Return whether *now* says everything that may have linked by *said*."""
    names = (
        (said.family_name, now.family_name),
        (said.given_name, now.given_name),
    )
    return (
        set(_lasting(said, now)) <= set(now.numbers)
        and said.born in (None, now.born)
        and all(not plain(old) or plain(old) == plain(new) for old, new in names)
    )


def _lasting(said: Stated, now: Stated) -> Iterator[tuple[str, str]]:
    """Yield the numbers of *said*, but for a temporary UPN that a permanent one follows."""
    for scheme, number in said.numbers:
        temporary = scheme == "upn" and upn_is_temporary(number)
        if not (temporary and now.good_upn and not upn_is_temporary(now.good_upn)):
            yield scheme, number
