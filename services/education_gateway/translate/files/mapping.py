"""
A mapping file: how one council's case system becomes events, as an analyst writes it.

YAML: which columns say whom a row is about, which say that something happened and
when, code lists, and how dates are written. It is checked before it is used, and each
change of it is another version.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    model_validator,
)

from schemas.events import CATALOGUE
from schemas.identifiers import Organisation
from services.education_gateway.translate.files.layout import (
    Column,
    Fact,
    Layout,
    Table,
)
from services.education_gateway.translate.files.mapped import Checked, Forms, born
from services.education_gateway.translate.files.mapping_faults import CELL, HEADING
from services.education_gateway.translate.files.saying import dated
from services.education_gateway.translate.files.whom import Own
from services.runtime.snapshots.comparing import Change

KIND: Final = "mapping"
_LETTERS: Final = {"YYYY": "%Y", "YY": "%y", "MM": "%m", "DD": "%d", "MON": "%b"}
_CLOCK: Final = {"HH": "%H", "mm": "%M", "SS": "%S"}
_PARTS: Final = (("%d",), ("%m", "%b"), ("%Y", "%y"))
_NO_FORM: Final = (
    "is no form of a date. Write DD, MM or MON, and YYYY or YY, as in DD/MM/YYYY; of a "
    "time HH, mm and SS."
)

Heading = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]


def form_of(text: str) -> str:
    """Return a form such as `DD/MM/YYYY HH:mm` as `strptime` reads it."""
    for letters, sign in (_LETTERS | _CLOCK).items():
        text = text.replace(letters, sign)
    return text


def _is_a_form(text: str) -> str:
    """Refuse what names no day, month and year."""
    form = form_of(text)
    if any(sum(map(form.count, signs)) != 1 for signs in _PARTS):
        raise ValueError(_NO_FORM)
    return text


DateForm = Annotated[str, AfterValidator(_is_a_form)]


class _Strict(BaseModel):
    """Base of what a person writes in YAML: an unknown member is a mistake."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True
    )


class Cell(_Strict):
    """Where a member of an event's data comes from."""

    column: Heading | None = None
    value: str | int | bool | None = None
    """The same for every row."""
    codes: Mapping[str, str | int | bool] = {}
    """What the case system writes, and what the event says for it."""
    kind: Literal["text", "date", "number", "flag"] = "text"

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        """Refuse a member that comes from nowhere, or from two places."""
        if (self.column is None) == (self.value is None):
            raise ValueError("comes from nowhere, or twice. Give column or value.")
        return self


def _form(said: object) -> str:
    """Return which of its two forms a member of an event has."""
    return HEADING if isinstance(said, str) else CELL


Source = Annotated[
    Annotated[Heading, Tag(HEADING)] | Annotated[Cell, Tag(CELL)], Discriminator(_form)
]
"""A heading, or more about where a member comes from."""


class When(_Strict):
    """Which rows make an event."""

    column: Heading
    among: tuple[str, ...] = Field(min_length=1)


class Event(_Strict):
    """One event that a row can make."""

    type: str
    occurred: Heading
    """Column with the date. A row in which it is blank makes no such event."""
    data: Mapping[str, Source] = {}
    when: When | None = None
    sensitivity: Literal["normal", "restricted", "safeguarding"] = "normal"

    @model_validator(mode="after")
    def _is_of_the_catalogue(self) -> Self:
        """Refuse a type, or a member of its data, that the catalogue does not have."""
        if self.type not in CATALOGUE:
            raise ValueError(
                "type is not in the catalogue. Take one of contracts/events/."
            )
        known = CATALOGUE[self.type].data.model_fields.keys() - {"person"}
        unknown = sorted(self.data.keys() - known)
        if unknown:
            rule = f"data: {', '.join(unknown)} is not a member of {self.type}"
            raise ValueError(f"{rule}. Take of: {', '.join(sorted(known))}.")
        return self

    def cells(self) -> Iterator[tuple[str, Cell]]:
        """Yield each member with where it comes from."""
        for member, said in self.data.items():
            yield member, Cell(column=said) if isinstance(said, str) else said


class PersonColumns(_Strict):
    """Which columns say whom a row is about."""

    local_id: Heading
    upn: Heading | None = None
    nhs_number: Heading | None = None
    date_of_birth: Heading | None = None
    family_name: Heading | None = None
    given_name: Heading | None = None


