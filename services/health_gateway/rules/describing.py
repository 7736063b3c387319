"""
FHIR's elements as fhir.resources' R4B and STU3 models have them, written as tables.

The models take seconds to import and say the same each time; `r4.json` and `stu3.json`
beside this module are what they say, one line a type. `python -m` this module writes
them anew after an upgrade of fhir.resources; a test compares the two.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Final, NamedTuple, Union, get_args, get_origin

import orjson
from pydantic.fields import FieldInfo

from services.health_gateway.rules.elements import Release

_MODELS: Final = {
    Release.R4: "fhir.resources.R4B",
    Release.STU3: "fhir.resources.STU3",
}
_PRIMITIVES: Final[Mapping[str, str]] = {
    "Base64Binary": "base64Binary",
    "Canonical": "canonical",
    "Code": "code",
    "Date": "date",
    "DateTime": "dateTime",
    "Decimal": "decimal",
    "Id": "id",
    "Instant": "instant",
    "Integer": "integer",
    "Markdown": "markdown",
    "Oid": "oid",
    "PositiveInt": "positiveInt",
    "String": "string",
    "Time": "time",
    "UnsignedInt": "unsignedInt",
    "Uri": "uri",
    "Url": "url",
    "UuidVersion": "uuid",
    "Xhtml": "xhtml",
}
"""The models' marks of the primitive types, and FHIR's names for them."""
_OWN: Final = ("fhir_comments",)
"""Members of every type, which the reader of the table adds by itself."""


class _Form(NamedTuple):
    """What the annotation of a field says."""

    type: str
    many: bool = False


def file_of(release: Release) -> Path:
    """Return where the table of *release* is kept."""
    return Path(__file__).with_name(f"{release.value}.json")


def described(release: Release) -> dict[str, dict[str, Any]]:
    """Return every type of a release's models by its name, in order."""
    package = import_module(_MODELS[release])
    types = import_module(f"{_MODELS[release]}.fhirtypes")
    names = sorted(
        name.removesuffix("Type")
        for name in vars(types)
        if hasattr(getattr(types, name), "_model_klass")
    )
    return {name: _described(package.get_fhir_model_class(name)) for name in names}


def text(table: Mapping[str, Any]) -> str:
    """Return *table* as the file holds it: JSON, one type a line."""
    lines = (
        f"{orjson.dumps(name).decode()}:{orjson.dumps(kind).decode()}"
        for name, kind in table.items()
    )
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _described(model: Any) -> dict[str, Any]:  # noqa: ANN401 - untyped upstream
    """Return one type: its elements, and which of them it cannot do without."""
    blank = model.model_construct()
    said = {
        "resource": model.has_resource_base(),
        "elements": dict(_elements(model)),
        "required": list(_required(model, blank)),
        "choices": list(_choices(model, blank)),
    }
    return {name: value for name, value in said.items() if value}


def _elements(model: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    """Yield each element's name with its form in short (see `elements.Element`)."""
    fields: Mapping[str, FieldInfo] = model.model_fields
    members = {_member(field, name): field for name, field in fields.items()}
    for member, field in members.items():
        if member.startswith("_") or member in _OWN:
            continue
        form = _form(field.annotation)
        marks = ("*" if form.many else "", "!" if field.is_required() else "")
        extended = "_" if "_" + member in members else ""
        yield member, form.type + "".join(marks) + extended


def _member(field: FieldInfo, name: str) -> str:
    """Return what the element is called in JSON."""
    return field.alias or name


def _form(annotation: Any) -> _Form:  # noqa: ANN401 - whatever the models say
    """Return what *annotation* stands for; an unknown one is an error here, not later."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        (one,) = (each for each in inner if each is not type(None))
        return _form(one)
    if origin is list:
        return _Form(_form(inner[0]).type, many=True)
    if origin is Annotated:
        return _Form(_PRIMITIVES[type(inner[-1]).__name__])
    if annotation is bool:
        return _Form("boolean")
    return _Form(annotation._model_klass.rpartition(".")[2])  # noqa: SLF001


def _required(model: Any, blank: Any) -> Iterator[str]:  # noqa: ANN401
    """Yield the primitives that must be there, or an extension that says why not."""
    fields: Mapping[str, FieldInfo] = model.model_fields
    for element, _ in model.get_required_fields(blank):
        yield _member(fields[model.get_alias_mapping()[element]], element)


def _choices(model: Any, blank: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    """Yield each choice of types: which members it is made between, and if one must be."""
    fields: Mapping[str, FieldInfo] = model.model_fields
    for name, members in model.get_one_of_many_fields(blank).items():
        extra: Any = fields[members[0]].json_schema_extra
        of = [_member(fields[member], member) for member in members]
        yield {"name": name, "of": of, "required": extra["one_of_many_required"]}


def main(arguments: Iterable[str]) -> int:
    """Write the tables; with `--check` only say, by the exit code, if one is stale."""
    wanted = {file_of(release): text(described(release)) for release in Release}
    if "--check" in arguments:
        return int(any(f.read_text("utf-8") != said for f, said in wanted.items()))
    for file, said in wanted.items():
        file.write_text(said, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
