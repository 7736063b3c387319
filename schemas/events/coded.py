"""Members that hold codes of a list: checked, and never without their code system."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final, get_args

from pydantic import (
    GetCoreSchemaHandler,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
)
from pydantic_core import CoreSchema, core_schema

from schemas.codes import CodeList, dfe
from schemas.events.person import EventData

_Form = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,8}$")]


@dataclass(frozen=True, slots=True, eq=False)
class Marked:
    """Says of a member, or of the items of one, that it holds codes of a list."""

    codes: CodeList


@dataclass(frozen=True, slots=True, eq=False)
class Listed(Marked):
    """The same, and the list is closed: any other code is refused."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Return the schema of the text, with the check after it."""
        return core_schema.no_info_after_validator_function(
            self.checked, handler(source)
        )

    def checked(self, code: str) -> str:
        """Return *code* if the list has it, in use or retired."""
        if code not in self.codes.codes:
            raise ValueError(f"must be a code of {self.codes.system}")
        return code


class _Expected:
    """Marks a member that whoever knows it is expected to send."""


EXPECTED: Final = _Expected()


@dataclass(frozen=True, slots=True, eq=False)
class Carried:
    """
    Marks a member that every event of its type must carry when somebody publishes it.

    It stays optional to readers: rows of files, forms and events that were published
    before may lack it, and each file says so row by row.
    """

    among: str = ""
    """Members of one type that are marked with the same word: one of them is enough."""


CARRIED: Final = Carried()

SenType = Annotated[_Form, Listed(dfe.SEN_TYPE)]
SenProvision = Annotated[_Form, Listed(dfe.SEN_PROVISION)]
ExclusionCategory = Annotated[_Form, Listed(dfe.EXCLUSION_CATEGORY)]
ExclusionReason = Annotated[_Form, Listed(dfe.EXCLUSION_REASON)]
CeaseReason = Annotated[_Form, Listed(dfe.CEASE_REASON)]
SenSetting = Annotated[_Form, Listed(dfe.SEN_SETTING)]
Residential = Annotated[_Form, Listed(dfe.RESIDENTIAL)]
ApReason = Annotated[_Form, Listed(dfe.AP_REASON)]
YearGroup = Annotated[_Form, Listed(dfe.YEAR_GROUP)]


class Coded(EventData):
    """Event data with codes: each travels with its system, said by the sender or not."""

    @model_serializer(mode="wrap")
    def _with_systems(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Return what is written, with the system beside each code."""
        data: dict[str, Any] = written(self)
        systems = {
            f"{name}_system": codes.system
            for name, codes in lists_of(type(self)).items()
            if data.get(name)
        }
        return data | systems


@cache
def lists_of(model: type[EventData]) -> Mapping[str, CodeList]:
    """Return, by member, the list whose codes it holds."""
    found = {
        name: _marks(field.annotation, field.metadata)
        for name, field in model.model_fields.items()
    }
    return {name: marks[0].codes for name, marks in found.items() if marks}


@cache
def expected_of(model: type[EventData]) -> tuple[str, ...]:
    """Return the members that whoever knows them is expected to send."""
    fields = model.model_fields.items()
    return tuple(name for name, field in fields if EXPECTED in field.metadata)


@cache
def carried_of(model: type[EventData]) -> tuple[tuple[str, ...], ...]:
    """Return the members that must be carried; of those that stand together any one."""
    groups: dict[str, list[str]] = {}
    for name, field in model.model_fields.items():
        for mark in field.metadata:
            if isinstance(mark, Carried):
                groups.setdefault(mark.among or name, []).append(name)
    return tuple(tuple(names) for names in groups.values())


def _marks(annotation: object, metadata: list[Any]) -> list[Marked]:
    """Return the lists that a member's type speaks of."""
    return [m for m in (*metadata, *_within(annotation)) if isinstance(m, Marked)]


def _within(annotation: object) -> Iterator[object]:
    """Yield the metadata within a type, at any depth."""
    for part in get_args(annotation):
        yield part
        yield from _within(part)