class CaseMapping(_Strict):
    """One mapping file."""

    mapping: Slug
    version: Annotated[int, Field(ge=1)]
    sender: Organisation
    feed: Slug
    mode: Literal["state", "period"]
    """state: a row that is gone is removed. period: it says nothing."""
    key: tuple[Heading, ...] = Field(min_length=1)
    person: PersonColumns
    person_ids: Literal["feed", "organisation"] = "feed"
    """organisation: `local_id` is the id by which the sender's own events name people."""
    events: tuple[Event, ...] = Field(min_length=1)
    dates: tuple[DateForm, ...] = ("DD/MM/YYYY", "YYYY-MM-DD")
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    sheet: str | None = None
    header_row: Annotated[int, Field(ge=1, le=100)] = 1

    @property
    def forms(self) -> Forms:
        """The forms of dates, as they are written and as `strptime` reads them."""
        return {text: form_of(text) for text in self.dates}


def layout_of(mapping: CaseMapping) -> Layout:
    """Return what the mapping declares, as every kind of file does."""
    person, name = mapping.person, mapping.mapping
    columns = {column.name: column for column in _columns(mapping)}
    whom = Own(
        local=(_small(person.local_id),),
        upn=_small(person.upn),
        nhs_number=_small(person.nhs_number),
        born=_small(person.date_of_birth),
        born_on=partial(born, forms=mapping.forms),
        family=_small(person.family_name),
        given=_small(person.given_name),
        shared=mapping.person_ids == "organisation",
    )
    key = tuple(_small(column) for column in mapping.key)
    table = Table(
        name=name,
        mode=mapping.mode,
        key=key,
        columns=tuple(columns.values()),
        whom=whom,
        facts=Facts(mapping),
        needed=tuple({*key, *columns, *whom.columns}),
    )
    return Layout(KIND, f"{name}, version {mapping.version}", {name: table})


class Facts:
    """Makes the events of a row, as one mapping has it."""

    def __init__(self, mapping: CaseMapping) -> None:
        """Go by *mapping*."""
        self._mapping = mapping

    def __call__(self, change: Change) -> Iterator[Fact]:
        """Yield the events that a row states, and what it takes back."""
        for number, event in enumerate(self._mapping.events):
            on = _small(event.occurred)
            named = {_small(c.column) for _, c in event.cells() if c.column}
            if event.when:
                named.add(_small(event.when.column))
            fact = Fact(
                event.type,
                f"{event.type.removesuffix('.v1')}/{number}",
                _data(event, change.after),
                occurred=change.after.get(on),
                sensitivity=event.sensitivity,
            )
            if _applies(event, change.after):
                yield from dated(change, on, fact, *named)
            elif _applies(event, change.before):
                yield from dated(replace(change, after={}), on, fact)


def _applies(event: Event, said: Mapping[str, str]) -> bool:
    """Return whether a row makes this event at all."""
    if event.when is None:
        return True
    return said.get(_small(event.when.column), "") in event.when.among


def _data(event: Event, said: Mapping[str, str]) -> dict[str, Any]:
    """Return the data of an event, of which cells that are blank say nothing."""
    data: dict[str, Any] = {}
    for member, cell in event.cells():
        if cell.column is None:
            data[member] = cell.value
        elif text := said.get(_small(cell.column)):
            data[member] = _typed(cell, text)
    return data


def _typed(cell: Cell, text: str) -> str | int | bool:
    """Return a checked cell as JSON has it."""
    if cell.codes:
        return cell.codes[text]
    if cell.kind == "number":
        return int(text)
    return text == "true" if cell.kind == "flag" else text


def _columns(mapping: CaseMapping) -> Iterator[Column]:
    """Yield every column that makes an event, with how it is checked."""
    forms = mapping.forms
    for event in mapping.events:
        for _, cell in event.cells():
            if cell.column:
                check = Checked(cell.kind, forms, cell.codes)
                yield Column(_small(cell.column), check)
        if event.when:
            yield Column(_small(event.when.column), lambda text, _judging: text)
    for event in mapping.events:
        yield Column(_small(event.occurred), Checked("date", forms))


def _small(column: str | None) -> str:
    """Return a heading as tables know it."""
    return (column or "").strip().lower()
