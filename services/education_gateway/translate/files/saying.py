"""What facts of several kinds of file have in common."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from services.education_gateway.translate.files.cells import whole
from services.education_gateway.translate.files.layout import Fact
from services.runtime.snapshots.comparing import Change

WITHDRAWN: Final = "event.withdrawn.v1"
_TAKEN_BACK: Final = "-withdrawn"
_URN: Final = 6


def school(code: str) -> dict[str, str]:
    """Return the organisation of a URN; nothing of any other code of a school."""
    code = whole(code)
    if len(code) == _URN and code.isascii() and code.isdigit():
        return {"school": f"urn:dfe:urn:{code}"}
    return {}


def renamed(said: Mapping[str, str], name: str) -> dict[str, str]:
    """Return a school under another member's *name*."""
    return {name: said["school"]} if "school" in said else {}


def council(code: str) -> str | None:
    """Return the organisation of a local authority's three digits, if it is one."""
    good = len(code) == 3 and code.isascii() and code.isdigit()  # noqa: PLR2004 - digits
    return f"urn:dfe:la:{code}" if good else None


def filled(**data: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return what is said, without what is blank."""
    return {name: value for name, value in data.items() if value not in ("", None, [])}


def flag(text: str | None) -> bool | None:
    """Return a checked flag as JSON has it."""
    return None if not text else text == "true"


def told(change: Change) -> Mapping[str, str]:
    """Return what the record carries beside what is compared."""
    said = change.carried.get("told", {})
    assert isinstance(said, dict)  # noqa: S101 - rows keep it so
    return said


def dated(change: Change, column: str, fact: Fact, *others: str) -> Iterator[Fact]:
    """
    Yield *fact* when *column*, its date, or one of *others* says something else.

    A date that is blank now and was not before takes back what was said.
    """
    if not change.differs(column, *others):
        return
    if change.after.get(column):
        yield fact
    elif change.before.get(column):
        yield taken_back(fact)


def withdrawn(change: Change) -> Iterator[Fact]:
    """Yield what takes back everything that a record was told to say and that stands."""
    for aspect, version in change.said.items():
        own = aspect.removesuffix(_TAKEN_BACK)
        if own == aspect and change.said.get(aspect + _TAKEN_BACK, 0) < version:
            yield taken_back(Fact("", aspect, {}))


def taken_back(fact: Fact) -> Fact:
    """Return what takes back every version of what *fact* said."""
    data = {"reason": "entered-in-error", "withdraws": fact.aspect}
    return Fact(WITHDRAWN, fact.aspect + _TAKEN_BACK, data)
