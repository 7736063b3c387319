"""
Repairs: what one publisher is known to send wrongly, and how it is read.

Off unless the publisher's file (`contracts/publishers/`) lists it, with a reason and
the day on which it was agreed; each one made is a warning in the answer and a word in
the receipt. A repair changes the form of what was sent and never a value.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, StringConstraints

from services.health_gateway.errors import Issue
from services.health_gateway.rules.elements import (
    ANY_RESOURCE,
    TYPE,
    Element,
    Kind,
    kinds,
)
from services.health_gateway.rules.faults import REPAIRED

Rule = Literal["wrap", "unwrap", "drop"]
Members = dict[str, Any]
Json = Any

_DONE: Final[Mapping[str, str]] = {
    "wrap": "This was read as an array of one",
    "unwrap": "The one item of this array was read",
    "drop": "This member, which R4 does not define, was left out",
}


class Repair(BaseModel):
    """One thing that a publisher sends wrongly, as a person agreed to read it."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True
    )

    rule: Rule
    """`wrap`: an array around what stands alone. `unwrap`: the single item of an
    array. `drop`: leave out a member that R4 does not define."""
    element: Annotated[
        str, StringConstraints(pattern=r"^[A-Z][A-Za-z]+(\.[A-Za-z_][A-Za-z0-9_]*)+$")
    ]
    """From the resource's type on, without indexes: `ServiceRequest.basedOn`."""
    reason: Annotated[str, StringConstraints(min_length=10)]
    """Why it cannot be mended at its source now."""
    agreed: date
    until: date | None = None
    """The last day on which it is made; none: until this line is taken out."""

    @property
    def word(self) -> str:
        """Return the repair in one word, for a receipt: `wrap:ServiceRequest.basedOn`."""
        return f"{self.rule}:{self.element}"


class Repaired(NamedTuple):
    """One repair that was made."""

    word: str
    expression: str

    @property
    def issue(self) -> Issue:
        """Return the warning that its sender gets."""
        rule = _DONE[self.word.partition(":")[0]]
        return Issue("warning", REPAIRED, rule, (self.expression,))


class Repairs:
    """The repairs that one publisher's messages may get. Without any: strict."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        """Make the repairs of *words*, as `Repair.word` gives them."""
        self._words: Final = frozenset(words)

    @classmethod
    def of(cls, agreed: Iterable[Repair], day: date) -> "Repairs":
        """Return those of *agreed* that stand on *day*."""
        return cls(o.word for o in agreed if o.until is None or day <= o.until)

    def __bool__(self) -> bool:
        """Return whether there is any."""
        return bool(self._words)

    def mend(self, resource: Mapping[str, Any]) -> tuple[Members, tuple[Repaired, ...]]:
        """Return *resource* as these repairs read it, and each one made."""
        made: list[Repaired] = []
        kind = kinds().get(str(resource.get(TYPE)))
        if kind is None:
            return dict(resource), ()
        mended = self._members(resource, kind, _Place(kind.name, kind.name), made)
        return mended, tuple(made)

    def _members(
        self, members: Mapping[str, Any], kind: Kind, at: "_Place", made: list[Repaired]
    ) -> Members:
        """Return one object mended."""
        mended: Members = {}
        for name, value in members.items():
            place, element = at.member(name), kind.elements.get(name)
            if element is None:
                if not self._makes("drop", place, at, made):
                    mended[name] = value
                continue
            formed = self._formed(value, element, place, made)
            mended[name] = self._within(formed, element, place, made)
        return mended

    def _formed(
        self,
        value: Json,
        element: Element,
        at: "_Place",
        made: list[Repaired],
    ) -> Json:
        """Return a member with or without its array."""
        alone = value is not None and not isinstance(value, list)
        if element.many and alone and self._makes("wrap", at, at, made):
            return [value]
        single = isinstance(value, list) and len(value) == 1
        if not element.many and single and self._makes("unwrap", at, at, made):
            return value[0]
        return value

    def _within(
        self,
        value: Json,
        element: Element,
        at: "_Place",
        made: list[Repaired],
    ) -> Json:
        """Return what stands in a member, mended."""
        if isinstance(value, list):
            return [
                self._within(one, element, at.item(index), made)
                for index, one in enumerate(value)
            ]
        if not isinstance(value, dict) or element.primitive:
            return value
        if element.type != ANY_RESOURCE:
            return self._members(value, kinds()[element.type], at, made)
        kind = kinds().get(str(value.get(TYPE)))
        inner = _Place(kind.name, at.expression) if kind else at
        return self._members(value, kind, inner, made) if kind else value

    def _makes(
        self, rule: Rule, at: "_Place", told: "_Place", made: list[Repaired]
    ) -> bool:
        """Return whether *rule* is made at a place, and note that it was."""
        word = f"{rule}:{at.element}"
        if word not in self._words:
            return False
        made.append(Repaired(word, told.expression))
        return True


class _Place(NamedTuple):
    """Where something stands: by its element, and in the message."""

    element: str
    expression: str

    def member(self, name: str) -> "_Place":
        """Return the place of a member."""
        return _Place(f"{self.element}.{name}", f"{self.expression}.{name}")

    def item(self, index: int) -> "_Place":
        """Return the place of an array's item."""
        return _Place(self.element, f"{self.expression}[{index}]")


STRICT: Final = Repairs()
"""No repairs: what everybody has who has no list."""
